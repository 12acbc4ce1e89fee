"""A change of an event as people read it in a terminal: one line. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from services.timeline.dates import when_text
from services.timeline.view import safe

if TYPE_CHECKING:
    from schemas.events import CanonicalEvent
    from subscribing import Change

_STYLES = {"identified": "green", "merged": "yellow", "split": "yellow", "retracted": "red", "gone": "red"}


def line(change: Change) -> Text:
    """When it was recorded, what changed, and how the event stands now. No markup is read, and no control character gets through."""
    begun = f"{change.recorded_at:%Y-%m-%d %H:%M}Z  "
    what = Text(f"{change.what:<10}  ", style=_STYLES.get(change.what, "cyan"))
    return Text.assemble(begun, what, safe(_told(change)))


def _told(change: Change) -> str:
    try:
        event = change.event
    except ValueError:
        return f"{change.event_id}  (can't be read; --json shows it)"
    return change.event_id if event is None else _standing(event)


def _standing(event: CanonicalEvent) -> str:
    became = f"now part of {event.merged_into}" if event.merged_into else event.status
    parts = (event.kind.replace("_", " "), became, when_text(event.when), event.title, f"[{event.event_id} r{event.revision}]")
    return "  ".join(part for part in parts if part)
