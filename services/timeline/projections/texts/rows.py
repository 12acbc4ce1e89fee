"""Entries → rows of `texts`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from schemas.events import CanonicalEvent
from schemas.terms import MOST_NAMES, words_of
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
    yield words_of(event.title)
    yield from [_known(participant.name) for participant in event.participants]
    for place in event.where:
        yield _known(place.name)
        yield from map(words_of, place.within)
    yield from map(words_of, dict.fromkeys([mention.evidence.quote for mention in event.mentions]))


_known = lru_cache(MOST_NAMES)(words_of)  # of names that are known to be short
