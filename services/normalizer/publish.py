"""The records that the normalizer publishes: readings, changes of events, and the present state of each event. Pure."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from schemas.base import Model
from schemas.changes import EventChange
from schemas.envelope import Envelope, to_headers
from schemas.mentions import Reading
from services.chassis.records import Outgoing, Record

SOURCE = "normalizer"
CURRENT_TOPIC = "events.current.v1"
_NAMESPACE = uuid.UUID("0f0ce6f5-6e0c-5c0d-8d0a-3d0f8f1b7f52")


def reading_record(cause: Record, reading: Reading) -> Outgoing:
    """A reading, caused by an article's revision. Log time is the article's: reading takes no time in Daybook's history."""
    return _record(cause, f"mentions.{reading.kind}.v1", reading.article.article_id, "daybook.reading.v1", reading, reading.ruleset)


def change_records(cause: Record, change: EventChange) -> list[Outgoing]:
    """A change goes to its kind's topic, and the state after it to the compacted one: a tombstone where none is left."""
    event = change.event
    history = _record(cause, f"events.{event.kind}.v1", event.event_id, f"daybook.event.{change.change}.v1", change, event.ruleset)
    gone = event.merged_into is not None or event.status == "retracted"
    current = _record(cause, CURRENT_TOPIC, event.event_id, "daybook.event.current.v1", None if gone else event, event.ruleset)
    return [history, current]


def _record(cause: Record, topic: str, key: str, kind_of_record: str, payload: Model | None, ruleset: str) -> Outgoing:
    envelope = Envelope(
        id=str(uuid.uuid5(_NAMESPACE, f"{cause.envelope.id} {topic} {key} {kind_of_record}")),
        type=kind_of_record,
        source=SOURCE,
        time=datetime.fromtimestamp(cause.timestamp_ms / 1000, UTC),
        subject=key,
        dataschema=f"urn:daybook:schema:{type(payload).__name__}:v1" if payload else None,
        causation_id=cause.envelope.id,
        correlation_id=cause.envelope.correlation_id,
        ruleset=ruleset,
    )
    body = payload.model_dump_json().encode() if payload else None
    return Outgoing(topic, key.encode(), body, to_headers(envelope), cause.timestamp_ms, cause)
