"""A partition of an event topic, written by hand: dense, or with whatever is wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.stack import Stack
from schemas.envelope import GENESIS, Envelope, to_headers
from schemas.events import CanonicalEvent
from schemas.genesis import Genesis
from schemas.topics import card
from subscribing import Change, Subscription
from tests.unit.timeline.builders import TIME, TIMESTAMP, TOPIC, told

LOG = "aaaaaaaa-0000-4000-8000-000000000000"
LARGEST = 8_388_608
OTHER_LOG = "bbbbbbbb-0000-4000-8000-000000000000"


class EventLog:
    """One partition. `seq` counts up by itself unless it is given."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partition: int) -> None:
        self._producer, self._topic, self._partition = producer, topic, partition
        self._next = 0

    async def genesis(self, log_uuid: str = LOG) -> None:
        body = Genesis(log_uuid=log_uuid, topic=self._topic, partition=self._partition).model_dump_json().encode()
        await self.record(b"genesis", body, GENESIS, 0)

    async def change(self, of: CanonicalEvent, what: Any = "revised", seq: int | None = None) -> None:
        await self.record(of.event_id.encode(), told(of, what).model_dump_json().encode(), f"daybook.event.{what}.v1", seq)

    async def record(self, key: bytes, value: bytes | None, kind: str, seq: int | None = None, timestamp_ms: int = TIMESTAMP) -> None:
        """Any record at all."""
        seq = self._next if seq is None else seq
        self._next = max(self._next, seq + 1)
        envelope = Envelope(id=f"{self._topic}-{self._partition}-{seq}", type=kind, source="test", time=TIME)
        headers = [(name, text.encode()) for name, text in (to_headers(envelope) | {"ce_seq": str(seq)}).items()]
        await self._producer.send_and_wait(self._topic, value, key, self._partition, timestamp_ms, headers)


@asynccontextmanager
async def event_log(stack: Stack, topic: str = TOPIC, partition: int = 0) -> AsyncIterator[EventLog]:
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", enable_idempotence=True, max_request_size=LARGEST)
    await producer.start()
    try:
        yield EventLog(producer, topic, partition)
    finally:
        await producer.stop()


async def made_anew(stack: Stack, topic: str = TOPIC) -> None:
    """Delete a topic, and make it again."""
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        async with asyncio.timeout(20):
            while topic in await admin.list_topics():
                await asyncio.sleep(0.05)
        await admin.create_topics([NewTopic(topic, card(topic).partitions, 1, topic_configs=dict(card(topic).settings))])
    finally:
        await admin.close()


async def take(subscription: Subscription, count: int, seconds: float = 30) -> list[Change]:
    """The next so many changes; then the subscription is closed."""
    found: list[Change] = []
    async with asyncio.timeout(seconds), subscription:
        async for change in subscription:
            found.append(change)
            if len(found) == count:
                return found
    raise AssertionError("a subscription never ends by itself")
