"""A timeline schema of its own for each test, in the session's Postgres, and the API on top of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

import services.timeline
from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from services.chassis.http import Connection
from services.chassis.postgres import CHASSIS_MIGRATIONS, migrate_schema, open_pool
from services.chassis.records import Record
from services.timeline.api.routes import answer_questions
from services.timeline.generations.names import Generation
from services.timeline.generations.registry import ensure_first
from services.timeline.projections import Projection, discover
from services.timeline.projector import Projector
from services.timeline.reader import open_reader
from services.timeline.settings import TimelineSettings
from services.timeline.stream.serving import Streams
from tests.support.service import eventually
from tests.support.stack import empty
from tests.unit.timeline.builders import record

MIGRATIONS = Path(services.timeline.__file__).parent / "migrations"
NAME = "timeline"
FIRST = Generation(1, "live", "")


async def fresh_schema(stack: Stack) -> None:
    """The timeline's schema, made anew by the administrator."""
    await empty(stack, (NAME,), topics_of=())
    await migrate_schema(stack.dsn("admin"), NAME, [CHASSIS_MIGRATIONS, MIGRATIONS])
    await ensure_first(stack.dsn("admin"))


@asynccontextmanager
async def timeline_pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    """Connections as the service has them: its own role, on a fresh schema."""
    await fresh_schema(stack)
    async with await open_pool(settings(stack), NAME, FIRST.search_path) as pool:
        yield pool


@asynccontextmanager
async def timeline_api(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The API, without a server around it."""
    app = FastAPI()
    reader = await open_reader(settings(stack))
    present = asyncio.create_task(reader.present.keep())
    answer_questions(app, reader, Streams(reader, settings(stack)))
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook") as client:
            yield client
    finally:
        present.cancel()
        await reader.close()


@asynccontextmanager
async def timeline_server(stack: Stack, **given: Any) -> AsyncIterator[str]:
    """The API behind a real server on a real socket, with what runs beside it; its address."""
    app, known = FastAPI(), settings(stack).model_copy(update=given)
    reader = await open_reader(known)
    streams = Streams(reader, known)
    answer_questions(app, reader, streams)
    server = uvicorn.Server(uvicorn.Config(app, http=Connection, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=5))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the test's own stay
    beside = [asyncio.create_task(work()) for work in (reader.present.keep, streams.hub.run, server.serve)]
    try:
        await eventually(lambda: server.started and reader.present.now.generation)
        yield "http://{}:{}".format(*server.servers[0].sockets[0].getsockname()[:2])
    finally:
        streams.hub.end()
        server.should_exit = True
        await beside[-1]
        for task in beside:
            task.cancel()
        await reader.close()


def settings(stack: Stack) -> TimelineSettings:
    return TimelineSettings(kafka=stack.kafka, dsn=SecretStr(stack.dsn(NAME)), reader_dsn=SecretStr(stack.dsn("reader")))


async def project(pool: asyncpg.Pool, events: Iterable[CanonicalEvent]) -> None:
    """Apply events as one batch, at offsets that count up."""
    await apply(pool, [record(event, offset) for offset, event in enumerate(events)])


async def apply(pool: asyncpg.Pool, records: Sequence[Record]) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await write(tx, discover(), records)


async def write(tx: asyncpg.Connection, projections: Sequence[Projection], records: Sequence[Record]) -> None:
    """What the follower does with a batch."""
    projector = Projector(projections)
    await projector.apply(tx, await projector.prepare(records))
