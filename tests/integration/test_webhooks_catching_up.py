"""Addresses that read the log for themselves, against a real Postgres: none is held up by what becomes of another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from deploy.local.stack import Stack
from services.chassis.health import Health
from services.webhooks.catching_up import CatchingUp
from services.webhooks.queueing import SQL, Queueing
from tests.integration.webhooks_world import add, tables
from tests.unit.timeline.builders import TOPIC

NAMES = ("first", "second", "third")


@pytest_asyncio.fixture(loop_scope="function")
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with tables(stack) as made:
        yield made


class Overtaking(CatchingUp):
    """Another process has read the second address's stretch while this one was about to."""

    async def _move(self, probe: AIOKafkaConsumer, row: asyncpg.Record) -> bool:
        if row["endpoint_id"] == "second":
            await self._pool.execute("UPDATE positions SET next_offset = NULL WHERE endpoint_id = 'second'")
        return await super()._move(probe, row)


async def test_one_that_another_process_has_moved_holds_up_none_of_the_others(stack: Stack, pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO checkpoints VALUES ('webhooks', $1, 0, 1, 5, 5)", TOPIC)
    for name in NAMES:
        await add(pool, "http://127.0.0.1/hook", name)
        await pool.execute(SQL["begin"], name, [TOPIC], [0], [5])
    assert await Overtaking("webhooks", pool, Queueing(9), 9, stack.kafka, Health()).look()
    behind = await pool.fetch("SELECT endpoint_id FROM positions WHERE next_offset IS NOT NULL")
    assert behind == [], "all are told by the follower now"
