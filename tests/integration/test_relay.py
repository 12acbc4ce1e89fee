"""The relay on real servers: an outbox that is older than its log must not publish."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas.envelope import Envelope, to_headers
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import SQL, Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from tests.support.logs import once, read_topic

TOPIC = "articles.raw.v1"


def parcels(count: int) -> list[Outgoing]:
    headers = to_headers(Envelope(id="1", type="parcel.sent.v1", source="test", time=datetime(2024, 3, 4, tzinfo=UTC)))
    return [Outgoing(TOPIC, b"key %d" % number, b"{}", headers, 1_709_542_800_000) for number in range(count)]


async def relay_until_empty(pool: asyncpg.Pool, kafka: str, count: int) -> None:
    outbox = Outbox("ingestor", {TOPIC: 4}, [TOPIC])
    async with pool.acquire() as tx, tx.transaction():
        await outbox.open_logs(tx)
        await outbox.append(tx, parcels(count))
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        relay = group.create_task(Relay("ingestor", pool, Settings(kafka=kafka), Health(), Faults()).run())
        while await pool.fetchval(SQL["pending"]):
            await asyncio.sleep(0.02)
        relay.cancel()


async def test_the_connection_that_the_relay_held_goes_back_to_the_pool_as_it_was(emptied: Stack) -> None:
    # given a pool of so few connections that the relay's comes by again
    settings = Settings(kafka=emptied.kafka, dsn=SecretStr(emptied.dsn("ingestor")), pool_size=2)
    async with await open_pool(settings, "ingestor") as pool:
        # when
        await relay_until_empty(pool, emptied.kafka, 5)
        # then
        async with pool.acquire() as one, pool.acquire() as other:
            for connection in (one, other):
                assert await connection.fetchval("SHOW synchronous_commit") == "on"
                assert await connection.fetch("SELECT * FROM pg_listening_channels()") == []


async def test_an_outbox_that_was_restored_to_an_older_state_halts_before_it_publishes(emptied: Stack) -> None:
    # given a log that was fed, and an outbox put back to before some of its numbers
    settings = Settings(kafka=emptied.kafka, dsn=SecretStr(emptied.dsn("ingestor")))
    async with await open_pool(settings, "ingestor") as pool:
        await relay_until_empty(pool, emptied.kafka, 40)
        before = len(once(await read_topic(emptied.kafka, TOPIC)))
        await pool.execute("UPDATE outbox_heads SET next_seq = 3, next_relayed = 3 WHERE topic = $1", TOPIC)
        # when it goes on, then it halts and says why
        with pytest.raises(ExceptionGroup) as halted:
            await relay_until_empty(pool, emptied.kafka, 5)
        assert halted.group_contains(Halt, match="older than the log")
        assert len(once(await read_topic(emptied.kafka, TOPIC))) == before
