"""Entries → rows of `numbers`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.events import Quantity
from services.timeline.fold import Entry, events

COLUMNS = {
    "event_id": "text",
    "at": "int",
    "measure": "text",
    "party": "text",
    "low": "int",
    "best": "int",
    "high": "int",
    "known": "int",
}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row a quantity, numbered within its event."""
    return [
        (event.event_id, at, told.measure, told.party, told.low, told.best, told.high, _known(told))
        for event in events(entries)
        for at, told in enumerate(event.quantities)
    ]


def _known(told: Quantity) -> int | None:
    return next((number for number in (told.best, told.low, told.high) if number is not None), None)
