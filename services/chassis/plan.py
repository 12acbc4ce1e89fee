"""What to do with a batch of records, given the checkpoints: pure, so that each rule of the log can be tested alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from aiokafka import ConsumerRecord, TopicPartition
from pydantic import ValidationError

from schemas.genesis import Genesis
from schemas.records import is_genesis, seq_of
from services.chassis.checkpoints import Checkpoint, passed, remembering
from services.chassis.decoding import decode
from services.chassis.errors import Ahead, Halt, Permanent
from services.chassis.records import Record

__all__ = ["Place", "Plan", "WaitingKey", "genesis_uuid", "is_genesis", "make_plan"]

WaitingKey = tuple[TopicPartition, bytes]
Place = tuple[TopicPartition, int]


@dataclass(slots=True)
class Plan:
    """`fresh` is applied in order, `refused` is quarantined with its reason, `repeated` only moves the position. A partition that is
    `stopped` is followed up to a record that this installation is too old to read, and no further.
    """

    believed: dict[TopicPartition, Checkpoint] = field(default_factory=dict)
    reached: dict[TopicPartition, Checkpoint] = field(default_factory=dict)
    fresh: list[Record] = field(default_factory=list)
    refused: list[tuple[ConsumerRecord, str]] = field(default_factory=list)
    repeated: list[ConsumerRecord] = field(default_factory=list)
    stopped: dict[TopicPartition, Ahead] = field(default_factory=dict)

    @property
    def moves(self) -> list[tuple[Checkpoint, Checkpoint]]:
        """Each checkpoint as believed and as it will be, in a fixed order."""
        return [(self.believed[at], self.reached[at]) for at in sorted(self.reached)]


def make_plan(
    held: Mapping[TopicPartition, Checkpoint],
    waiting: AbstractSet[WaitingKey],
    batch: Sequence[ConsumerRecord],
    known_bad: Mapping[Place, str],
    given_up: AbstractSet[Place] = frozenset(),
) -> Plan:
    """Sort a batch into what is applied, refused and dropped. Records of partitions that are not held are ignored.

    What an operator has given up (`given_up`) is dropped, and nothing waits for it.

    Raises:
        Halt: a number is missing from the log, or a second genesis names another log.
    """
    plan = Plan()
    wait = set(waiting)
    last: dict[TopicPartition, ConsumerRecord] = {}
    for raw in batch:
        at = TopicPartition(raw.topic, raw.partition)
        believed = plan.reached.get(at) or held.get(at)
        if believed is None or raw.offset < believed.next_offset or at in plan.stopped:
            continue
        try:
            reached = _given_up(plan, believed, raw) if (at, raw.offset) in given_up else _place(plan, wait, believed, raw, known_bad)
        except Ahead as error:
            plan.stopped[at] = error
            continue
        plan.believed.setdefault(at, believed)
        plan.reached[at], last[at] = reached, raw
    plan.reached = {at: remembering(reached, last[at]) for at, reached in plan.reached.items()}
    return plan


def _given_up(plan: Plan, believed: Checkpoint, raw: ConsumerRecord) -> Checkpoint:
    plan.repeated.append(raw)
    return passed(believed, raw)


def _place(plan: Plan, waiting: set[WaitingKey], believed: Checkpoint, raw: ConsumerRecord, known_bad: Mapping[Place, str]) -> Checkpoint:
    reached = passed(believed, raw)
    if is_genesis(raw):
        reached = replace(reached, log_uuid=_log_uuid(believed, raw))
    if is_genesis(raw) or _is_repeat(believed, raw):
        plan.repeated.append(raw)
        return reached
    try:
        return _accept(plan, waiting, reached, raw, known_bad.get((believed.at, raw.offset)))
    except Permanent as error:
        plan.refused.append((raw, str(error)))
        waiting.add((believed.at, raw.key or b""))
        return reached


def _is_repeat(believed: Checkpoint, raw: ConsumerRecord) -> bool:
    seq = seq_of(raw)
    if seq is not None and seq > believed.next_seq:
        raise Halt(
            f"{raw.topic}-{raw.partition} at offset {raw.offset}: number {seq} follows {believed.next_seq - 1}; "
            "records are missing from the log"
        )
    return seq is not None and seq < believed.next_seq


def _accept(plan: Plan, waiting: set[WaitingKey], reached: Checkpoint, raw: ConsumerRecord, bad: str | None) -> Checkpoint:
    if bad is not None:
        raise Permanent(bad)
    record = decode(raw)
    if (reached.at, raw.key) in waiting:
        raise Permanent("an earlier record of this key is in quarantine")
    plan.fresh.append(record)
    return reached


def _log_uuid(believed: Checkpoint, raw: ConsumerRecord) -> str:
    """The uuid of the log. A second genesis is a repeat, or the log of somebody whose numbers begin anew."""
    log_uuid = genesis_uuid(raw.value)
    if believed.log_uuid not in {None, log_uuid}:
        raise Halt(f"{raw.topic}-{raw.partition}: the log names itself {log_uuid}, it was {believed.log_uuid}; the topic was made anew")
    return log_uuid


def genesis_uuid(value: bytes | None) -> str:
    """The uuid in a genesis record.

    Raises:
        Halt: the value is not one of a genesis record.
    """
    try:
        return Genesis.model_validate_json(value or b"").log_uuid
    except ValidationError as error:
        raise Halt(f"the first record of the log is no genesis record: {error}") from error
