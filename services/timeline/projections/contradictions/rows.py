"""Entries → rows of `contradictions`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.contradictions import contradictions
from schemas.events import CanonicalEvent
from services.timeline.fold import Entry

COLUMNS = {"event_id": "text", "field": "text", "kind": "text", "rising": "boolean", "told": "jsonb"}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row for each field of each event that stands, by event and field."""
    return [row for entry in entries if _stands(entry.change.event) for row in _rows(entry.change.event)]


def _stands(event: CanonicalEvent) -> bool:
    return event.merged_into is None and event.status != "retracted"


def _rows(event: CanonicalEvent) -> list[tuple[Any, ...]]:
    return [(event.event_id, found.field, event.kind, found.rising, found.model_dump_json()) for found in contradictions(event)]
