"""Entries → rows of `places`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.terms import fold
from services.timeline.fold import Entry, events

COLUMNS = {
    "event_id": "text",
    "at": "int",
    "name": "text",
    "folded": "text",
    "country": "text",
    "lat": "double precision",
    "lon": "double precision",
    "role": "text",
}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row a place, numbered within its event."""
    return [
        (event.event_id, at, place.name, fold(place.name), place.country, place.lat, place.lon, place.role)
        for event in events(entries)
        for at, place in enumerate(event.where)
    ]
