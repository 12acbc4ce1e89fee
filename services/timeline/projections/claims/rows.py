"""Entries → rows of `claims`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from services.timeline.fold import Entry, events

COLUMNS = {"event_id": "text", "article_id": "text", "claims": "int"}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row for each article that claims anything of an event, by event and article."""
    return [
        (event.event_id, *counted)
        for event in events(entries)
        for counted in sorted(Counter([claim.evidence.article_id for claim in event.claims]).items())
    ]
