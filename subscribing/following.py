"""What each record means for its partition: the next in the log, a repeat, or a hole. Pure."""

from __future__ import annotations

from typing import NamedTuple

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schemas.genesis import Genesis
from schemas.positions import SHORT, Place
from schemas.records import RawRecord, digest, is_genesis, seq_of
from subscribing.errors import Hole, LogRecreated


class Step(NamedTuple):
    """How far a partition was read. `raw` is the record before `offset`, where it was read here: its digest is made when asked for."""

    offset: int
    seq: int
    log: str | None
    raw: RawRecord | None = None
    last: str | None = None

    @property
    def place(self) -> Place:
        """What a position says of it."""
        return Place(self.offset, self.seq, self.log, short_digest(self.raw) if self.raw else self.last)


def followed(step: Step, raw: ConsumerRecord) -> tuple[Step, bool]:
    """The step after this record of a log, and whether it is news: neither a repeat nor a genesis.

    Raises:
        Hole: numbers are missing before it.
        LogRecreated: a genesis record names another log.
    """
    seq = seq_of(raw)
    if seq == step.seq and seq:
        return Step(raw.offset + 1, seq + 1, step.log, raw), True
    opens = is_genesis(raw)
    if seq is None:
        raise Hole(f"{name(raw)}: the record at offset {raw.offset} has no number; somebody else writes to this topic")
    if seq > step.seq:
        raise Hole(f"{name(raw)}: number {seq} at offset {raw.offset} follows {step.seq - 1}; records are missing from the log")
    return Step(raw.offset + 1, max(step.seq, seq + 1), _log(step, raw) if opens else step.log, raw), seq == step.seq and not opens


def followed_loosely(step: Step, raw: ConsumerRecord, newest: dict[bytes, int]) -> tuple[Step, bool]:
    """The same of a compacted topic, where numbers are missing by design: a repeat is what is not newer than the record of its key."""
    seq, key = seq_of(raw), raw.key or b""
    fresh = seq is None or seq > newest.get(key, -1)
    if fresh and seq is not None:
        newest[key] = seq
    return Step(raw.offset + 1, max(step.seq, (seq or 0) + 1), None, raw), fresh


def _log(step: Step, raw: ConsumerRecord) -> str:
    found = log_of(raw)
    if step.log not in {None, found}:
        raise LogRecreated(f"{name(raw)}: the log names itself {found}…, it was {step.log}…; the topic was made anew")
    return found


def log_of(raw: RawRecord) -> str:
    """How the uuid in a genesis record begins.

    Raises:
        LogRecreated: it names none.
    """
    try:
        return Genesis.model_validate_json(raw.value or b"").log_uuid.replace("-", "")[:SHORT]
    except ValidationError as error:
        raise LogRecreated(f"the genesis record names no log: {error.error_count()} errors") from error


def short_digest(raw: RawRecord) -> str:
    """How the digest of a record begins."""
    return digest(raw)[: SHORT // 2].hex()


def name(raw: ConsumerRecord) -> str:
    """Topic and partition, for people."""
    return f"{raw.topic}-{raw.partition}"
