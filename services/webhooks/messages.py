"""What is posted: a record of the log as a CloudEvent in structured JSON, its value as it stands in the log. Pure."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.changes import EventChange
from schemas.envelope import CONTENT_TYPE
from schemas.events import CanonicalEvent
from services.chassis.errors import Permanent, brief
from services.chassis.records import Record

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"
PING = "daybook.webhook.ping.v1"
SOURCE = "webhooks"
_NAMESPACE = uuid.UUID("8f0f3b44-3d0a-5d53-9a57-0f6c9f1f2f7e")
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies in the log."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Message:
    """A change that is to be told; `body` is what is posted, byte for byte, however often. `again`: it was in quarantine meanwhile."""

    place: Place
    message_id: str
    event: CanonicalEvent
    body: bytes
    again: bool = False


def message(record: Record) -> Message:
    """The message of a record.

    Raises:
        Permanent: with `record` set: it is no change of the event that its key names.
    """
    value = record.value or b""
    try:
        event = EventChange.model_validate_json(value).event
    except ValidationError as error:
        raise Permanent(f"no change of an event: {brief(error)}", record) from error
    if record.key != event.event_id.encode():
        raise Permanent(f"the key is not the event's id, {event.event_id!r}", record)
    place = Place(record.at.topic, record.at.partition, record.offset)
    return Message(place, message_id(record.envelope.id), event, _body(record, value), record.again)


def message_id(identity: str) -> str:
    """The record's own id, by which a receiver knows a repeat; of one that could not stand in a signed header, an id made from it."""
    return identity if _PLAIN.fullmatch(identity) else str(uuid.uuid5(_NAMESPACE, identity))


def ping(endpoint_id: str, identity: str, time: str) -> bytes:
    """What is posted to see whether an address answers."""
    about = {"specversion": "1.0", "id": identity, "source": SOURCE, "type": PING, "time": time, "subject": endpoint_id}
    return json.dumps(about | {"datacontenttype": CONTENT_TYPE, "data": {"webhook": endpoint_id}}).encode()


def _body(record: Record, value: bytes) -> bytes:
    """The attributes of the record's headers, and its value untouched: what was parsed and written anew might be another text."""
    headers = {name: (text or b"").decode() for name, text in record.raw.headers}
    attributes = {name.removeprefix("ce_"): text for name, text in headers.items() if name.startswith("ce_")}
    if "traceparent" in headers:
        attributes["traceparent"] = headers["traceparent"]
    where = {"topic": record.at.topic, "partition": str(record.at.partition), "offset": str(record.offset)}
    about = json.dumps(attributes | where | {"datacontenttype": CONTENT_TYPE}, ensure_ascii=False)
    return about[:-1].encode() + b', "data": ' + value + b"}"
