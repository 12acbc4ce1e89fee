"""Short ways to say an event, a change and a record, for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from schemas.articles import Published
from schemas.base import sha256
from schemas.changes import Cause, EventChange
from schemas.envelope import Envelope, to_headers
from schemas.events import Basis, CanonicalEvent, Claim, EventMention, Evidence, Participant, When
from services.chassis.records import Record
from services.timeline.changes import Change, Place, read_change

TOPIC = "events.summit.v1"
TIME = datetime(2025, 8, 20, tzinfo=UTC)
TIMESTAMP = int(TIME.timestamp() * 1000)


def event(event_id: str = "e-1", revision: int = 1, **fields: Any) -> CanonicalEvent:
    """A summit, unless said otherwise."""
    given = {"kind": "summit", "title": f"Meeting {event_id}", "status": "scheduled", "ruleset": "test", "recorded_at": TIME}
    return CanonicalEvent.model_validate(given | {"event_id": event_id, "revision": revision} | fields)


def on(start: str | None, end: str | None = None, precision: Any = "day", expression: str | None = None) -> When:
    return When(start=start, end=end or start, precision=precision, basis=Basis(expression=expression))


def person(name: str, country: str | None = None, role: Any = "attendee") -> Participant:
    return Participant(name=name, type="person", country=country, role=role)


def state(name: str, country: str, role: Any = "party") -> Participant:
    return Participant(name=name, type="state", country=country, role=role)


def mention(article_id: str, quote: str) -> EventMention:
    """Where an article tells an event, at its beginning."""
    where = Evidence(article_id=article_id, revision=1, start=0, end=len(quote), quote=quote, quote_sha256=sha256(quote), pattern_id="test")
    published = Published(earliest=TIME, latest=TIME, precision="minute", basis="absolute", raw="")
    return EventMention(
        mention_id=f"{article_id}#1",
        article_id=article_id,
        revision=1,
        outlet="The Torvik Post",
        published=published,
        status="occurred",
        evidence=where,
    )


def claim(article_id: str, field: str, value: Any) -> Claim:
    """What an article says of a field, in its own words."""
    return Claim(claim_id=f"{article_id}/{field}", field=field, value=value, evidence=mention(article_id, "It says so.").evidence)


def told(of: CanonicalEvent, kind: Any = "revised", **fields: Any) -> EventChange:
    return EventChange(change=kind, event=of, cause=Cause(reason="a test"), **fields)


def change(of: CanonicalEvent, offset: int = 1, partition: int = 0, **fields: Any) -> Change:
    """A change as it comes out of the log."""
    value = told(of, **fields).model_dump_json().encode()
    return read_change(Place(TOPIC, partition, offset), TIMESTAMP, of.event_id.encode(), value)


def record(of: CanonicalEvent, offset: int = 1, value: bytes | None = None, key: bytes | None = None, topic: str = TOPIC) -> Record:
    """A record with this event's change, or with another value or key."""
    key = of.event_id.encode() if key is None else key
    value = told(of).model_dump_json().encode() if value is None else value
    envelope = Envelope(id=f"{of.event_id}-{of.revision}-{offset}", type="daybook.event.revised.v1", source="test", time=TIME)
    headers = tuple((name, text.encode()) for name, text in to_headers(envelope).items())
    raw = ConsumerRecord(topic, 0, offset, TIMESTAMP, 0, key, value, None, len(key), len(value), headers)
    return Record(TopicPartition(topic, 0), offset, TIMESTAMP, key, value, envelope, raw)
