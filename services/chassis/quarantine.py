"""Quarantine: the bytes of a record that can never be applied, on `<topic>.quarantine`, with the reason in headers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from schemas.envelope import QUARANTINED, Envelope, to_headers
from services.chassis.errors import LONGEST_REASON
from services.chassis.records import Outgoing

SUFFIX = ".quarantine"
_NAMESPACE = uuid.UUID("3b0c3e0e-7f0b-5d5d-9f3a-6a6f1d7f6a10")


def quarantine_records(follower: str, refused: Iterable[tuple[ConsumerRecord, str]]) -> list[Outgoing]:
    """The records to publish for these refusals: key and value untouched, the original headers kept under `original_`."""
    return [_record(follower, raw, reason) for raw, reason in refused]


def _record(follower: str, raw: ConsumerRecord, reason: str) -> Outgoing:
    place = f"{raw.topic}-{raw.partition}@{raw.offset}"
    envelope = Envelope(
        id=str(uuid.uuid5(_NAMESPACE, f"{follower} {place}")),
        type=QUARANTINED,
        source=follower,
        time=datetime.fromtimestamp(raw.timestamp / 1000, UTC),
        subject=place,
    )
    headers = _original(raw) | to_headers(envelope) | {"content-type": "application/octet-stream", "error": reason[:LONGEST_REASON]}
    return Outgoing(raw.topic + SUFFIX, raw.key or b"", raw.value, headers | _position(raw), raw.timestamp)


def _original(raw: ConsumerRecord) -> dict[str, str]:
    return {f"original_{name}": (value or b"").decode(errors="backslashreplace") for name, value in raw.headers}


def _position(raw: ConsumerRecord) -> dict[str, str]:
    return {"topic": raw.topic, "partition": str(raw.partition), "offset": str(raw.offset), "timestamp": str(raw.timestamp)}
