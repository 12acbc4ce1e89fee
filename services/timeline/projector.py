"""The timeline's effects: a batch of records becomes a few statements a projection, inside the follower's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from services.chassis.errors import Permanent
from services.chassis.records import Record
from services.timeline.changes import Change, Place, read_change
from services.timeline.fold import Head, firsts, fold
from services.timeline.projections import Projection, Row
from services.timeline.storing import SQL, Storing

Read = tuple[Record, Change]
# What is said of values rather than of Postgres itself: not storable, out of range (the client's own word), too long for an index.
UNSTORABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, OverflowError)
# All that projecting asks for has a key. But until tables were looked through by ANALYZE, Postgres takes the rows of an event for a two
# hundredth of all, and would read a whole table for what a batch follows: the longer it is, the dearer each change.
BY_KEY = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}


class Projector:
    """Applies changes to every projection of one generation, which the connection's search path names. Its session should ask `BY_KEY`."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self._storing = Storing(projections)
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
            if len(prepared) == 1:  # there is nothing to find out
                await self._project(tx, prepared)
            else:
                await self._write(tx, prepared)
        except UNSTORABLE as error:
            culprit = prepared[0][0] if len(prepared) == 1 else await self._culprit(tx, prepared, error)
            raise Permanent(f"Postgres refuses it: {error}", culprit) from error

    async def _write(self, tx: asyncpg.Connection, reads: Sequence[Read]) -> None:
        """All statements or none: the savepoint leaves the transaction usable for finding out what was wrong."""
        async with tx.transaction():
            await self._project(tx, reads)

    async def _project(self, tx: asyncpg.Connection, reads: Sequence[Read]) -> None:
        """Add what is news in these, once what it follows was seen to."""
        heads = await _heads(tx, sorted({change.event.event_id for _, change in reads}))
        entries = fold(heads, (change for _, change in reads))
        following = [e for e in firsts(entries) if e.change.event.event_id in heads]
        if following:
            await tx.execute(self._followed, *_columns([(e.change.event.event_id, e.known_at, e.change.place.offset) for e in following]))
        if entries:
            await self._storing.store(tx, entries)

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


async def _heads(tx: asyncpg.Connection, events: Sequence[str]) -> dict[str, Head]:
    rows = await tx.fetch(SQL["heads"], events)
    return {row["event_id"]: Head(row["revision"], row["known_at"]) for row in rows}


def _columns(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))
