"""Merging through Kafka and Postgres, beside a bare pipeline that reads the same, writes the same rows and publishes the same bytes.

Twice bare: once on the same follower, outbox and relay, so that the ratio tells what merging costs; once with clients alone, which
promise nothing after a crash, so that it can be seen what the promises cost.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from pydantic import SecretStr

from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards
from schemas.topics import cards
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import SQL as OUTBOX
from services.chassis.outbox import Outbox
from services.chassis.plan import is_genesis
from services.chassis.postgres import open_pool
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from services.chassis.topics import partition_counts
from services.normalizer.desk import write as written
from services.normalizer.publish import reading_record
from tests.bench.bare import TABLES, Deed, deeds, keep, write_rows
from tests.bench.ratios import Ratio, median_ratio
from tests.bench.stories import as_record, stream
from tests.support.logs import read_topic
from tests.support.service import eventually, service
from tests.support.stack import empty

MENTIONS, ROUNDS = 3_000, 3
READINGS = [card.topic for card in cards() if card.value == "Reading"]
EVENTS = [card.topic for card in cards() if card.value in {"EventChange", "CanonicalEvent"}]


async def measure(stack: Stack) -> list[Ratio]:
    """Mentions a second of the merger to those of the two bare pipelines."""
    merged, bare, plain = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "deeds"
        for _ in range(ROUNDS):
            async with _laid_out(stack) as pool:
                merged.append(await _served(stack, pool, None))
                found = await _deeds(stack, pool)
            keep(found, known)
            async with _laid_out(stack) as pool:
                bare.append(await _served(stack, pool, f"tests.bench.bare {known}"))
            async with _laid_out(stack) as pool:
                plain.append(await _plain(stack, pool, found))
    ours = (f"mentions through Kafka, merging, Postgres and Kafka ({statistics.median(merged):,.0f} a second)", merged)
    return [
        median_ratio(
            "merging, mentions a second",
            ours,
            (f"the same rows written and bytes published without merging ({statistics.median(bare):,.0f} a second)", bare),
        ),
        median_ratio(
            "merging, mentions a second, to clients alone",
            ours,
            (f"the same, without checkpoint, outbox and relay ({statistics.median(plain):,.0f} a second)", plain),
        ),
    ]


@asynccontextmanager
async def _laid_out(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    """Nothing but readings in the topics, as the reader would put them there."""
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("normalizer")))
    async with await open_pool(settings, "normalizer") as pool:
        await _lay_out(pool, settings)
        yield pool


async def _lay_out(pool: asyncpg.Pool, settings: Settings) -> None:
    topics = [card.topic for card in cards() if "normalizer" in card.producers]
    outbox = Outbox("normalizer", await partition_counts(settings.kafka, topics), [c.topic for c in cards() if c.log])
    async with pool.acquire() as tx, tx.transaction():
        await outbox.open_logs(tx)
        await outbox.append(tx, [reading_record(as_record(number, one), written(one)) for number, one in enumerate(stream(MENTIONS))])
    relay = asyncio.create_task(Relay("normalizer", pool, settings, Health(), Faults()).run())
    await eventually(lambda: _is_relayed(pool))
    relay.cancel()


async def _is_relayed(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval(OUTBOX["pending"])


async def _served(stack: Stack, pool: asyncpg.Pool, module: str | None) -> float:
    """Mentions a second from the first batch committed to the last record published."""
    with service(stack, "normalizer", module, SESSION_TIMEOUT_MS="10000"):
        await eventually(lambda: _applied(pool), 60)
        first, started = await _applied(pool), time.perf_counter()
        await eventually(lambda: _has_applied_all(pool), 120)
        await eventually(lambda: _is_relayed(pool))
        return (MENTIONS - first) / (time.perf_counter() - started)


async def _applied(pool: asyncpg.Pool) -> int:
    """How many readings; the genesis records are none."""
    rows = await pool.fetch("SELECT next_seq FROM checkpoints WHERE follower = 'normalizer-merger'")
    return sum(max(0, row["next_seq"] - 1) for row in rows)


async def _has_applied_all(pool: asyncpg.Pool) -> bool:
    return await _applied(pool) == MENTIONS


async def _deeds(stack: Stack, pool: asyncpg.Pool) -> dict[str, Deed]:
    """All that the merger has written and published."""
    tables = {table: await pool.fetch(f"SELECT * FROM {table}") for table in TABLES.values()}
    return deeds(tables, await _records(stack, READINGS), await _records(stack, EVENTS))


async def _records(stack: Stack, topics: Sequence[str]) -> list[ConsumerRecord]:
    return [raw for topic in topics for raw in await read_topic(stack.kafka, topic) if not is_genesis(raw)]


async def _plain(stack: Stack, pool: asyncpg.Pool, known: dict[str, Deed]) -> float:
    """Mentions a second of a consumer, a connection and a producer."""
    consumer = AIOKafkaConsumer(*READINGS, bootstrap_servers=stack.kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", enable_idempotence=True)
    await consumer.start()
    await producer.start()
    started, read = time.perf_counter(), 0
    while read < MENTIONS:
        batches = await consumer.getmany(timeout_ms=200, max_records=500)
        raws = [raw for batch in batches.values() for raw in batch if not is_genesis(raw)]
        found = [known[dict(raw.headers)["ce_id"].decode()] for raw in raws]
        async with pool.acquire() as tx, tx.transaction():
            await write_rows(tx, found)
        sent = [
            await producer.send(o.topic, o.value, o.key, headers=[(name, value.encode()) for name, value in o.headers.items()])
            for deed in found
            for o in deed.outgoing
        ]
        await asyncio.gather(*sent)
        read += len(raws)
    spent = time.perf_counter() - started
    for client in (consumer, producer):
        await client.stop()
    return MENTIONS / spent
