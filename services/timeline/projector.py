"""The timeline's effects: a batch of records becomes a few statements a projection, inside the follower's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from services.chassis.errors import Permanent
from services.chassis.queries import queries
from services.chassis.records import Record
from services.timeline.changes import Change, Place, read_change
from services.timeline.fold import Entry, Head, firsts, fold, heads_of
from services.timeline.projections import Projection, Row

Read = tuple[Record, Change]
SQL = queries(Path(__file__).parent / "sql" / "projecting.sql")
# What is said of values rather than of Postgres itself: not storable, out of range (the client's own word), too long for an index.
UNSTORABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, OverflowError)


class Projector:
    """Applies changes to every projection of one generation, which the connection's search path names."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self._projections = sorted(projections, key=lambda one: not one.keeps_all)  # first what takes Postgres longest
        self._followed = followed(projections)

    async def prepare(self, records: Sequence[Record]) -> list[Read]:
        """The changes in these records.

        Raises:
            Permanent: with `record` set: it is no valid change. All others that are none are named with it.
        """
        reads: list[Read] = []
        bad: list[Permanent] = []
        for record in records:
            try:
                reads.append((record, read(record)))
            except Permanent as error:
                bad.append(error)
        if bad:
            raise Permanent(str(bad[0]), bad[0].record, bad[1:])
        return reads

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Read]) -> None:
        """Write a batch.

        Raises:
            Permanent: with `record` set: Postgres can't store it.
        """
        try:
            await self._write(tx, prepared)
        except UNSTORABLE as error:
            raise Permanent(f"Postgres refuses it: {error}", await self._culprit(tx, prepared, error)) from error

    async def _write(self, tx: asyncpg.Connection, reads: Sequence[Read]) -> None:
        """All statements or none: the savepoint leaves the transaction usable for finding out what was wrong."""
        async with tx.transaction():
            heads = await _heads(tx, sorted({change.event.event_id for _, change in reads}))
            entries = fold(heads, (change for _, change in reads))
            if entries:
                await _move_heads(tx, entries)
                await self._project(tx, entries, [e for e in firsts(entries) if e.change.event.event_id in heads])

    async def _project(self, tx: asyncpg.Connection, entries: Sequence[Entry], following: Sequence[Entry]) -> None:
        """Add what these entries leave, once what they follow was seen to."""
        if following:
            await tx.execute(self._followed, *_columns([(e.change.event.event_id, e.known_at, e.change.place.offset) for e in following]))
        async with _one_behind(tx) as copy:
            for projection in self._projections:
                if rows := projection.of(entries):  # while Postgres stores those of the one before
                    await copy(projection, rows)

    async def _culprit(self, tx: asyncpg.Connection, reads: Sequence[Read], error: Exception) -> Record:
        """The first record that Postgres refuses, by halving. Where none is refused alone, the fault is ours."""
        while len(reads) > 1:
            half = len(reads) // 2
            reads = reads[:half] if await self._refuses(tx, reads[:half]) else reads[half:]
        if not await self._refuses(tx, reads):
            raise error
        return reads[0][0]

    async def _refuses(self, tx: asyncpg.Connection, reads: Sequence[Read]) -> bool:
        try:
            await self._write(tx, reads)
        except UNSTORABLE:
            return True
        return False


def followed(projections: Sequence[Projection]) -> str:
    """What becomes of the rows of all projections whose event has a newer revision, as one statement."""
    parts = ", ".join(f'"{one.name}" AS ({one.followed})' for one in projections)
    return f"WITH {parts} SELECT 1"


def read(record: Record) -> Change:
    """The change in a record.

    Raises:
        Permanent: it is none.
    """
    place = Place(record.at.topic, record.at.partition, record.offset)
    try:
        return read_change(place, record.timestamp_ms, record.key, record.value)
    except ValueError as error:
        raise Permanent(str(error), record) from error


Copy = Callable[[Projection, Sequence[Row]], Awaitable[None]]


@asynccontextmanager
async def _one_behind(tx: asyncpg.Connection) -> AsyncIterator[Copy]:
    """Copies rows into one table after the other. The call returns when the copy before is done and this one is begun."""
    under_way: list[asyncio.Task[str]] = []

    async def copy(projection: Projection, rows: Sequence[Row]) -> None:
        await asyncio.gather(*under_way)
        copying = tx.copy_records_to_table(projection.name, records=rows, columns=list(projection.columns))
        under_way[:] = [asyncio.create_task(copying)]
        await asyncio.sleep(0)

    try:
        yield copy
        await asyncio.gather(*under_way)
    finally:
        for task in under_way:
            task.cancel()  # the connection must be at rest before whatever went wrong is rolled back
        await asyncio.gather(*under_way, return_exceptions=True)


async def _heads(tx: asyncpg.Connection, events: Sequence[str]) -> dict[str, Head]:
    rows = await tx.fetch(SQL["heads"], events)
    return {row["event_id"]: Head(row["revision"], row["known_at"]) for row in rows}


async def _move_heads(tx: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    heads = sorted(heads_of(entries).items())
    await tx.execute(SQL["move_heads"], *_columns([(event_id, head.revision, head.known_at) for event_id, head in heads]))


def _columns(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
