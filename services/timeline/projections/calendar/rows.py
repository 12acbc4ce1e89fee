"""Entries → rows of `calendar`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from services.timeline.changes import Change
from services.timeline.fold import Entry

COLUMNS = {"event_id": "text", "day": "date", "country": "text", "kind": "text", "status": "text", "exact": "boolean"}
KEY = 3
LONGEST = 14
"""Days: a summit of a week lies on each of them; what happens some time within a month is put on its first day, marked."""
ROUGH = {"week", "month", "year", "unknown"}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row for each day and country of each event, by event, day and country."""
    return [row for entry in entries if _stands(entry.change) for row in _rows(entry.change)]


def _stands(change: Change) -> bool:
    return change.event.merged_into is None and change.event.status != "retracted"


def _rows(change: Change) -> list[tuple[Any, ...]]:
    event = change.event
    days = _days(change.first, change.last, rough=event.when.precision in ROUGH)
    countries = sorted({place.country for place in event.where if place.country}) or [""]
    return [(event.event_id, day, country, event.kind, event.status, exact) for day, exact in days for country in countries]


def _days(first: date | None, last: date | None, *, rough: bool) -> list[tuple[date, bool]]:
    if first is None or last is None:
        return []
    length = (last - first).days + 1
    if rough or length > LONGEST:
        return [(first, False)]
    return [(first + timedelta(days=n), True) for n in range(length)]
