"""What merging keeps in Postgres: the latest readings, their mentions, and the events as last published.

A store is one transaction's view: what it needs is read in few questions for a whole batch, what changes is kept in memory, and
all of it is written at the end. So a reading costs what it touches, and not a conversation with the server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import asyncpg

from schemas.changes import EventChange
from schemas.edits import Edit
from schemas.events import CanonicalEvent
from schemas.mentions import ArticleRef, Mention, Reading
from services.chassis.queries import at_once, queries
from services.normalizer.commands import Commands, Slot, slots_of
from services.normalizer.merging import Command, Keys, Rulings, Told, keys_of, named_with, rulings
from services.normalizer.recent import Recent, digest_of
from services.normalizer.shelf import Row, Shelf

SQL = queries(Path(__file__).parent / "sql" / "merging.sql")
WRITTEN = {"remember_readings": 7, "remember_mentions": 7, "remember_keys": 3, "move": 3, "save_events": 5}  # by how many columns
WRITE = at_once(*(SQL[name] for name in WRITTEN))
Version = tuple[int, int]  # revision, and rereading of it


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a process has parsed lately, to be handed to one store after another."""

    told: Recent[Told] = field(default_factory=lambda: Recent(16_384))
    events: Recent[CanonicalEvent] = field(default_factory=lambda: Recent(2_048))


