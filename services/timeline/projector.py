"""The timeline's effects: a batch of records becomes one statement a projection, inside the follower's transaction."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.chassis.errors import Permanent
from services.chassis.records import Record
from services.timeline.changes import Change, Place, read_change
from services.timeline.projections import Projection

Read = tuple[Record, Change]
# What Postgres says of values rather than of itself: not storable, out of range, too long for an index.
UNSTORABLE = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)


class Projector:
    """Applies changes to every projection."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self._projections = projections

    async def prepare(self, records: Sequence[Record]) -> list[Read]:
        """The changes in these records.

        Raises:
            Permanent: with `record` set: it is no valid change.
        """
        return [(record, _read(record)) for record in records]

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
        changes = [change for _, change in reads]
        async with tx.transaction():
            for projection in self._projections:
                if rows := projection.rows(changes):
                    await tx.execute(projection.write, *map(list, zip(*rows, strict=True)))

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


def _read(record: Record) -> Change:
    place = Place(record.at.topic, record.at.partition, record.offset)
    try:
        return read_change(place, record.timestamp_ms, record.key, record.value)
    except ValueError as error:
        raise Permanent(str(error), record) from error
