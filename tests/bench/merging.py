"""Merging through Kafka and Postgres, beside a bare pipeline with the same rows and bytes; and whether a mention's cost grows."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import TypeVar

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas.mentions import Reading
from schemas.topics import cards
from services.chassis.decoding import decode
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.kafka import partition_counts
from services.chassis.outbox import SQL as OUTBOX
from services.chassis.outbox import Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing, Record
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from services.normalizer.desk import write
from services.normalizer.merger import Merger
from services.normalizer.publish import reading_record
from tests.bench.ratios import Ratio, in_turn, median_ratio
from tests.bench.stories import stream
from tests.support.records import raw
from tests.support.service import eventually, service

MENTIONS = 3_000  # through everything
FEW, MANY, BATCH, ROUNDS = 700, 7_000, 50, 15
T = TypeVar("T")
TABLES = ("readings", "told", "told_keys", "events")


async def measure(stack: Stack) -> list[Ratio]:
    """Mentions a second of the merger to those of the bare pipeline, and the cost of a mention among many to that among few."""
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("normalizer")))
    async with await open_pool(settings, "normalizer") as pool:
        grown = await _growth(stack)
        consumed = await _lay_out(pool, settings)
        merged, published = await _merged(stack, pool)
        rows = {table: await pool.fetch(f"SELECT * FROM {table}") for table in TABLES}
    bare = await _bare(stack, consumed, rows, published)
    rates = [MENTIONS / merged], [MENTIONS / bare]
    return [
        median_ratio(
            "merging, mentions a second",
            (f"mentions through Kafka, merging, Postgres and Kafka ({rates[0][0]:,.0f} a second)", rates[0]),
            (f"the same rows written and bytes published without merging ({rates[1][0]:,.0f} a second)", rates[1]),
        ),
        grown,
    ]


async def _growth(stack: Stack) -> Ratio:
    """In Postgres alone: batches in turn, on tables that hold few mentions and on tables that hold ten times as many."""
    few, many = [await _grown(stack, count) for count in (FEW, MANY)]
    ones, others = await in_turn(many.batch, few.batch, ROUNDS)
    for one in (few, many):
        await one.postgres.close()
    return median_ratio(
        "merging, cost of a mention among ten times as many",
        (f"milliseconds a mention among {MANY:,} ({statistics.median(ones):.2f})", ones),
        (f"milliseconds a mention among {FEW:,} ({statistics.median(others):.2f})", others),
    )


async def _grown(stack: Stack, count: int) -> _Stream:
    """A stream of which so many mentions are merged already, in temporary tables of a connection of its own."""
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    for table in TABLES:
        await postgres.execute(f"CREATE TEMP TABLE {table} (LIKE {table} INCLUDING ALL)")
    grown = _Stream(postgres, stream(count + ROUNDS * BATCH))
    for _ in range(count // BATCH):
        await grown.batch()
    return grown


class _Stream:
    """Merges a stream in Postgres, a batch at a time."""

    def __init__(self, postgres: asyncpg.Connection, readings: Iterable[Reading]) -> None:
        self.postgres, self._effects = postgres, Merger(Silent())
        self._records = (_record(number, reading) for number, reading in enumerate(readings))

    async def batch(self) -> float:
        """Milliseconds a mention."""
        records = list(islice(self._records, BATCH))
        started = time.perf_counter()
        async with self.postgres.transaction():
            await self._effects.apply(self.postgres, await self._effects.prepare(records))
        return (time.perf_counter() - started) / len(records) * 1000


class Silent(Outbox):
    """An outbox that lets everything go: what publishing costs is measured elsewhere."""

    def __init__(self) -> None:
        super().__init__("normalizer", {}, [])

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:
        """Nothing is kept."""


def _record(number: int, reading: Reading) -> Record:
    value = reading.model_dump_json().encode()
    return decode(raw(number, number, key=reading.article.article_id.encode(), value=value, topic=f"mentions.{reading.kind}.v1"))


async def _lay_out(pool: asyncpg.Pool, settings: Settings) -> int:
    """Put readings into the topics as the reader would; how many."""
    records = [reading_record(_record(number, reading), write(reading)) for number, reading in enumerate(stream(MENTIONS))]
    topics = [card.topic for card in cards() if "normalizer" in card.producers]
    outbox = Outbox("normalizer", await partition_counts(settings.kafka, topics), [c.topic for c in cards() if c.log])
    async with pool.acquire() as tx, tx.transaction():
        await outbox.open_logs(tx)
        await outbox.append(tx, records)
    relay = asyncio.create_task(Relay("normalizer", pool, settings, Health(), Faults()).run())
    await eventually(lambda: _is_relayed(pool))
    relay.cancel()
    return len(records)


async def _is_relayed(pool: asyncpg.Pool) -> bool:
    return not await pool.fetchval(OUTBOX["pending"])


async def _merged(stack: Stack, pool: asyncpg.Pool) -> tuple[float, list[ConsumerRecord]]:
    """Seconds from the first batch to the last record published, for all mentions; and what was published."""
    topics = [card.topic for card in cards() if "normalizer" in card.producers and _is_of_events(card.topic)]
    async with _at_end(stack.kafka, topics) as heard:
        before = await _merged_so_far(pool)
        with service(stack, "normalizer"):
            await eventually(lambda: _has_merged(pool, before + 1))
            first, started = await _merged_so_far(pool) - before, time.perf_counter()
            await eventually(lambda: _has_merged(pool, before + MENTIONS), 60)
            await eventually(lambda: _is_relayed(pool))
            spent = time.perf_counter() - started
        published = [record for batch in (await heard.getmany(timeout_ms=500)).values() for record in batch]
        while more := await heard.getmany(timeout_ms=200):
            published += [record for batch in more.values() for record in batch]
    return spent * MENTIONS / (MENTIONS - first), published


def _is_of_events(topic: str) -> bool:
    return topic.startswith("events.") and not topic.endswith(".quarantine")


async def _merged_so_far(pool: asyncpg.Pool) -> int:
    return int(await pool.fetchval("SELECT coalesce(sum(next_offset), 0) FROM checkpoints WHERE follower = 'normalizer-merger'"))


async def _has_merged(pool: asyncpg.Pool, count: int) -> bool:
    return await _merged_so_far(pool) >= count


@asynccontextmanager
async def _at_end(kafka: str, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    await consumer.seek_to_end()
    await asyncio.gather(*(consumer.position(partition) for partition in consumer.assignment()))
    yield consumer
    await consumer.stop()


async def _bare(stack: Stack, count: int, rows: dict[str, list[asyncpg.Record]], published: Sequence[ConsumerRecord]) -> float:
    """Seconds to read as many readings, write the same rows in as many transactions, and publish the same bytes."""
    topics = [card.topic for card in cards() if card.value == "Reading"]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=stack.kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", enable_idempotence=True, linger_ms=5)
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    for table in TABLES:
        await postgres.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
    await consumer.start()
    await producer.start()
    started, read = time.perf_counter(), 0
    while read < count:
        batch = sum(len(records) for records in (await consumer.getmany(timeout_ms=200, max_records=500)).values())
        share = slice(read, read + batch)
        async with postgres.transaction():
            for table in TABLES:
                await _copy(postgres, table, _part(rows[table], share, count))
        sent = [await producer.send(r.topic, r.value, r.key, headers=list(r.headers)) for r in _part(published, share, count)]
        await asyncio.gather(*sent)
        read += batch
    spent = time.perf_counter() - started
    for client in (consumer, producer):
        await client.stop()
    await postgres.close()
    return spent * count / read


def _part(every: Sequence[T], share: slice, count: int) -> Sequence[T]:
    return every[share.start * len(every) // count : share.stop * len(every) // count]


async def _copy(postgres: asyncpg.Connection, table: str, rows: Sequence[asyncpg.Record]) -> None:
    if rows:
        await postgres.copy_records_to_table(f"bare_{table}", records=[tuple(row) for row in rows], columns=list(rows[0].keys()))