class Store:
    """The tables of merging, within one transaction."""

    def __init__(self, tx: asyncpg.Connection, parsed: Parsed, *, shared: bool = True) -> None:
        """`shared`: others merge in these tables too, and are kept out until the transaction ends."""
        self._tx, self._parsed, self._shared = tx, parsed, shared
        self._shelf, self._commands = Shelf(), Commands(tx)
        self._strong: set[str] = set()  # keys asked for
        self._weak: set[str] = set()
        self._whole: set[Slot] = set()  # articles of which every mention is here; of others there may be those that share a key
        self._versions: dict[Slot, Version] = {}
        self._readings: dict[Slot, tuple[int, int, str, str, str]] = {}
        self._mentions: dict[str, str] = {}
        self._events: dict[str, tuple[CanonicalEvent, datetime]] = {}
        self._states: dict[str, str] = {}  # those that changed

    async def open(self, batch: Sequence[Reading], told: Sequence[Told], edits: Sequence[Edit] = ()) -> None:
        """Load what is known of the articles of a batch, and whatever their mentions, those told before and those `told` now, and
        editors' commands lead to.
        """
        if self._shared:
            await self._tx.execute(SQL["alone"], sorted({one.kind for one in batch} | {one.kind for one in edits}))
        else:
            await self._tx.execute(SQL["by_index"])
        named = await self._commands.find(edits)
        await self._load_articles({slot_of(reading) for reading in batch} | named)
        before = [row.told for row in self._shelf.rows.values()]
        await self._ask(together(keys_of(one) for one in (*before, *told)))
        await self._load_events({row.event_id for row in self._shelf.rows.values() if row.event_id})

    def is_late(self, reading: Reading) -> bool:
        """Whether this reading, one of a later revision of the article, or a later rereading of this one was merged already."""
        return self._versions.get(slot_of(reading), (0, 0)) >= version_of(reading)

    def replace(self, reading: Reading, told: Sequence[Told]) -> list[Told]:
        """Put an article's mentions in place of those of its earlier revision, which are returned."""
        slot = slot_of(reading)
        before = self._shelf.take_back(slot)
        article, sentences, spans = reading.article.model_dump_json(), json.dumps(reading.sentences), json.dumps(reading.spans)
        self._versions[slot] = version_of(reading)
        self._readings[slot] = (*version_of(reading), article, sentences, spans)
        for one in told:
            mention = self._mentions[one.mention.mention_id] = one.mention.model_dump_json()
            digest = digest_of((mention, article, sentences, spans))
            self._parsed.told.put(digest, one)
            self._shelf.put(one, digest)
        return before

    def order(self, command: Command) -> list[Told] | None:
        """Give a command, and return the mentions that it, or what it revokes, names; None if it was given before."""
        if self._commands.knows(command.edit):
            return None
        self._commands.give(command)
        concerned = self._commands.of(command.edit)
        return [one for one in self._named_by(concerned) if any(each.names(one) for each in concerned)]

    def rulings(self, told: Sequence[Told]) -> Rulings:
        """What editors say of these mentions."""
        return rulings(self._commands.touching(told), told)

    async def component(self, seed: Sequence[Told]) -> tuple[Told, ...]:
        """The seed and all mentions that could be one event with it, or that a command names with it, through any number of steps."""
        core = await self._alike(seed)
        while (touching := self._commands.touching(core)) and (more := named_with(core, self._named_by(touching), touching)):
            core = await self._alike((*core, *more))
        return core

    def _named_by(self, commands: Sequence[Command]) -> list[Told]:
        """What counts of the articles that these commands name."""
        return self._shelf.of({slot for command in commands for slot in slots_of(command.edit)})

    async def _alike(self, seed: Sequence[Told]) -> tuple[Told, ...]:
        core = self._shelf.crowd.component(seed)
        while (keys := self._shelf.crowd.unasked(core)) and await self._ask(keys):
            core = self._shelf.crowd.component(seed)
        return core

    def beside(self, core: Sequence[Told]) -> tuple[Told, ...]:
        """What is linked to a component."""
        return self._shelf.crowd.beside(core)

    def dismiss(self, told: Sequence[Told]) -> None:
        """Let go of what was taken back, once its component is known."""
        self._shelf.dismiss(told)

    def homes(self, told: Iterable[Told]) -> dict[str, list[Told]]:
        """The events that these mentions belong to, or belonged to last, with those of them that do."""
        found: dict[str, list[Told]] = {}
        for one in told:
            event_id = self._shelf.rows[one.mention.mention_id].event_id
            if event_id is not None:
                found.setdefault(event_id, []).append(one)
        return found

    async def events(self, event_ids: Iterable[str]) -> tuple[list[CanonicalEvent], dict[str, datetime]]:
        """Events by id, and when each was first recorded. Merged ones are left out; retracted ones may live again."""
        asked = sorted(set(event_ids))
        await self._load_events(asked)
        found = [self._events[name][0] for name in asked]
        return [event for event in found if event.merged_into is None], {name: self._events[name][1] for name in asked}

    def save(self, changes: Sequence[EventChange], groups: Sequence[Sequence[Told]], at: datetime, gone: Iterable[Told] = ()) -> list[str]:
        """Keep the changed events, and which mentions now belong to which; each event's state as JSON. `groups`: all mentions of
        events, of which an event itself may carry but some, though always the first. `gone`: what was taken back.
        """
        by_first = {group[0].mention.mention_id: group for group in groups}
        states = [self._keep(change.event, by_first, at) for change in changes]
        away = [one for one in gone if not self._shelf.rows[one.mention.mention_id].present]  # a later revision may tell it too
        self._let_go([*away, *(one for group in groups if not self._is_held(group) for one in group)])
        return states

    def _is_held(self, group: Sequence[Told]) -> bool:
        """Whether these are a living event, and not what an editor retracted."""
        event = self._living(group[0])
        return event is not None and event.mentions[0].mention_id == group[0].mention.mention_id

    def _living(self, one: Told) -> CanonicalEvent | None:
        """The event that a mention belonged to last, if that lives."""
        event_id = self._shelf.rows[one.mention.mention_id].event_id
        event = self._events[event_id][0] if event_id else None
        return None if event is None or event.merged_into or event.status == "retracted" else event

    def _let_go(self, told: Iterable[Told]) -> None:
        """An event that lives on without these is theirs no longer: whatever becomes of them would be told of it. One that is retracted
        stays theirs, as it may live again.
        """
        for one in told:
            if self._living(one):
                self._shelf.assign(one.mention.mention_id, None)

    def _keep(self, event: CanonicalEvent, by_first: Mapping[str, Sequence[Told]], at: datetime) -> str:
        _, born = self._events.get(event.event_id, (None, at))
        self._events[event.event_id] = (event, born)
        state = self._states[event.event_id] = event.model_dump_json()
        if not event.merged_into and event.status != "retracted":
            for one in by_first.get(event.mentions[0].mention_id, ()):  # none of an event of which only a link changed
                self._shelf.assign(one.mention.mention_id, event.event_id)
        return state

    async def touch(self) -> None:
        """Say that this transaction is at work: one that is silent for longer than a session is ended by the server."""
        await self._tx.execute("SELECT 1")

    async def close(self) -> None:
        """Write all that changed, in the order of its keys."""
        shelf = self._shelf
        rows = [shelf.rows[name] for name in sorted(shelf.written)]
        moved = [shelf.rows[name] for name in sorted(shelf.moved - shelf.written)]
        told: list[Iterable[Sequence[object]]] = [
            [(*slot, *texts) for slot, texts in sorted(self._readings.items())],
            [self._mention_columns(row) for row in rows],
            sorted(key for row in rows for key in _keys_of(row)),
            [(row.mention_id, row.event_id, row.present) for row in moved],
            [self._event_columns(*changed) for changed in sorted(self._states.items())],
        ]
        if any(told):
            await self._tx.execute(
                WRITE, *(each for some, width in zip(told, WRITTEN.values(), strict=True) for each in columns(some, width))
            )
        await self._commands.close()

    def _mention_columns(self, row: Row) -> tuple[object, ...]:
        return row.mention_id, *row.slot, row.event_id, row.present, row.digest, self._mentions[row.mention_id]

    def _event_columns(self, event_id: str, state: str) -> tuple[object, ...]:
        event, born = self._events[event_id]
        digest = digest_of((state,))
        self._parsed.events.put(digest, event)
        return event_id, event.kind, born, digest, state

    async def _ask(self, keys: Keys) -> bool:
        """Load what shares keys that were not asked for yet: is it more than is here? A key that is strong here finds weak ones too."""
        strong = keys.strong - self._strong
        weak = keys.weak - self._strong - self._weak
        if not strong and not weak:
            return False
        self._strong |= strong
        self._weak |= weak
        found = await self._tx.fetch(SQL["sharing_keys"], sorted(strong | weak), sorted(strong), list(self._shelf.rows))
        await self._load(found)
        return bool(found)

    async def _load_articles(self, asked: Iterable[Slot]) -> None:
        slots = sorted(set(asked) - self._whole)
        self._whole.update(slots)
        if not slots:
            return
        rows = await self._tx.fetch(SQL["known"], *columns(slots, 2))
        self._commands.there_are(any_at_all=rows[0]["commanded"])
        more = await self._commands.load(slots)
        for row in rows:
            if row["revision"] is not None:
                self._versions.setdefault((row["article_id"], row["kind"]), (row["revision"], row["rereading"]))
        await self._load([row for row in rows if row["mention_id"] is not None])
        await self._load_articles(more)

    async def _load(self, rows: Sequence[asyncpg.Record]) -> None:
        missing = [row["mention_id"] for row in rows if self._parsed.told.get(row["digest"]) is None]
        bodies = {row["mention_id"]: row for row in await self._tx.fetch(SQL["bodies"], missing)} if missing else {}
        for row in rows:
            if row["mention_id"] not in self._shelf.rows:
                told = self._parsed.told.get(row["digest"]) or self._parsed.told.put(row["digest"], _told(bodies[row["mention_id"]]))
                self._shelf.load([Row(told, row["digest"], row["event_id"], row["present"])])
        found = (self._shelf.rows[row["mention_id"]].slot for row in rows)
        await self._load_articles(await self._commands.load(found))

    async def _load_events(self, event_ids: Iterable[str]) -> None:
        unknown = sorted(set(event_ids) - self._events.keys())
        rows = await self._tx.fetch(SQL["events"], unknown) if unknown else []
        missing = [row["event_id"] for row in rows if self._parsed.events.get(row["digest"]) is None]
        states = {row["event_id"]: row["state"] for row in await self._tx.fetch(SQL["states"], missing)} if missing else {}
        for row in rows:
            held, event_id = self._parsed.events.get(row["digest"]), row["event_id"]
            event = held or self._parsed.events.put(row["digest"], CanonicalEvent.model_validate_json(states[event_id]))
            self._events[event_id] = (event, row["born"])


