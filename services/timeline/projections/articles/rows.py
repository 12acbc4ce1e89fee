"""Entries → rows of `articles`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.timeline.fold import Entry, events

COLUMNS = {
    "event_id": "text",
    "at": "int",
    "article_id": "text",
    "revision": "int",
    "mention_id": "text",
    "outlet": "text",
    "url": "text",
}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row a mention, numbered within its event."""
    return [
        (event.event_id, at, told.article_id, told.revision, told.mention_id, told.outlet, told.url)
        for event in events(entries)
        for at, told in enumerate(event.mentions)
    ]
