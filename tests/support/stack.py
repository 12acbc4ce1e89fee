"""Fixtures: one real Kafka and one real Postgres a session, emptied for each test that asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache

import asyncpg
import pytest
import sqlparse
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.options import Options
from deploy.local.stack import Stack, running, start, stop
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards

_split = cache(sqlparse.split)
# Schemas are made anew for hundreds of tests, and to split the same migrations into statements again was most of the work.
setattr(sqlparse, "split", lambda sql: [*_split(sql)])  # noqa: B010 - mypy does not let what is imported be set


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on free ports in a folder of its own."""
    state = tmp_path_factory.mktemp("daybook") / "state"
    yield start(Options(state=state, kafka_port=0, controller_port=0, postgres_port=0))
    stop(state)


@pytest.fixture
async def emptied(stack: Stack) -> Stack:
    """The stack with no topics and fresh schemas, then prepared as `daybook up` would; its processes as they are now, since tests kill them."""
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    return running(stack.state) or stack


async def empty(stack: Stack, schemas: tuple[str, ...], topics_of: tuple[str, ...] | None) -> None:
    """Drop schemas, and topics that start with one of `topics_of` (None: all)."""
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        generations = await postgres.fetch("SELECT nspname FROM pg_namespace WHERE nspname ~ '^timeline_g[0-9]+$'")
        copies = [row["nspname"] for row in generations] if "timeline" in schemas else []
        for schema in (*schemas, *copies):
            await postgres.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            await postgres.execute("DELETE FROM public._pogo_migration WHERE schema_name = $1", schema) if await _migrated(
                postgres
            ) else None
    finally:
        await postgres.close()
    await _delete_topics(stack.kafka, topics_of)


async def _migrated(postgres: asyncpg.Connection) -> bool:
    return bool(await postgres.fetchval("SELECT to_regclass('public._pogo_migration') IS NOT NULL"))


async def _delete_topics(kafka: str, starting: tuple[str, ...] | None) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        wanted = [t for t in await admin.list_topics() if not t.startswith("__") and (starting is None or t.startswith(starting))]
        if wanted:
            await admin.delete_topics(wanted)
        async with asyncio.timeout(20):
            while set(wanted) & set(await admin.list_topics()):
                await asyncio.sleep(0.05)
    finally:
        await admin.close()
