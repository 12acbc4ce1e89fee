"""The bare loop that projecting is measured against: a consumer, one upsert a batch with its position in the same transaction, and no more.

`python -m tests.bench.plain KAFKA DSN SCHEMA` reads the logs of events to their ends. It parses what it needs for its columns, keeps the last
revision of each event alone, and promises nothing beyond its transaction: no owner, no order of numbers, no history.
"""

from __future__ import annotations

import asyncio
import sys

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.plan import is_genesis
from services.chassis.topics import partition_counts
from services.timeline.service import followed_topics
from tests.bench.chronicle import COLUMNS, flat

AT_ONCE = 500
TABLES = """
CREATE TABLE flat (event_id text PRIMARY KEY, revision int NOT NULL, change text, kind text, status text, title text, when_start text,
                   when_end text, when_precision text, merged_into text, articles int, publishers int, lineages int, state jsonb);
CREATE TABLE positions (topic text, partition int, next_offset bigint NOT NULL, PRIMARY KEY (topic, partition))
"""
_TYPES = {"string": "text", "int32": "int"}
_NAMES = ", ".join(COLUMNS)
_ARRAYS = ", ".join(f"${at}::{_TYPES[kind]}[]" for at, kind in enumerate(COLUMNS.values(), 1))
_VALUES = _NAMES.replace("state", "state::jsonb")
_SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "event_id")
UPSERT = (
    f"INSERT INTO flat ({_NAMES}) SELECT {_VALUES} FROM unnest({_ARRAYS}) AS told ({_NAMES}) ON CONFLICT (event_id) DO UPDATE SET {_SET}"
)
MOVE = """INSERT INTO positions SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset"""


async def main(kafka: str, dsn: str, schema: str) -> None:
    """Read to the ends, and stop."""
    counts = await partition_counts(kafka, followed_topics())
    partitions = [TopicPartition(topic, number) for topic, many in counts.items() for number in range(many)]
    postgres = await asyncpg.connect(dsn, server_settings={"search_path": schema})
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, max_partition_fetch_bytes=4_194_304)
    await consumer.start()
    consumer.assign(partitions)
    await consumer.seek_to_beginning()
    left = sum((await consumer.end_offsets(partitions)).values())
    while left:
        batches = await consumer.getmany(timeout_ms=250, max_records=AT_ONCE)
        await _write(postgres, batches)
        left -= sum(map(len, batches.values()))
    await consumer.stop()
    await postgres.close()


async def _write(postgres: asyncpg.Connection, batches: dict[TopicPartition, list[ConsumerRecord]]) -> None:
    if not batches:
        return
    rows = {raw.key: flat(raw.value) for batch in batches.values() for raw in batch if not is_genesis(raw)}
    moves = [(at.topic, at.partition, batch[-1].offset + 1) for at, batch in sorted(batches.items())]
    async with postgres.transaction():
        await postgres.execute(MOVE, *zip(*moves, strict=True))
        if rows:
            await postgres.execute(UPSERT, *([row[name] for _, row in sorted(rows.items())] for name in COLUMNS))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
