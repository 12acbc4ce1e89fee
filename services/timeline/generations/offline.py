"""The log folded without Postgres: which rows each table must have, one partition after the other. Pure but for the reading."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Permanent
from services.chassis.plan import Place, make_plan
from services.chassis.reading_back import stretch
from services.chassis.records import Record
from services.timeline.changes import Change
from services.timeline.fold import Entry, Head, fold
from services.timeline.generations.canonical import canonical
from services.timeline.projections import Projection
from services.timeline.projector import read

HEAD_COLUMNS = {"event_id": "text", "revision": "int", "known_at": "timestamptz"}


class Folded:
    """What one partition makes. An entry is given out once another follows it, so that memory holds one an event."""

    def __init__(self) -> None:
        self.last: dict[str, Entry] = {}

    def take(self, change: Change) -> Entry | None:
        """Fold a change in; the entry that it follows, if it is news and follows one."""
        event_id = change.event.event_id
        before = self.last.get(event_id)
        head = {event_id: Head(before.change.event.revision, before.known_at)} if before else {}
        for entry in fold(head, [change]):
            self.last[event_id] = entry
            if before:
                before.next = entry
                return before
        return None


async def entries(
    consumer: AIOKafkaConsumer, at: TopicPartition, end: int, aside: tuple[Mapping[Place, str], AbstractSet[Place]], unread: list[str]
) -> AsyncIterator[Entry]:
    """Every entry of a partition before `end`, each once it is known whether another follows.

    Records `aside`, set aside or given up, are left out.

    A record that can't be read and was not set aside is named in `unread`.

    Raises:
        Halt: a record is missing, or of a version that is unknown here.
    """
    folded = Folded()
    held = {at: Checkpoint(at, 0, 0, 0, None, None)}
    async for batch in stretch(consumer, at, 0, end):
        plan = make_plan(held, set(), batch, *aside)
        held |= plan.reached
        if plan.stopped:
            raise plan.stopped[at]
        for change in (_read(record, unread) for record in plan.fresh):
            if change and (followed := folded.take(change)):
                yield followed
    for _, entry in sorted(folded.last.items()):
        yield entry


def _read(record: Record, unread: list[str]) -> Change | None:
    try:
        return read(record)
    except Permanent as error:
        unread.append(f"{record.at.topic}-{record.at.partition}@{record.offset}: {error}")
        return None


def rows_of(projections: Sequence[Projection], entry: Entry) -> Iterator[tuple[str, list[object]]]:
    """What a finished entry leaves in each table, as canonical rows."""
    if entry.next is None:
        event = entry.change.event
        yield "heads", canonical(HEAD_COLUMNS, (event.event_id, event.revision, entry.known_at))
    for projection in projections:
        for row in projection.of([entry]):
            yield projection.name, canonical(projection.columns, row)
