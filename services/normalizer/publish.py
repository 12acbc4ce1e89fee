"""The records that the normalizer publishes: readings, changes of events, and the present state of each event. Pure."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.changes import EventChange
from schemas.edits import Edit
from schemas.envelope import Envelope, to_headers
from schemas.mentions import Reading
from schemas.versions import dataschema
from services.chassis.records import Outgoing, Record
from services.normalizer.desk import Written

SOURCE = "normalizer"
CURRENT_TOPIC = "events.current.v1"
EDITS_TOPIC = "edits.v1"
_NAMESPACE = uuid.UUID("0f0ce6f5-6e0c-5c0d-8d0a-3d0f8f1b7f52")


@dataclass(frozen=True, slots=True)
class _Again:
    """What tells a further record of the same cause from the first: its number, and its own log time in milliseconds."""

    number: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class _Payload:
    model: str
    body: bytes


def reading_record(cause: Record, reading: Written) -> Outgoing:
    """A reading, caused by an article's revision. Log time is the article's: reading takes no time in Daybook's history."""
    payload = _Payload("Reading", reading.body)
    return _record(cause, f"mentions.{reading.kind}.v1", reading.article_id, "daybook.reading.v1", payload, reading.ruleset)


def rereading_record(cause: Record, reading: Reading, number: int, at: datetime) -> Outgoing:
    """A reading of an article's revision that was read before, of the rereading of that number. Log time is now: what was known until
    then must stay what was known then.
    """
    payload = _Payload("Reading", reading.model_copy(update={"rereading": number}).model_dump_json().encode())
    again = _Again(number, int(at.timestamp() * 1000))
    topic, key = f"mentions.{reading.kind}.v1", reading.article.article_id
    return _record(cause, topic, key, "daybook.reading.v1", payload, reading.ruleset, again)


def change_records(cause: Record, change: EventChange, state: str) -> list[Outgoing]:
    """A change goes to its kind's topic, and the state after it to the compacted one: a tombstone where none is left. `state`: the
    event as JSON, which is large, is kept besides, and so is written once.
    """
    event = change.event
    told, now = _Payload("EventChange", around(change, state).encode()), _Payload("CanonicalEvent", state.encode())
    history = _record(cause, f"events.{event.kind}.v1", event.event_id, f"daybook.event.{change.change}.v1", told, event.ruleset)
    gone = event.merged_into is not None or event.status == "retracted"
    current = _record(cause, CURRENT_TOPIC, event.event_id, "daybook.event.current.v1", None if gone else now, event.ruleset)
    return [history, current]


def edit_record(edit: Edit) -> Outgoing:
    """An editor's command. It has no cause in the log: it is the beginning of what follows from it."""
    envelope = Envelope(
        id=str(uuid.uuid5(_NAMESPACE, f"{EDITS_TOPIC} {edit.edit_id}")),
        type=f"daybook.edit.{edit.action}.v1",
        source=SOURCE,
        time=edit.given_at,
        subject=edit.edit_id,
        dataschema=dataschema("Edit"),
        correlation_id=edit.edit_id,
    )
    at = int(edit.given_at.timestamp() * 1000)
    return Outgoing(EDITS_TOPIC, edit.edit_id.encode(), edit.model_dump_json().encode(), to_headers(envelope), at)


def around(change: EventChange, state: str) -> str:
    """The change as JSON, around its event's; the same as if all of it were written anew."""
    kind, _, rest = change.model_dump_json(exclude={"event"}).partition(",")
    return f'{kind},"event":{state},{rest}'


def _record(  # noqa: PLR0913, PLR0917 - what a record is made of
    cause: Record, topic: str, key: str, kind_of_record: str, payload: _Payload | None, ruleset: str, again: _Again | None = None
) -> Outgoing:
    at, which = (again.at_ms, f" {again.number}") if again else (cause.timestamp_ms, "")
    envelope = Envelope(
        id=str(uuid.uuid5(_NAMESPACE, f"{cause.envelope.id} {topic} {key} {kind_of_record}{which}")),
        type=kind_of_record,
        source=SOURCE,
        time=datetime.fromtimestamp(at / 1000, UTC),
        subject=key,
        dataschema=dataschema(payload.model) if payload else None,
        causation_id=cause.envelope.id,
        correlation_id=cause.envelope.correlation_id,
        ruleset=ruleset,
    )
    return Outgoing(topic, key.encode(), payload.body if payload else None, to_headers(envelope), at, cause)
