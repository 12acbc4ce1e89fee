"""What a mention costs among very many, and in a block of one night, in Postgres alone.

By default among ten times as many; with `DAYBOOK_FULL=1` among a million, beside ten thousand, which takes some minutes. Thousands are merged
for real. The others are copies of their rows under other names and in other weeks, so that all tables and indexes have the size that they
would have; what is measured is then merged for real again, on top of the one and the other in turn.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable, Sequence
from itertools import islice

import asyncpg

from deploy.local.stack import Stack
from schemas.mentions import Reading
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing
from services.normalizer.merger import Merger
from tests.bench.bare import COLUMNS, TABLES
from tests.bench.ratios import Ratio, in_turn, median_ratio
from tests.bench.stories import as_record, night, stream

FULL = bool(os.environ.get("DAYBOOK_FULL"))
FEW, MANY = (10_000, 1_000_000) if FULL else (3_000, 30_000)
BATCH, WARM, ROUNDS = 100, 5, 10
BLOCK, SHARE = 5_000, 5  # mentions; batches

# What makes a copy another: the first is the original under its own names. Of keys the weeks need to be others.
OTHERS = {name: f"{name} || $1" for name in ("article_id", "mention_id", "event_id")} | {"key": "regexp_replace(key, '[|]', '|' || $1)"}


async def measure(stack: Stack) -> list[Ratio]:
    """Whether the cost of a mention stays what it is."""
    return [await _among_many(stack), await _in_one_night(stack)]


async def _among_many(stack: Stack) -> Ratio:
    """Batches in turn, on tables that hold few mentions and on tables that hold many."""
    few, many = await _grown(stack)
    for one in (few, many):
        for _ in range(WARM):
            await one.batch()
    ones, others = await in_turn(many.batch, few.batch, ROUNDS)
    more_others, more_ones = await in_turn(few.batch, many.batch, ROUNDS)  # the second of two finds some work done
    ones, others = ones + more_ones, others + more_others
    for one in (few, many):
        await one.postgres.close()
    return median_ratio(
        f"merging, cost of a mention among {MANY:,}",
        (f"milliseconds a mention among {MANY:,} ({statistics.median(ones):.2f})", ones),
        (f"milliseconds a mention among {FEW:,} ({statistics.median(others):.2f})", others),
    )


async def _in_one_night(stack: Stack) -> Ratio:
    """One kind, one country, one night: the last of a block to the first of it."""
    block = _Stream(await _tables(stack, "block"), night(BLOCK + BATCH))
    spent = [await block.batch() for _ in range(BLOCK // BATCH)]
    await block.postgres.close()
    first, last = spent[1 : 1 + SHARE], spent[-SHARE:]
    return median_ratio(
        f"merging, cost of a mention at the end of a night of {BLOCK:,}",
        (f"milliseconds a mention of the last {SHARE * BATCH:,} ({statistics.median(last):.2f})", last),
        (f"milliseconds a mention of the first {SHARE * BATCH:,} ({statistics.median(first):.2f})", first),
    )


async def _grown(stack: Stack) -> tuple[_Stream, _Stream]:
    """Two streams that have merged the same, one of them in tables that are filled up with copies."""
    readings = FEW + (WARM + 2 * ROUNDS) * BATCH
    few = _Stream(await _tables(stack, "few"), stream(readings))
    for _ in range(FEW // BATCH):
        await few.batch()
    many = _Stream(await _tables(stack, "many"), stream(readings), FEW)
    for copy in range(MANY // FEW):
        for query, table in TABLES.items():
            told = ", ".join(OTHERS.get(name, name) for name in COLUMNS[query])
            copied = f"INSERT INTO {table} ({', '.join(COLUMNS[query])}) SELECT {told} FROM few.{table}"
            await many.postgres.execute(copied, f"-{copy}" if copy else "")
    await many.postgres.execute("ANALYZE")
    assert await many.postgres.fetchval("SELECT count(*) FROM told") == MANY
    return few, many


async def _tables(stack: Stack, schema: str) -> asyncpg.Connection:
    postgres = await asyncpg.connect(stack.dsn("admin"), server_settings={"search_path": f"{schema}, normalizer"}, command_timeout=600)
    await postgres.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}")
    for table in TABLES.values():
        await postgres.execute(f"CREATE TABLE {schema}.{table} (LIKE normalizer.{table} INCLUDING ALL)")
    return postgres


class _Stream:
    """Merges a stream in Postgres, a batch at a time."""

    def __init__(self, postgres: asyncpg.Connection, readings: Iterable[Reading], first: int = 0) -> None:
        self.postgres, self._effects = postgres, Merger(Silent())
        self._records = (as_record(number, reading) for number, reading in islice(enumerate(readings), first, None))

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
