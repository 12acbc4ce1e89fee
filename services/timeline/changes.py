"""A change as it stands in the log: what every projection is made from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from pydantic import ValidationError

from schemas.changes import EventChange
from schemas.events import CanonicalEvent, When
from services.timeline import lean

MOST_ERRORS = 3  # a reason is for people: the first few tell what is wrong
MOST_DAYS = 10_000  # kept in memory: the same come again and again
LONGEST = 200
"""Characters of what is looked up by an index: one takes 2,700 bytes, of an id, a name and what that is folded to. A generation that is
being filled has no index yet that would refuse more, and what one refuses all must.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: topic, partition, offset."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `event` is the one that it tells of, `state` its JSON; `first` and `last` are its days (None: undated); `recorded_at` is
    log time.

    `told` has the attributes of an `EventChange` but its event, and may be a struct (`lean.py`): its parts are written by `lean.written`.
    """

    place: Place
    told: EventChange
    event: CanonicalEvent
    state: bytes
    first: date | None
    last: date | None
    recorded_at: datetime

    @property
    def version(self) -> tuple[str, int]:
        return self.event.event_id, self.event.revision


def read_change(place: Place, timestamp_ms: int, key: bytes, value: bytes | None) -> Change:
    """Read a record of an `events.*` topic.

    Raises:
        ValueError: it is no change of the event that its key names, or holds what Postgres can't store.
    """
    told, event, state = _told(value)
    if key != event.event_id.encode():
        raise ValueError(f"the key is not the event's id, {event.event_id!r}")
    _need_short(event)
    first, last = days(event.when)
    return Change(place, told, event, state, first, last, event.recorded_at or datetime.fromtimestamp(timestamp_ms / 1000, UTC))


def _told(value: bytes | None) -> tuple[EventChange, CanonicalEvent, bytes]:
    if not value:
        raise ValueError("the record has no value")
    if whole := lean.read_whole(value):
        _need_no_nul(whole[2])
        return whole
    try:
        told = lean.read(value)
    except ValidationError as error:
        raise ValueError(_reason(error)) from error
    return told, told.event, storable(told.event)


def _reason(error: ValidationError) -> str:
    told = [f"{'.'.join(map(str, e['loc'])) or 'value'}: {e['msg']}" for e in error.errors(include_input=False)[:MOST_ERRORS]]
    return f"not an EventChange, {error.error_count()} errors: " + "; ".join(told)


def _need_short(event: CanonicalEvent) -> None:
    texts = _indexed(event)
    if max(map(len, texts)) > LONGEST:
        long = next(text for text in texts if len(text) > LONGEST)
        raise ValueError(f"{long[:40]!r}… is an id or a name of {len(long)} characters, and {LONGEST} are the most")


def _indexed(event: CanonicalEvent) -> list[str]:
    return [
        event.event_id,
        *[one.name for one in event.participants],
        *[one.name for one in event.where],
        *[one.measure for one in event.quantities],
        *[one.article_id for one in event.mentions],
        *[one.mention_id for one in event.mentions],
        *[one.evidence.article_id for one in event.claims],
    ]


def storable(event: CanonicalEvent) -> bytes:
    """The event as JSON text.

    Raises:
        ValueError: a text holds NUL, which Postgres can't store, or a number is none, which JSON has no word for.
    """
    state = lean.written(event).encode()
    _need_no_nul(state)
    if not lean.is_lean(event):  # a struct holds no such number
        json.loads(state, parse_constant=_no_number)
    return state


def _need_no_nul(state: bytes) -> None:
    escaped = b"\\" in state and b"\\u0000" in state  # most hold no escape at all, which is soon seen
    if escaped and b"\\u0000" in state.replace(b"\\\\", b""):  # an escaped backslash begins none
        raise ValueError("a text holds NUL, which Postgres can't store")


def _no_number(name: str) -> None:
    raise ValueError(f"a number is {name}, which JSON can't hold")


def days(when: When) -> tuple[date | None, date | None]:
    """The first and the last day, inclusive and local to the place. Where one is unknown the other stands for both.

    Raises:
        ValueError: a day that no calendar has, or an end before its start.
    """
    first, last = _day(when.start or when.end), _day(when.end or when.start)
    if first and last and last < first:
        raise ValueError(f"the event ends on {last}, before it starts on {first}")
    return first, last


@lru_cache(MOST_DAYS)
def _day(moment: str | None) -> date | None:
    return date.fromisoformat(moment[: len("2025-08-18")]) if moment else None
