"""Senders of webhooks at work on real Postgres: what they have to deliver, and how far they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest_asyncio

from deploy.local.stack import Stack
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.webhooks.messages import message
from services.webhooks.posting import Poster
from services.webhooks.queueing import Queueing
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from tests.integration.webhooks_world import OK, Answer, Got, Receiver, tables
from tests.support.service import eventually
from tests.unit.timeline.builders import event, record

PLAIN = {"allow_private": True, "first_wait_seconds": 0.1, "longest_wait_seconds": 0.2, "answer_seconds": 1}


@pytest_asyncio.fixture(loop_scope="function")
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with tables(stack) as made:
        yield made


async def queue(pool: asyncpg.Pool, *told: tuple[str, int], most: int = 1000) -> None:
    """Changes of events, as event and revision, in the order of the log."""
    first = await pool.fetchval('SELECT coalesce(max("offset"), 0) FROM messages')
    made = [message(record(event(name, revision), first + 1 + place)) for place, (name, revision) in enumerate(told)]
    async with pool.acquire() as tx, tx.transaction():
        await Queueing(most).apply(tx, made)


@asynccontextmanager
async def sender(pool: asyncpg.Pool, count: int = 1, **more: Any) -> AsyncIterator[list[Sender]]:
    """Senders at work, each as a process of its own would be."""
    settings = WebhookSettings.model_validate(PLAIN | more)
    poster = Poster(settings)
    made = [Sender(pool, settings, poster, Health(), Faults()) for _ in range(count)]
    tasks = [asyncio.create_task(one.run()) for one in made]
    try:
        yield made
        assert [task.exception() for task in tasks if task.done()] == []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await poster.close()


async def states(pool: asyncpg.Pool) -> dict[str, int]:
    return {row["state"]: row["count"] for row in await pool.fetch("SELECT state, count(*) FROM deliveries GROUP BY state")}


async def delivered(pool: asyncpg.Pool, count: int) -> None:
    async def done() -> bool:
        return await states(pool) == {"delivered": count}

    await eventually(done)


def in_order(there: Receiver) -> bool:
    """Whether each event's revisions came in order, repeats of the last one apart."""
    last: dict[str, int] = {}
    for name, revision in there.revisions:
        if revision < last.get(name, 0):
            return False
        last[name] = revision
    return True


class Fails:
    """Takes all but what `bad` says, as long as it says so."""

    def __init__(self, bad: Mapping[str, bytes]) -> None:
        self.bad = dict(bad)

    def __call__(self, got: Got) -> Answer:
        return self.bad.get(got.event.event_id, OK)
