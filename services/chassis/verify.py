"""Before a follower goes on: is this still the log that it followed, and does it still hold what was read last?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import stamina
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.envelope import GENESIS
from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Halt, is_passing
from services.chassis.plan import genesis_uuid
from services.chassis.records import digest

READ_SECONDS = 10.0


async def verify(kafka: str, claimed: Collection[Checkpoint]) -> None:
    """Compare each checkpoint with the log.

    Raises:
        Halt: the position lies outside the log, the log has another uuid, or the last record read is another one now.
    """
    started = [checkpoint for checkpoint in claimed if checkpoint.next_offset]
    if not started:
        return
    async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=120.0, wait_max=2.0):
        with attempt:
            async with _probe(kafka) as probe:
                await _verify_all(probe, started)


async def _verify_all(probe: AIOKafkaConsumer, claimed: Collection[Checkpoint]) -> None:
    partitions = [checkpoint.at for checkpoint in claimed]
    probe.assign(partitions)
    first, end = await probe.beginning_offsets(partitions), await probe.end_offsets(partitions)
    for checkpoint in claimed:
        _in_bounds(checkpoint, first[checkpoint.at], end[checkpoint.at])
        probe.pause(*partitions)
        if checkpoint.log_uuid:
            _same_log(checkpoint, await _read(probe, checkpoint.at, first[checkpoint.at]))
        if checkpoint.next_offset > first[checkpoint.at]:
            _same_record(checkpoint, await _read(probe, checkpoint.at, checkpoint.next_offset - 1))


def _in_bounds(checkpoint: Checkpoint, first: int, end: int) -> None:
    if not first <= checkpoint.next_offset <= end:
        raise Halt(f"{_name(checkpoint.at)}: the position {checkpoint.next_offset} lies outside the log, which holds {first} to {end}")


def _same_log(checkpoint: Checkpoint, raw: ConsumerRecord) -> None:
    is_genesis = ("ce_type", GENESIS.encode()) in raw.headers
    found = genesis_uuid(raw.value) if is_genesis else "none: its genesis record is gone"
    if found != checkpoint.log_uuid:
        raise Halt(f"{_name(checkpoint.at)}: this is another log than the one followed: its uuid is {found}, it was {checkpoint.log_uuid}")


def _same_record(checkpoint: Checkpoint, raw: ConsumerRecord) -> None:
    if raw.offset != checkpoint.next_offset - 1 or digest(raw) != checkpoint.last_digest:
        raise Halt(f"{_name(checkpoint.at)}: the record before position {checkpoint.next_offset} is not the one that was applied")


async def _read(probe: AIOKafkaConsumer, at: TopicPartition, offset: int) -> ConsumerRecord:
    probe.seek(at, offset)
    probe.resume(at)
    try:
        return await asyncio.wait_for(probe.getone(at), READ_SECONDS)
    finally:
        probe.pause(at)


@asynccontextmanager
async def _probe(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group, so that looking moves nobody's position."""
    probe = AIOKafkaConsumer(
        bootstrap_servers=kafka, group_id=None, enable_auto_commit=False, auto_offset_reset="none", max_partition_fetch_bytes=8_388_608
    )
    await probe.start()
    try:
        yield probe
    finally:
        await probe.stop()


def _name(at: TopicPartition) -> str:
    return f"{at.topic}-{at.partition}"
