"""What a change means for what is known: which revision follows which, and from when to when each was the last one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.events import CanonicalEvent
from services.timeline.changes import Change


@dataclass(frozen=True, slots=True)
class Head:
    """The last revision known of an event, and since when."""

    revision: int
    known_at: datetime


@dataclass(slots=True)
class Entry:
    """A change that was news. `known_at` is its log time, but never before that of an earlier revision of its event; `next` followed it."""

    change: Change
    known_at: datetime
    next: Entry | None = None


def fold(heads: Mapping[str, Head], changes: Iterable[Change]) -> list[Entry]:
    """The changes that are news to whoever has these heads, by event and revision.

    A revision that is not newer than the one known is a repeat, whatever it says.
    """
    last: dict[str, Entry] = {}
    news: list[Entry] = []
    for change in changes:
        head = _head(heads, last, change.event.event_id)
        if head and change.event.revision <= head.revision:
            continue
        entry = Entry(change, max(change.recorded_at, head.known_at) if head else change.recorded_at)
        if before := last.get(change.event.event_id):
            before.next = entry
        last[change.event.event_id] = entry
        news.append(entry)
    return sorted(news, key=lambda entry: entry.change.version)


def events(entries: Iterable[Entry]) -> Iterator[CanonicalEvent]:
    """The event as each entry leaves it."""
    return (entry.change.event for entry in entries)


def firsts(entries: Iterable[Entry]) -> list[Entry]:
    """Of each event the entry that follows what was known before."""
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(entry.change.event.event_id, entry)
    return list(found.values())


def heads_of(entries: Iterable[Entry]) -> dict[str, Head]:
    """The last revision of each event among these."""
    return {e.change.event.event_id: Head(e.change.event.revision, e.known_at) for e in entries if e.next is None}


def _head(heads: Mapping[str, Head], last: Mapping[str, Entry], event_id: str) -> Head | None:
    entry = last.get(event_id)
    return Head(entry.change.event.revision, entry.known_at) if entry else heads.get(event_id)
