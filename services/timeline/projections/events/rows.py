"""Entries → rows of `events`: every revision, and how it can be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from schemas.events import CanonicalEvent
from schemas.terms import terms
from services.timeline.fold import Entry
from services.timeline.lean import written
from services.timeline.packing import pack

KEEPS_ALL = True
COLUMNS = {
    "event_id": "text",
    "revision": "int",
    "change": "text",
    "cause": "jsonb",
    "merge_id": "text",
    "split_from": "text",
    "recorded_at": "timestamptz",
    "known_at": "timestamptz",
    "known_until": "timestamptz",
    "topic": "text",
    "partition": "int",
    "offset": "bigint",
    "offset_until": "bigint",
    "kind": "text",
    "status": "text",
    "title": "text",
    "when_start": "date",
    "when_end": "date",
    "when_precision": "text",
    "countries": "text[]",
    "participant_terms": "text[]",
    "articles": "int",
    "publishers": "int",
    "lineages": "int",
    "merged_into": "text",
    "state": "bytea",
}
FOR_EVER = datetime.max.replace(tzinfo=UTC)  # asyncpg's name for Postgres' timestamp 'infinity'
LAST_OFFSET = 2**63 - 1


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row for each revision, in order of event and revision."""
    return [(*_told(entry), *_asked_by(entry)) for entry in entries]


def _told(entry: Entry) -> tuple[Any, ...]:
    told, place, following = entry.change.told, entry.change.place, entry.next
    return (
        *entry.change.version,
        told.change,
        written(told.cause),
        told.merge_id,
        told.split_from,
        entry.change.recorded_at,
        entry.known_at,
        following.known_at if following else FOR_EVER,
        place.topic,
        place.partition,
        place.offset,
        following.change.place.offset if following else LAST_OFFSET,
    )


def _asked_by(entry: Entry) -> tuple[Any, ...]:
    event, seen = entry.change.event, entry.change.event.corroboration
    return (
        event.kind,
        event.status,
        event.title,
        entry.change.first,
        entry.change.last,
        event.when.precision,
        _countries(event),
        terms(event.participants),
        seen.articles,
        seen.publishers,
        seen.lineages,
        event.merged_into,
        pack(entry.change.state),
    )


def _countries(event: CanonicalEvent) -> list[str]:
    """Where it happens or may happen, each country once."""
    return sorted({place.country for place in event.where if place.country})
