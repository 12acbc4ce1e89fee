"""The reader: article revisions in, one reading a kind out. It keeps nothing but its position."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
from aiokafka import TopicPartition

from services.chassis.apart import Apart, TooLong
from services.chassis.errors import Permanent
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing, Record
from services.normalizer.desk import Answer, Unreadable
from services.normalizer.publish import reading_record


class Reader:
    """Effects of following `articles.raw.v1`. The desk reads; it may take so long over an article, and no longer."""

    def __init__(self, desk: Apart[bytes, Answer], outbox: Outbox) -> None:
        self._desk, self._outbox = desk, outbox
        self._endless: dict[tuple[TopicPartition, int], Unreadable] = {}

    async def prepare(self, records: Sequence[Record]) -> list[Outgoing]:
        """Read each article; the consumer's heartbeat must not wait for a long text."""
        return await asyncio.to_thread(self._read_all, records)

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Outgoing]) -> None:
        """Publish what the articles tell, and, from revision 2 on, that they tell nothing any more."""
        await self._outbox.append(tx, prepared)
        self._endless.clear()

    def _read_all(self, records: Sequence[Record]) -> list[Outgoing]:
        """All that can be read.

        Raises:
            Permanent: what can't be, all of it at once, so that the rest is read again only once.
        """
        outgoing: list[Outgoing] = []
        refused: list[Permanent] = []
        for record in records:
            found = self._read(record)
            if isinstance(found, Unreadable):
                refused.append(Permanent(found.reason, record))
            else:
                outgoing += [reading_record(record, written) for written in found]
        if refused:
            raise Permanent(str(refused[0]), refused[0].record, refused[1:])
        return outgoing

    def _read(self, record: Record) -> Answer:
        """What took too long is remembered until its batch is applied: a batch of such articles must not cost its time again and again."""
        place = (record.at, record.offset)
        if place in self._endless and not record.again:
            return self._endless[place]
        try:
            return self._desk.do(record.value or b"")
        except TooLong as error:
            self._endless[place] = Unreadable(f"reading was given up: {error}")
            return self._endless[place]
