"""Before a follower goes on: is this still the log that it followed, and does it still hold what was read last?"""

from __future__ import annotations

from collections.abc import Callable, Collection

import stamina
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Halt
from services.chassis.passing import is_passing
from services.chassis.plan import genesis_uuid, is_genesis
from services.chassis.probing import probe_of, read_at
from services.chassis.records import digest


async def verify(kafka: str, claimed: Collection[Checkpoint]) -> dict[TopicPartition, Halt]:
    """Compare each checkpoint with its log. Waits for a Kafka that is away.

    Gives those that can't be followed, and why: the position lies outside the log, the log has another uuid, or the last record read is
    another one now. The others can.
    """
    started = [checkpoint for checkpoint in claimed if checkpoint.next_offset]
    async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=2.0):
        with attempt:
            if started:
                async with probe_of(kafka) as probe:
                    return await _verify_all(probe, started)
    return {}


async def _verify_all(probe: AIOKafkaConsumer, claimed: Collection[Checkpoint]) -> dict[TopicPartition, Halt]:
    partitions = [checkpoint.at for checkpoint in claimed]
    first, end = await probe.beginning_offsets(partitions), await probe.end_offsets(partitions)
    outside = _refused(claimed, lambda c: in_bounds(c.at, c.next_offset, first[c.at], end[c.at]))
    within = [checkpoint for checkpoint in claimed if checkpoint.at not in outside]
    opening = await read_at(probe, {c.at: first[c.at] for c in within if c.log_uuid and first[c.at] < end[c.at]})
    last = await read_at(probe, {c.at: c.next_offset - 1 for c in within if c.next_offset > first[c.at]})
    return outside | _refused(within, lambda c: _same(c, opening.get(c.at), last.get(c.at)))


def _refused(claimed: Collection[Checkpoint], check: Callable[[Checkpoint], None]) -> dict[TopicPartition, Halt]:
    found: dict[TopicPartition, Halt] = {}
    for checkpoint in claimed:
        try:
            check(checkpoint)
        except Halt as error:
            found[checkpoint.at] = error
    return found


def in_bounds(at: TopicPartition, position: int, first: int, end: int) -> None:
    """Check that a position lies within its log.

    Raises:
        Halt: records that were never applied are gone, or those that were.
    """
    if not first <= position <= end:
        raise Halt(f"{_name(at)}: the position {position} lies outside the log, which holds {first} to {end}")


def _same(checkpoint: Checkpoint, opening: ConsumerRecord | None, last: ConsumerRecord | None) -> None:
    if checkpoint.log_uuid:
        _same_log(checkpoint, opening)
    if last:
        _same_record(checkpoint, last)


def _same_log(checkpoint: Checkpoint, raw: ConsumerRecord | None) -> None:
    found = genesis_uuid(raw.value) if raw and is_genesis(raw) else "none: its genesis record is gone"
    if found != checkpoint.log_uuid:
        raise Halt(f"{_name(checkpoint.at)}: this is another log than the one followed: its uuid is {found}, it was {checkpoint.log_uuid}")


def _same_record(checkpoint: Checkpoint, raw: ConsumerRecord) -> None:
    if raw.offset != checkpoint.next_offset - 1 or digest(raw) != checkpoint.last_digest:
        raise Halt(f"{_name(checkpoint.at)}: the record before position {checkpoint.next_offset} is not the one that was applied")


def _name(at: TopicPartition) -> str:
    return f"{at.topic}-{at.partition}"
