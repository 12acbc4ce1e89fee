"""Records: what comes out of Kafka and what goes into it, apart from any client library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.partitioner import murmur2

from schemas.envelope import Envelope
from schemas.records import digest, seq_of

__all__ = ["Outgoing", "Record", "digest", "partition_of", "seq_of"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a log, its envelope read. `again`: it was set aside, and an operator has had it tried once more."""

    at: TopicPartition
    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes | None
    envelope: Envelope
    raw: ConsumerRecord = field(repr=False, compare=False)
    again: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record that is to be published; `value` None is a tombstone. `cause` goes to quarantine where it can't be."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Mapping[str, str]
    timestamp_ms: int
    cause: Record | None = None


def partition_of(key: bytes, partitions: int) -> int:
    """The partition that Kafka's own default partitioner gives this key (murmur2)."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
