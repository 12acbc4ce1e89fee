"""The broker, looked at from outside any group: nobody's position moves by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from subscribing.errors import NoSuchTopic

READ_SECONDS = 20.0
FETCH_BYTES = 4_194_304  # of one partition at a time; a record that is larger comes alone
PROBE_BYTES = 65_536
PROBE_MS = 5_000
"""How long a probe asks after partitions before somebody looks whether they are still there."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where Kafka answers, and what aiokafka needs to know of the connection (`security_protocol`, `ssl_context`, `sasl_…`)."""

    servers: str
    connection: Mapping[str, Any] = field(default_factory=dict)

    def consumer(self, fetch_bytes: int = FETCH_BYTES, **more: Any) -> AIOKafkaConsumer:
        """A consumer without a group, that never jumps to another offset by itself."""
        return AIOKafkaConsumer(
            bootstrap_servers=self.servers,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=fetch_bytes,
            **self.connection,
            **more,
        )

    @asynccontextmanager
    async def probe(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A consumer to look things up with."""
        consumer = self.consumer(PROBE_BYTES, request_timeout_ms=PROBE_MS)
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    async def partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        """All partitions of these topics, as there are now.

        Raises:
            NoSuchTopic: one of them is not there.
        """
        client = AIOKafkaAdminClient(bootstrap_servers=self.servers, **self.connection)
        try:
            await client.start()
            rows = await client.describe_topics(list(topics))
        finally:
            await client.close()
        counts = {row["topic"]: len(row["partitions"]) for row in rows}
        if missing := [topic for topic in topics if not counts.get(topic)]:
            raise NoSuchTopic(
                f"{self.servers} has no topic {', '.join(missing)}; is it Daybook's broker, and was Daybook ever started there?"
            )
        return [TopicPartition(topic, number) for topic in topics for number in range(counts[topic])]


async def read_at(probe: AIOKafkaConsumer, wanted: Mapping[TopicPartition, int]) -> dict[TopicPartition, ConsumerRecord]:
    """The record at, or next after, an offset of each partition; all partitions are read at once.

    Raises:
        TimeoutError: not all of them came within `READ_SECONDS`.
    """
    found: dict[TopicPartition, ConsumerRecord] = {}
    _point(probe, wanted)
    async with asyncio.timeout(READ_SECONDS):
        while missing := [at for at in wanted if at not in found]:
            batches = await probe.getmany(*missing, timeout_ms=1000)
            found |= {at: records[0] for at, records in batches.items()}
            probe.pause(*found)
    return found


async def read_span(probe: AIOKafkaConsumer, at: TopicPartition, first: int, end: int) -> list[ConsumerRecord]:
    """The records of a partition from offset `first` up to, and without, `end`.

    Raises:
        TimeoutError: nothing came for `READ_SECONDS`.
    """
    found: list[ConsumerRecord] = []
    _point(probe, {at: first})
    while await probe.position(at) < end:
        async with asyncio.timeout(READ_SECONDS):
            while not (batches := await probe.getmany(at, timeout_ms=1000)):
                pass
        found += [raw for raw in batches[at] if raw.offset < end]
    return found


def _point(probe: AIOKafkaConsumer, wanted: Mapping[TopicPartition, int]) -> None:
    probe.assign(list(wanted))
    for at, offset in wanted.items():
        probe.seek(at, offset)
