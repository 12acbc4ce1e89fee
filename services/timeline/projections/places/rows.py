"""Entries → rows of `places`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.terms import fold
from services.timeline.fold import Entry

COLUMNS = {
    "event_id": "text",
    "at": "int",
    "name": "text",
    "folded": "text",
    "country": "text",
    "lat": "double precision",
    "lon": "double precision",
    "role": "text",
    "first": "date",
}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row a place, numbered within its event."""
    return [
        (entry.change.event.event_id, at, place.name, fold(place.name), place.country, place.lat, place.lon, place.role, entry.change.first)
        for entry in entries
        for at, place in enumerate(entry.change.event.where)
    ]
