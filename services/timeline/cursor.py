"""Keyset cursors: the order of an answer and the sort key of its last event, opaque to those who pass it on.

A cursor names a place in the order rather than a count of rows, so it stays right while events arrive.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Sort = Literal["day", "-day", "recorded", "-recorded"]
UNDATED = date.max  # asyncpg's name for Postgres' date 'infinity'


@dataclass(frozen=True, slots=True)
class Cursor:
    """The first day of an event (`date.max`: undated), or when it became known, and its id."""

    sort: Sort
    key: date | datetime
    event_id: str


def encode(cursor: Cursor) -> str:
    """The cursor as text that needs no escaping in a URL."""
    told = json.dumps([cursor.sort, cursor.key.isoformat(), cursor.event_id])
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """Read a cursor back.

    Raises:
        ValueError: it is not one that `encode` made.
    """
    padded = text.encode("ascii") + b"=" * (-len(text) % 4)
    match _json(base64.b64decode(padded, altchars=b"-_", validate=True)):
        case [str(sort), str(key), str(event_id)] if sort in get_args(Sort):
            cursor = Cursor(sort, _key(sort, key), event_id)  # type: ignore[arg-type]  # it is one of those
        case _:
            raise ValueError("a cursor holds an order, a key and an id")
    if encode(cursor) != text or "\x00" in cursor.event_id:
        raise ValueError("this cursor was not made here")
    return cursor


def _key(sort: str, text: str) -> date | datetime:
    if sort.endswith("day"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment has a zone")
    return moment


def _json(told: bytes) -> object:
    try:
        return json.loads(told)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
