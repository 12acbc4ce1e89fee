"""Entries → rows of `parties`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.events import CanonicalEvent
from schemas.relations import days, linking
from schemas.terms import fold
from services.timeline.fold import Entry, events

COLUMNS = {"event_id": "text", "party": "text", "kind": "text", "first": "date", "last": "date"}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row for each party by which an event may hang together with others, by event and party."""
    return [row for event in events(entries) for row in _rows(event)]


def _rows(event: CanonicalEvent) -> list[tuple[Any, ...]]:
    first, last = days(event)
    if first is None or last is None:
        return []
    return [(event.event_id, party, event.kind, first, last) for party in sorted({fold(who) for who in linking(event)})]
