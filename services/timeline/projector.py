"""The timeline's effects: a batch of records becomes a few statements a projection, inside the follower's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from services.chassis.errors import Permanent
from services.chassis.queries import queries
from services.chassis.records import Record
from services.timeline.changes import Change, Place, read_change
from services.timeline.fold import Entry, Head, firsts, fold, heads_of
from services.timeline.literals import array_literal
from services.timeline.projections import Projection, Row

Read = tuple[Record, Change]
SQL = queries(Path(__file__).parent / "sql" / "projecting.sql")
# What Postgres says of values rather than of itself: not storable, out of range, too long for an index.
UNSTORABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)


class Projector:
    """Applies changes to every projection of one generation, which the connection's search path names."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self._projections = projections

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
        followed = [(entry.change.event.event_id, entry.known_at, entry.change.place.offset) for entry in following]
        for projection in self._projections:
            if followed:
                await tx.execute(projection.followed, *_columns(followed))
            if rows := projection.of(entries):
                await tx.execute(projection.insert, *_columns(rows))

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


async def _heads(tx: asyncpg.Connection, events: Sequence[str]) -> dict[str, Head]:
    rows = await tx.fetch(SQL["heads"], events)
    return {row["event_id"]: Head(row["revision"], row["known_at"]) for row in rows}


async def _move_heads(tx: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    heads = sorted(heads_of(entries).items())
    await tx.execute(SQL["move_heads"], *_columns([(event_id, head.revision, head.known_at) for event_id, head in heads]))


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [[_sent(value) for value in column] for column in zip(*rows, strict=True)]


def _sent(value: Any) -> Any:
    return array_literal(value) if isinstance(value, list) else value
