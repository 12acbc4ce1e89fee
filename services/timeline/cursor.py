"""Keyset cursors: the sort key of the last event of an answer, opaque to those who pass it on.

A cursor names a place in the order rather than a count of rows, so it stays right while events arrive.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cursor:
    """The first day (None: undated, which sorts last) and the id of an event."""

    day: date | None
    event_id: str


def encode(cursor: Cursor) -> str:
    """The cursor as text that needs no escaping in a URL."""
    told = json.dumps([cursor.day and cursor.day.isoformat(), cursor.event_id])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """Read a cursor back.

    Raises:
        ValueError: it is not one that `encode` made.
    """
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    match _json(base64.b64decode(padded, altchars=b"-_", validate=True)):
        case [None, str(event_id)]:
            cursor = Cursor(None, event_id)
        case [str(day), str(event_id)]:
            cursor = Cursor(date.fromisoformat(day), event_id)
        case _:
            raise ValueError("a cursor holds a day and an id")
    if encode(cursor) != text or "\x00" in cursor.event_id:
        raise ValueError("this cursor was not made here")
    return cursor


def _json(told: bytes) -> object:
    try:
        return json.loads(told)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
