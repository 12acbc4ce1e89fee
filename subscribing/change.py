"""A change as a subscriber gets it: what it says is read when it is asked for, so that what nobody asks for costs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from pydantic import TypeAdapter
from pydantic_core import from_json

from schemas.changes import EventChange
from schemas.envelope import Envelope, from_headers
from schemas.events import CanonicalEvent
from schemas.records import seq_of
from schemas.versions import present
from subscribing.following import Step
from subscribing.position import Position

CURRENT, GONE = "current", "gone"
NOWHERE = Step(0, 0, None)
_CHANGE: TypeAdapter[EventChange] = TypeAdapter(EventChange)
_EVENT: TypeAdapter[CanonicalEvent] = TypeAdapter(CanonicalEvent)


class Change:
    """One record of an event topic. `more`: another one is at hand, so that a caller may put several into one transaction.

    Of `events.current.v1`: `what` is `current`, or `gone` where the event was merged away or retracted; `told` is None.
    """

    def __init__(self, raw: ConsumerRecord, what: str, step: Step = NOWHERE) -> None:
        """`step`: how far its partition is read with it. Where all others stand, `steps`, is known when it is handed out."""
        self.raw, self.what, self.step = raw, what, step
        self.more = False
        self.steps: Mapping[TopicPartition, Step] = {}

    @property
    def at(self) -> TopicPartition:
        """Its partition."""
        return TopicPartition(self.raw.topic, self.raw.partition)

    def __repr__(self) -> str:
        return f"<{self.what} {self.event_id} at {self.raw.topic}-{self.raw.partition}@{self.raw.offset}>"

    @property
    def event_id(self) -> str:
        """The id of the event, which is the key of the record."""
        return (self.raw.key or b"").decode()

    @property
    def seq(self) -> int:
        """The number of the record in its partition."""
        return seq_of(self.raw) or 0

    @property
    def recorded_at(self) -> datetime:
        """Log time: the time of the record."""
        return datetime.fromtimestamp(self.raw.timestamp / 1000, UTC)

    @cached_property
    def envelope(self) -> Envelope:
        """The CloudEvents attributes.

        Raises:
            ValueError: they can't be read.
        """
        return from_headers(self.raw.headers)

    @cached_property
    def value(self) -> bytes:
        """The value, as the present version of its model has it; empty for a tombstone.

        Raises:
            ValueError: it is of an older version, but not as that version had it.
        """
        headers = dict(self.raw.headers)
        kind, schema = (headers.get(name) for name in ("ce_type", "ce_dataschema"))
        return present(self.raw.value, (kind or b"").decode(), schema.decode() if schema else None) or b""

    @cached_property
    def plain(self) -> Any:
        """The value as JSON, unchecked: for who needs a few fields, several times as fast as `event`. None for a tombstone.

        Raises:
            ValueError: it is no JSON.
        """
        return from_json(self.value) if self.value else None

    @cached_property
    def told(self) -> EventChange | None:
        """The whole change: what, why, and the state after it.

        Raises:
            ValueError: the value is no `EventChange` (pydantic's error is a ValueError).
        """
        return None if self.what in {CURRENT, GONE} else _CHANGE.validate_json(self.value)

    @cached_property
    def event(self) -> CanonicalEvent | None:
        """The state after the change; None where the compacted topic says that the event is gone.

        Raises:
            ValueError: the value holds none.
        """
        if self.told is not None:
            return self.told.event
        return None if self.what == GONE else _EVENT.validate_json(self.value)

    @property
    def is_live(self) -> bool:
        """Whether the event stands after it: not merged into another, not retracted, not gone."""
        return self.event is not None and self.event.merged_into is None and self.event.status != "retracted"

    @property
    def position(self) -> Position:
        """Where to go on once this change is applied: store it in the transaction that applies it."""
        return position_of({**self.steps, self.at: self.step})


def position_of(steps: Mapping[TopicPartition, Step]) -> Position:
    """The position that these steps make."""
    return Position({(at.topic, at.partition): step.place for at, step in steps.items()})
