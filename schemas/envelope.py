"""The envelope: CloudEvents 1.0 in Kafka's binary mode, as record headers.

`ce_*` headers carry the CloudEvents attributes and our extensions (`ce_seq`, `ce_causationid`, `ce_correlationid`,
`ce_ruleset`); `content-type` and `traceparent` keep the names that the Kafka binding and W3C Trace Context give them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter

from schemas.base import Model

CONTENT_TYPE = "application/json"
GENESIS = "daybook.log.genesis.v1"
QUARANTINED = "daybook.quarantined.v1"

_HEX = frozenset("0123456789abcdef")
_EXTENSIONS = {"causation_id": "causationid", "correlation_id": "correlationid"}


class Envelope(Model):
    """Metadata around a payload. `seq` is dense per (topic, partition); None where no outbox numbered the record."""

    id: Annotated[str, Field(description="names the record: a repeat has the same")]
    type: Annotated[str, Field(description="what the record tells, with the version of its value")]
    source: Annotated[str, Field(description="the service that wrote it")]
    time: Annotated[AwareDatetime, Field(description="log time: of what caused the record, when that entered the log")]
    subject: Annotated[
        str | None, Field(description="what it is about: the same text as the key; of quarantine, the place of the record")
    ] = None
    dataschema: Annotated[str | None, Field(description="model and version of the value; absent where there is none")] = None
    causation_id: Annotated[str | None, Field(description="id of the record that caused this one")] = None
    correlation_id: Annotated[str | None, Field(description="what all records of one article share")] = None
    ruleset: Annotated[str | None, Field(description="version of the rules that it was read or merged by")] = None
    seq: Annotated[int | None, Field(description="number in its partition, dense from 0; a repeat has the same")] = None


_HEADERS = {name: f"ce_{_EXTENSIONS.get(name, name)}" for name in Envelope.model_fields if name != "seq"}
_ATTRIBUTES = {header: name for name, header in _HEADERS.items()} | {"ce_seq": "seq"}
_INSTANT: TypeAdapter[datetime] = TypeAdapter(datetime)


def headers_table() -> dict[str, str]:
    """Every header of a record by name, in order, with its meaning; those of quarantine apart, which are `QUARANTINE_HEADERS`."""
    told = {f"ce_{_EXTENSIONS.get(name, name)}": field.description or "" for name, field in Envelope.model_fields.items()}
    trace = "W3C Trace Context, made of `ce_correlationid` and `ce_id`: all that came of one article is one trace"
    kind = "media type of the value: application/json, or application/octet-stream in quarantine"
    return {"ce_specversion": "1.0: the version of CloudEvents"} | told | {"content-type": kind, "traceparent": trace}


QUARANTINE_HEADERS = {
    "error": "why it could not be applied",
    "topic": "where it was read: the topic",
    "partition": "its partition",
    "offset": "its offset",
    "timestamp": "its time, in milliseconds since 1970",
    "original_…": "each of its own headers, by its name",
    "reason": "of a refused page: a word for why",
    "advice": "of a refused page: what to do about it",
    "page": "of a refused page: its name",
    "url": "of a refused page: its address",
    "captured_at": "of a refused page: when it was captured",
    "media_type": "of a refused page: what it says it is",
    "size": "of a refused page: its size in bytes, of which quarantine may hold fewer",
}
REQUIRED_HEADERS = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type")


def to_headers(envelope: Envelope) -> dict[str, str]:
    """The headers of a record, in a fixed order; `seq` is left to the relay, which knows it last."""
    headers = {"ce_specversion": "1.0"}
    for name, header in _HEADERS.items():
        value = getattr(envelope, name)
        if value is not None:
            headers[header] = _INSTANT.dump_python(value, mode="json") if name == "time" else value
    return headers | {"content-type": CONTENT_TYPE} | _trace(envelope)


def _trace(envelope: Envelope) -> dict[str, str]:
    """W3C Trace Context made from the ids, so that the same record always carries the same trace."""
    trace, span = _hex(envelope.correlation_id), _hex(envelope.id)
    return {"traceparent": f"00-{trace:0>32.32}-{span:0>16.16}-01"} if trace and span else {}


def _hex(identity: str | None) -> str:
    digits = (identity or "").replace("-", "").lower()
    return digits if set(digits) <= _HEX else ""


def from_headers(headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """Read the envelope back.

    Raises:
        ValueError: a header is not UTF-8, or a required attribute is missing (pydantic's error is a ValueError).
    """
    told = [(name, value.decode()) for name, value in headers if value is not None]
    return Envelope.model_validate({_ATTRIBUTES[name]: text for name, text in told if name in _ATTRIBUTES})
