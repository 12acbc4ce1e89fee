"""Entries → rows of `texts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from schemas.events import CanonicalEvent
from schemas.terms import words_of
from services.timeline.fold import Entry

COLUMNS = {"event_id": "text", "told": "text"}
KEY = 1
LONGEST = 200_000
"""Code points; a tsvector may have a megabyte."""


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row an event."""
    return [(entry.change.event.event_id, " ".join(_told(entry.change.event))[:LONGEST]) for entry in entries]


def _told(event: CanonicalEvent) -> Iterator[str]:
    """Each sentence once, however many articles copied it."""
    names = [participant.name for participant in event.participants]
    places = [name for place in event.where for name in (place.name, *place.within)]
    quotes = dict.fromkeys(mention.evidence.quote for mention in event.mentions)
    for text in (event.title, *names, *places, *quotes):
        yield words_of(text)
