"""The answers as models, for OpenAPI and for clients, and how they are put together from stored JSON.

A state was checked when it was projected: it is passed on as the text that Postgres holds, not parsed and written again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

import asyncpg
from pydantic import BaseModel, Field

from schemas.base import Instant
from schemas.changes import Cause, ChangeType
from schemas.events import CanonicalEvent
from services.timeline.reader import EventsPage, HistoryPage, Position

PositionField = Annotated[
    dict[str, int], Field(description="what this answer takes into account: topic-partition → offset of the next record to apply")
]


class Events(BaseModel):
    """Events in order of their first day, undated ones last, then by id."""

    events: list[CanonicalEvent]
    next: Annotated[str | None, Field(description="`cursor` for the next page; null on the last one")]
    position: PositionField


class Revision(BaseModel):
    """One change, as it was told, with the full state after it."""

    revision: int
    change: ChangeType
    cause: Cause
    merge_id: str | None
    split_from: str | None
    recorded_at: Instant
    topic: str
    partition: int
    offset: int
    state: CanonicalEvent


class History(BaseModel):
    """Revisions in order, the first one first."""

    event_id: str
    revisions: list[Revision]
    next: Annotated[int | None, Field(description="`after` for the next page; null on the last one")]
    position: PositionField


def events_json(page: EventsPage) -> str:
    """The text of `Events`."""
    return _object({"next": page.next, "position": page.position}, {"events": f"[{','.join(page.states)}]"})


def history_json(event_id: str, page: HistoryPage) -> str:
    """The text of `History`."""
    revisions = ",".join(_revision(row) for row in page.rows)
    return _object({"event_id": event_id, "next": page.next, "position": page.position}, {"revisions": f"[{revisions}]"})


def position_header(position: Position) -> str:
    """The position as a structured field (RFC 8941, a dictionary of integers): `events.summit.v1-0=17, …`."""
    return ", ".join(f"{place}={offset}" for place, offset in position.items())


def _revision(row: asyncpg.Record) -> str:
    plain = {name: row[name] for name in ("revision", "change", "merge_id", "split_from", "topic", "partition", "offset")}
    return _object(plain | {"recorded_at": row["recorded_at"].isoformat()}, {"cause": row["cause"], "state": row["state"]})


def _object(plain: Mapping[str, object], written: Mapping[str, str]) -> str:
    """A JSON object of values, and of values that are JSON already."""
    members = {name: json.dumps(value) for name, value in plain.items()} | dict(written)
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members.items()) + "}"
