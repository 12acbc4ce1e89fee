"""Records: what comes out of Kafka and what goes into it, apart from any client library."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.partitioner import murmur2

from schemas.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a log, its envelope read."""

    at: TopicPartition
    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes | None
    envelope: Envelope
    raw: ConsumerRecord = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that is to be published; `value` None is a tombstone. `cause` goes to quarantine where it can't be."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Mapping[str, str]
    timestamp_ms: int
    cause: Record | None = None


def seq_of(raw: ConsumerRecord) -> int | None:
    """The dense number of a record, or None where it has none that can be read."""
    value = next((value for name, value in raw.headers if name == "ce_seq"), None)
    return int(value) if value and value.isdigit() else None


def digest(raw: ConsumerRecord) -> bytes:
    """SHA-256 of what a record says, to know it again."""
    parts = (raw.key, raw.value, *(part for name, value in raw.headers for part in (name.encode(), value)))
    return hashlib.sha256(b"".join(len(p or b"").to_bytes(4, "big") + (p or b"") for p in parts)).digest()


def partition_of(key: bytes, partitions: int) -> int:
    """The partition that Kafka's own default partitioner gives this key (murmur2)."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
