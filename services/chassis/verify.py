"""Before a follower goes on: is this still the log that it followed, and does it still hold what was read last?"""

from __future__ import annotations

from collections.abc import Collection

import stamina
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Halt
from services.chassis.passing import is_passing
from services.chassis.plan import genesis_uuid, is_genesis
from services.chassis.probing import probe_of, read_at
from services.chassis.records import digest


async def verify(kafka: str, claimed: Collection[Checkpoint]) -> None:
    """Compare each checkpoint with the log. Waits for a Kafka that is away.

    Raises:
        Halt: the position lies outside the log, the log has another uuid, or the last record read is another one now.
    """
    started = [checkpoint for checkpoint in claimed if checkpoint.next_offset]
    async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=2.0):
        with attempt:
            if started:
                async with probe_of(kafka) as probe:
                    await _verify_all(probe, started)


async def _verify_all(probe: AIOKafkaConsumer, claimed: Collection[Checkpoint]) -> None:
    partitions = [checkpoint.at for checkpoint in claimed]
    first, end = await probe.beginning_offsets(partitions), await probe.end_offsets(partitions)
    for checkpoint in claimed:
        in_bounds(checkpoint.at, checkpoint.next_offset, first[checkpoint.at], end[checkpoint.at])
    opening = await read_at(probe, {c.at: first[c.at] for c in claimed if c.log_uuid and first[c.at] < end[c.at]})
    last = await read_at(probe, {c.at: c.next_offset - 1 for c in claimed if c.next_offset > first[c.at]})
    for checkpoint in claimed:
        if checkpoint.log_uuid:
            _same_log(checkpoint, opening.get(checkpoint.at))
        if checkpoint.at in last:
            _same_record(checkpoint, last[checkpoint.at])


def in_bounds(at: TopicPartition, position: int, first: int, end: int) -> None:
    """Check that a position lies within its log.

    Raises:
        Halt: records that were never applied are gone, or those that were.
    """
    if not first <= position <= end:
        raise Halt(f"{_name(at)}: the position {position} lies outside the log, which holds {first} to {end}")


def _same_log(checkpoint: Checkpoint, raw: ConsumerRecord | None) -> None:
    found = genesis_uuid(raw.value) if raw and is_genesis(raw) else "none: its genesis record is gone"
    if found != checkpoint.log_uuid:
        raise Halt(f"{_name(checkpoint.at)}: this is another log than the one followed: its uuid is {found}, it was {checkpoint.log_uuid}")


def _same_record(checkpoint: Checkpoint, raw: ConsumerRecord) -> None:
    if raw.offset != checkpoint.next_offset - 1 or digest(raw) != checkpoint.last_digest:
        raise Halt(f"{_name(checkpoint.at)}: the record before position {checkpoint.next_offset} is not the one that was applied")


def _name(at: TopicPartition) -> str:
    return f"{at.topic}-{at.partition}"
