"""Looking at a log from outside any group, so that looking moves nobody's position."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

READ_SECONDS = 20.0
WAIT_MS = 50  # a broker answers one question of a client at a time: one for records that are not there yet keeps the next waiting


@asynccontextmanager
async def probe_of(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group."""
    probe = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=8_388_608,
        fetch_max_wait_ms=WAIT_MS,
    )
    await probe.start()
    try:
        yield probe
    finally:
        await probe.stop()


async def read_at(probe: AIOKafkaConsumer, wanted: Mapping[TopicPartition, int]) -> dict[TopicPartition, ConsumerRecord]:
    """The record at, or next after, an offset of each partition; all partitions are read at once.

    Raises:
        TimeoutError: not all of them came within `READ_SECONDS`.
    """
    found: dict[TopicPartition, ConsumerRecord] = {}
    probe.assign(list(wanted))
    for at, offset in wanted.items():
        probe.seek(at, offset)
    async with asyncio.timeout(READ_SECONDS):
        while missing := [at for at in wanted if at not in found]:
            batches = await probe.getmany(*missing, timeout_ms=1000, max_records=len(missing))
            found |= {at: records[0] for at, records in batches.items() if at not in found}
            probe.pause(*found)
    return found
