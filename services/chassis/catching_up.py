"""Following up to given offsets and no further, outside any group: for a projection that is filled beside the one that answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.errors import Halt, Unapplied
from services.chassis.follower import Follower
from services.chassis.settings import Settings

POLL_MS = 200
SILENT_SECONDS = 60.0
STORED_SECONDS = 180.0
"""For one batch, Postgres being away for a while included: whoever follows for ever waits for it, whoever is waited for must not."""
Until = Mapping[TopicPartition, int]
Told = Callable[[Mapping[TopicPartition, int]], None]


async def catch_up(follower: Follower, settings: Settings, until: Until, told: Told = lambda _: None) -> None:
    """Apply every record before these offsets, by the same protocol as ever; `told` hears of each position reached.

    Raises:
        Halt: the follower halted, and why; another owner took its partitions; nothing has come for `SILENT_SECONDS`; or a batch was not
            stored within `STORED_SECONDS`.
    """
    silence = _Silence(until)
    async with _assigned(follower, settings, until) as consumer:
        while silence.missing(follower.positions):
            batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=settings.batch_records)
            records = [raw for at, batch in batches.items() for raw in batch if raw.offset < until[at]]
            await _handle(follower, records)
            consumer.pause(*[at for at, end in until.items() if follower.positions.get(at, -1) >= end])
            silence.bounded(follower.positions)
            told(follower.positions)


class _Silence:
    """How long nothing has come of what must come."""

    def __init__(self, until: Until) -> None:
        self._until = until
        self._reached: Until = {}
        self._heard = time.monotonic()

    def missing(self, reached: Until) -> dict[str, int]:
        """Which partitions have not been read up to their ends, and how far they have."""
        return {f"{at.topic}-{at.partition}": reached.get(at, 0) for at, end in self._until.items() if reached.get(at, -1) < end}

    def bounded(self, reached: Until) -> None:
        """Note how far it has come.

        Raises:
            Halt: that has been the same for too long.
        """
        if reached != self._reached:
            self._reached, self._heard = dict(reached), time.monotonic()
        elif (missing := self.missing(reached)) and time.monotonic() - self._heard > SILENT_SECONDS:
            told_of = ", ".join(f"{name} at {offset}" for name, offset in missing.items())
            raise Halt(f"no record has come for {SILENT_SECONDS:.0f} s, though there should be some after {told_of}")


async def _handle(follower: Follower, records: list[ConsumerRecord]) -> None:
    try:
        async with asyncio.timeout(STORED_SECONDS):
            if records:
                await follower.handle(records)
    except TimeoutError as error:
        raise Halt(f"Postgres has not stored a batch of {len(records):,} records within {STORED_SECONDS:.0f} s; is it there?") from error
    except Unapplied as error:
        raise Halt(follower.halted or "another process has taken over its partitions") from error
    if follower.halted:
        raise Halt(follower.halted)


@asynccontextmanager
async def _assigned(follower: Follower, settings: Settings, until: Until) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=settings.fetch_bytes,
    )
    await consumer.start()
    try:
        consumer.assign(list(until))
        for at in until:
            consumer.seek(at, 0)  # the client insists on a position, though nothing is fetched before the follower's own seek
        follower.bind(lambda: consumer)
        await follower.on_partitions_assigned(until)
        yield consumer
    finally:
        await follower.on_partitions_revoked(until)
        await consumer.stop()
