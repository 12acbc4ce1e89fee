"""The merger: readings in, changes of events out. After each reading what it touches is clustered again, in canonical order,
so that the events are a function of the set of readings, whatever the order they came in.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

import asyncpg
from pydantic import ValidationError

from schemas.changes import Cause, EventChange
from schemas.mentions import Reading
from services.chassis.errors import Permanent, brief
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing, Record
from services.normalizer.merging import Around, Told, partition, settle
from services.normalizer.publish import change_records
from services.normalizer.store import Parsed, Store, tellings

_NAMESPACE = uuid.UUID("6f1d3c0a-50d2-5d0f-a7b0-0a3a6f6f2c11")


NUL = b"\\u0000"


class Merger:
    """Effects of following the mentions of every kind."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox, self._parsed = outbox, Parsed()

    async def prepare(self, records: Sequence[Record]) -> list[tuple[Record, Reading]]:
        """The readings in these records."""
        return [(record, _reading(record)) for record in records]

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[tuple[Record, Reading]]) -> None:
        """Merge one reading after the other: the history must not depend on how records fell into batches."""
        store = Store(tx, self._parsed)
        await store.open([reading for _, reading in prepared])
        outgoing: list[Outgoing] = []
        for record, reading in prepared:
            changes = await _merge(store, record, reading)
            outgoing += [out for change in changes for out in change_records(record, change)]
        await store.close()
        await self._outbox.append(tx, outgoing)


def _reading(record: Record) -> Reading:
    if NUL in (record.value or b""):
        raise Permanent("it holds a NUL, which Postgres stores in no text", record)
    try:
        return Reading.model_validate_json(record.value or b"")
    except ValidationError as error:
        raise Permanent(f"not a Reading: {brief(error)}", record) from error


async def _merge(store: Store, record: Record, reading: Reading) -> Sequence[EventChange]:
    """What an article takes back counts as much as what it tells: it may have held others together, or kept them apart."""
    if store.is_late(reading):
        return ()
    at = datetime.fromtimestamp(record.timestamp_ms / 1000, UTC)
    after = tellings(reading)
    before = store.replace(reading, after)
    core = await store.component([*before, *after])
    previous, born = await store.events(store.homes(core))
    around = await _around(store, store.beside(core), {event.event_id for event in previous})
    store.dismiss(before)
    gone = set(before)
    groups = partition(one for one in core if one not in gone)
    changes = settle(previous, groups, _cause(record, reading), at, _mint(record), born, around)
    store.save(changes, at)
    return changes


async def _around(store: Store, nearby: Sequence[Told], inside: AbstractSet[str]) -> list[Around]:
    """The events of other components that are linked to this one."""
    homes = store.homes(nearby)
    events, _ = await store.events(homes)
    return [Around(event, tuple(homes[event.event_id])) for event in events if event.event_id not in inside]


def _cause(record: Record, reading: Reading) -> Cause:
    article, words = reading.article, {"usable": "told", "corrected": "corrected", "withdrawn": "withdrawn"}
    return Cause(
        article_id=article.article_id,
        revision=article.revision,
        topic=record.at.topic,
        partition=record.at.partition,
        seq=record.envelope.seq,
        reason=f"{words[article.pubstatus]} by {article.outlet}: {article.title}",
    )


def _mint(record: Record) -> Callable[[Sequence[Told]], str]:
    """Ids for new events: made of the record that caused them and their first mention, so that no id is given twice."""
    return lambda group: str(uuid.uuid5(_NAMESPACE, f"{record.envelope.id} {group[0].mention.mention_id}"))
