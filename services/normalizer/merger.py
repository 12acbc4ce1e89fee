"""The merger: readings and editors' commands in, changes of events out. After each of them what it touches is clustered again, in
canonical order, so that the events are a function of the set of readings and commands, whatever the order they came in.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
from pydantic import ValidationError

from schemas.changes import Cause, EventChange
from schemas.edits import Edit
from schemas.mentions import Reading
from services.chassis.errors import Permanent, brief
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing, Record
from services.normalizer.merging import Around, Command, Told, partition, settle
from services.normalizer.publish import EDITS_TOPIC, change_records
from services.normalizer.store import Parsed, Store, tellings

_NAMESPACE = uuid.UUID("6f1d3c0a-50d2-5d0f-a7b0-0a3a6f6f2c11")


Changes = Iterable[tuple[EventChange, str]]  # each with its event's state as JSON
BREATH_SECONDS = 0.1  # so long merging may think without a word to Postgres, nor to Kafka: either would take it for dead
NUL = b"\\u0000"


@dataclass(frozen=True, slots=True)
class Heard:
    """A record, what it holds, and the mentions of a reading."""

    record: Record
    held: Reading | Edit
    told: tuple[Told, ...]


class Merger:
    """Effects of following the mentions of every kind, and the editors' commands."""

    def __init__(self, outbox: Outbox, *, shared: bool = True) -> None:
        """`shared`: others merge in these tables too."""
        self._outbox, self._parsed, self._shared = outbox, Parsed(), shared

    async def prepare(self, records: Sequence[Record]) -> list[Heard]:
        """The readings and commands in these records."""
        return [_heard(record) for record in records]

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Heard]) -> None:
        """Merge one record after the other: the history must not depend on how records fell into batches."""
        store = Store(tx, self._parsed, shared=self._shared)
        told = [one for heard in prepared for one in heard.told]
        readings = [heard.held for heard in prepared if isinstance(heard.held, Reading)]
        await store.open(readings, told, [heard.held for heard in prepared if isinstance(heard.held, Edit)])
        outgoing: list[Outgoing] = []
        breath = time.monotonic()
        for heard in prepared:
            if time.monotonic() - breath > BREATH_SECONDS:
                await store.touch()
                breath = time.monotonic()
            for change, state in await _changes(store, heard):
                outgoing += change_records(heard.record, change, state)
        await store.close()
        await self._outbox.append(tx, outgoing)


def _heard(record: Record) -> Heard:
    held = _held(record)
    return Heard(record, held, tuple(tellings(held)) if isinstance(held, Reading) else ())


def _held(record: Record) -> Reading | Edit:
    if NUL in (record.value or b""):
        raise Permanent("it holds a NUL, which Postgres stores in no text", record)
    model: type[Reading | Edit] = Edit if record.at.topic == EDITS_TOPIC else Reading
    try:
        return model.model_validate_json(record.value or b"")
    except ValidationError as error:
        raise Permanent(f"not {'an Edit' if model is Edit else 'a Reading'}: {brief(error)}", record) from error


async def _changes(store: Store, heard: Heard) -> Changes:
    """What follows from a record."""
    if isinstance(heard.held, Reading):
        return await _merge(store, heard.record, heard.held, heard.told)
    return await _order(store, heard.record, heard.held)


async def _merge(store: Store, record: Record, reading: Reading, told: Sequence[Told]) -> Changes:
    """What an article takes back counts as much as what it tells: it may have held others together, or kept them apart."""
    if store.is_late(reading):
        return ()
    before = store.replace(reading, told)
    return await _settle(store, record, [*before, *told], _cause(record, reading), before, anew=told if reading.rereading else ())


async def _order(store: Store, record: Record, edit: Edit) -> Changes:
    """What a command names, or what the one that it revokes did, is looked at again; what it names and is not there yet, once it comes."""
    seq = record.offset if record.envelope.seq is None else record.envelope.seq
    concerned = store.order(Command(edit, seq))
    return await _settle(store, record, concerned, _cause_of(record, edit)) if concerned else ()


async def _settle(
    store: Store, record: Record, seed: Sequence[Told], cause: Cause, taken_back: Sequence[Told] = (), *, anew: Sequence[Told] = ()
) -> Changes:
    at = datetime.fromtimestamp(record.timestamp_ms / 1000, UTC)
    core = await store.component(seed)
    previous, born = await store.events(store.homes(core))
    around = await _around(store, store.beside(core), {event.event_id for event in previous})
    store.dismiss(taken_back)
    gone = set(taken_back)
    left = [one for one in core if one not in gone]
    ruled = store.rulings(left)
    groups = partition(left, ruled)
    changes = settle(previous, groups, cause, at, _mint(record), born, around, rulings=ruled, anew=frozenset(anew))
    return zip(changes, store.save(changes, groups, at, gone), strict=True)


async def _around(store: Store, nearby: Sequence[Told], inside: AbstractSet[str]) -> list[Around]:
    """The events of other components that are linked to this one."""
    homes = store.homes(nearby)
    events, _ = await store.events(homes)
    return [Around(event, tuple(homes[event.event_id])) for event in events if event.event_id not in inside]


def _cause(record: Record, reading: Reading) -> Cause:
    article, words = reading.article, {"usable": "told", "corrected": "corrected", "withdrawn": "withdrawn"}
    done = f"read again under ruleset {reading.ruleset}, as told" if reading.rereading else words[article.pubstatus]
    return Cause(
        article_id=article.article_id,
        revision=article.revision,
        topic=record.at.topic,
        partition=record.at.partition,
        seq=record.envelope.seq,
        reason=f"{done} by {article.outlet}: {article.title}",
    )


def _cause_of(record: Record, edit: Edit) -> Cause:
    done = {"merge": "merged", "split": "split", "correct": "corrected", "retract": "retracted", "revoke": "command revoked"}
    at = record.at
    return Cause(
        topic=at.topic,
        partition=at.partition,
        seq=record.envelope.seq,
        reason=f"{done[edit.action]} by {edit.editor}: {edit.reason}",
        edit_id=edit.edit_id,
        editor=edit.editor,
    )


def _mint(record: Record) -> Callable[[Sequence[Told]], str]:
    """Ids for new events: made of the record that caused them and their first mention, so that no id is given twice."""
    return lambda group: str(uuid.uuid5(_NAMESPACE, f"{record.envelope.id} {group[0].mention.mention_id}"))