def slot_of(reading: Reading) -> Slot:
    return (reading.article.article_id, reading.kind)


def version_of(reading: Reading) -> Version:
    """What tells which of two readings of one article and kind counts: the greater does."""
    return (reading.article.revision, reading.rereading)


def tellings(reading: Reading) -> list[Told]:
    """The mentions of a reading, each with its article."""
    return [Told(mention, reading.article, reading.sentences, reading.spans) for mention in reading.mentions]


def columns(rows: Iterable[Sequence[object]], width: int) -> list[list[object]]:
    """Rows as columns, which `unnest` takes."""
    table = list(rows)
    return [[row[at] for row in table] for at in range(width)]


def together(keys: Iterable[Keys]) -> Keys:
    """All keys of several mentions."""
    every = list(keys)
    return Keys(frozenset().union(*(one.strong for one in every)), frozenset().union(*(one.weak for one in every)))


def _keys_of(row: Row) -> Iterator[tuple[str, str, bool]]:
    keys = keys_of(row.told)
    yield from ((key, row.mention_id, True) for key in keys.strong)
    yield from ((key, row.mention_id, False) for key in keys.weak)


def _told(row: asyncpg.Record) -> Told:
    sentences, spans = json.loads(row["sentences"]), json.loads(row["spans"])
    mention, article = Mention.model_validate_json(row["mention"]), ArticleRef.model_validate_json(row["article"])
    return Told(mention, article, tuple(sentences), tuple((start, end) for start, end in spans))
