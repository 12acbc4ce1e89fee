"""Entries → rows of `actors`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.terms import fold
from services.timeline.changes import Change
from services.timeline.fold import Entry

COLUMNS = {
    "event_id": "text",
    "at": "int",
    "name": "text",
    "folded": "text",
    "type": "text",
    "country": "text",
    "role": "text",
    "stands": "boolean",
}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row a participant, numbered within its event."""
    return [row for entry in entries for row in _rows(entry.change)]


def _rows(change: Change) -> list[tuple[Any, ...]]:
    event = change.event
    stands = event.merged_into is None and event.status != "retracted"
    return [(event.event_id, at, p.name, fold(p.name), p.type, p.country, p.role, stands) for at, p in enumerate(event.participants)]
