"""What a mention costs among ten times as many, in Postgres alone."""

from __future__ import annotations

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
from tests.bench.bare import TABLES
from tests.bench.ratios import Ratio, in_turn, median_ratio
from tests.bench.stories import as_record, stream

FEW, MANY, BATCH, ROUNDS = 700, 7_000, 50, 15


async def measure(stack: Stack) -> list[Ratio]:
    """Batches in turn, on tables that hold few mentions and on tables that hold ten times as many."""
    few, many = [await _grown(stack, count) for count in (FEW, MANY)]
    ones, others = await in_turn(many.batch, few.batch, ROUNDS)
    for one in (few, many):
        await one.postgres.close()
    return [
        median_ratio(
            "merging, cost of a mention among ten times as many",
            (f"milliseconds a mention among {MANY:,} ({statistics.median(ones):.2f})", ones),
            (f"milliseconds a mention among {FEW:,} ({statistics.median(others):.2f})", others),
        )
    ]


async def _grown(stack: Stack, count: int) -> _Stream:
    """A stream of which so many mentions are merged already, in temporary tables of a connection of its own."""
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    for table in TABLES.values():
        await postgres.execute(f"CREATE TEMP TABLE {table} (LIKE {table} INCLUDING ALL)")
    grown = _Stream(postgres, stream(count + ROUNDS * BATCH))
    for _ in range(count // BATCH):
        await grown.batch()
    return grown


class _Stream:
    """Merges a stream in Postgres, a batch at a time."""

    def __init__(self, postgres: asyncpg.Connection, readings: Iterable[Reading]) -> None:
        self.postgres, self._effects = postgres, Merger(Silent())
        self._records = (as_record(number, reading) for number, reading in enumerate(readings))

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
