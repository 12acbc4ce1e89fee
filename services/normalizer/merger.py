"""The merger: readings in, changes of events out. After each reading what it touches is clustered again, in canonical order,
so that the events are a function of the set of readings, whatever the order they came in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import asyncpg
from pydantic import ValidationError

from schemas.changes import Cause, EventChange
from schemas.mentions import Reading
from services.chassis.errors import Permanent
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing, Record
from services.normalizer.merging import Told, block_keys, component, partition, settle
from services.normalizer.publish import change_records
from services.normalizer.store import Store

_NAMESPACE = uuid.UUID("6f1d3c0a-50d2-5d0f-a7b0-0a3a6f6f2c11")


class Merger:
    """Effects of following the mentions of every kind."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def apply(self, tx: asyncpg.Connection, records: Sequence[Record]) -> None:
        """Merge one reading after the other: the history must not depend on how records fell into batches."""
        outgoing: list[Outgoing] = []
        for record in records:
            changes = await _merge(Store(tx), record, _reading(record))
            outgoing += [out for change in changes for out in change_records(record, change)]
        await self._outbox.append(tx, outgoing)


def _reading(record: Record) -> Reading:
    try:
        return Reading.model_validate_json(record.value or b"")
    except ValidationError as error:
        raise Permanent(f"not a Reading: {error}", record) from error


async def _merge(store: Store, record: Record, reading: Reading) -> Sequence[EventChange]:
    if await store.is_late(reading):
        return ()
    told = [Told(mention, reading.article, reading.sentences) for mention in reading.mentions]
    losers = await store.replace(reading, told)
    affected = await _affected(store, reading.kind, told, losers)
    previous = await store.states({event_id for _, event_id in affected.values() if event_id} | losers)
    groups = partition(told for told, _ in affected.values())
    changes = settle(previous, groups, _cause(record, reading), datetime.fromtimestamp(record.timestamp_ms / 1000, UTC), _mint(record))
    await store.save(changes)
    return changes


async def _affected(store: Store, kind: str, told: Sequence[Told], losers: set[str]) -> dict[str, tuple[Told, str | None]]:
    """All mentions that likeness joins to the new ones, or to what events that lost a mention still hold."""
    seed: dict[str, tuple[Told, str | None]] = {t.mention.mention_id: (t, None) for t in told}
    seed |= await store.members(losers, but=seed)
    known, asked = dict(seed), set[str]()
    while True:
        reached = component((t for t, _ in seed.values()), (t for t, _ in known.values()))
        keys = {key for t in reached for key in block_keys(t)} - asked
        if not keys:
            return {t.mention.mention_id: known[t.mention.mention_id] for t in reached}
        known |= await store.sharing_keys(kind, keys, but=known)
        asked |= keys


def _cause(record: Record, reading: Reading) -> Cause:
    article, words = reading.article, {"usable": "told", "corrected": "corrected", "withdrawn": "withdrawn"}
    return Cause(
        article_id=article.article_id,
        revision=article.revision,
        topic=record.at.topic,
        partition=record.at.partition,
        offset=record.offset,
        reason=f"{words[article.pubstatus]} by {article.outlet}: {article.title}",
    )


def _mint(record: Record) -> Callable[[Sequence[Told]], str]:
    """Ids for new events: made of the record that caused them and their first mention, so that no id is given twice."""
    return lambda group: str(uuid.uuid5(_NAMESPACE, f"{record.envelope.id} {group[0].mention.mention_id}"))
