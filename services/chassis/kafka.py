"""Kafka: a FastStream subscriber for a follower."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from itertools import chain
from typing import Any, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    ConsumerStoppedError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.message import AckStatus
from faststream.middlewares import AckPolicy

from services.chassis.errors import Halt, Unapplied
from services.chassis.follower import Follower
from services.chassis.passing import is_passing
from services.chassis.settings import Settings
from services.chassis.topics import partition_counts

UNSOUGHT_SECONDS = 0.1
LAG_SECONDS = 1.0
LAG_TRIES = 5
METADATA_MS = 10_000  # a topic that has gone and come back is assigned anew, and looked at, after this long


async def seed_offsets(kafka: str, group: str, topics: Sequence[str]) -> None:
    """Commit 0 for each partition of which the group has no offset yet.

    A new group would else find no offset in the moment before the follower seeks, and FastStream answers that with a pause of 5 s.
    """
    counts = await partition_counts(kafka, topics)
    partitions = [TopicPartition(topic, number) for topic, count in counts.items() for number in range(count)]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(partitions)
        missing = {at: 0 for at in partitions if await consumer.committed(at) is None}
        with contextlib.suppress(CommitFailedError):  # the group has members: whoever they are, they have seen to it
            await consumer.commit(missing) if missing else None
    finally:
        await consumer.stop()


def make_broker(settings: Settings) -> KafkaBroker:
    """A FastStream broker that leaves records as they are: reading them is the followers' business."""
    return KafkaBroker(
        settings.kafka,
        apply_types=False,
        logger=logging.getLogger("daybook.client"),
        log_level=logging.DEBUG,
        graceful_timeout=settings.stop_seconds,
        metadata_max_age_ms=METADATA_MS,
        allow_auto_create_topics=False,
    )


class Subscriber(Protocol):
    """What FastStream hands out, as far as it is used here: one that is made while the broker runs is started by hand."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


def subscribe(broker: KafkaBroker, follower: Follower, topics: Sequence[str], settings: Settings) -> Subscriber:
    """Make a follower the batch subscriber of its topics.

    The parser is ours because FastStream's drops a batch, without a word, in which a header is null or not UTF-8.
    """
    lag = Lag(follower)
    subscriber = broker.subscriber(
        *topics,
        group_id=follower.name,
        batch=True,
        max_records=settings.batch_records,
        batch_timeout_ms=settings.batch_wait_ms,
        auto_offset_reset="none",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        listener=follower,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=max(300, settings.session_timeout_ms // 4),
        rebalance_timeout_ms=max(settings.session_timeout_ms, 10_000),
        max_partition_fetch_bytes=settings.fetch_bytes,
        parser=_parser(follower, lag, lambda: subscriber.consumer),
        decoder=_decode,
    )
    subscriber(_handling(follower))
    follower.bind(lambda: subscriber.consumer)
    # FastStream's own naps after each wait in vain, and what comes meanwhile waits too. It answers what the client raises with a nap, or
    # not at all: a record that can't be parsed would spin for ever.
    subscriber.get_msg = _guarded(follower, _fetch(settings))  # type: ignore[method-assign, assignment]
    return subscriber


class Lag:
    """Tells Kafka how far a follower has come: beside its work, and once a second, as each time costs as much as a record does."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._telling: asyncio.Task[None] | None = None

    def tell(self, consumer: AIOKafkaConsumer) -> None:
        """Have it told soon."""
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(consumer))

    async def _tell(self, consumer: AIOKafkaConsumer) -> None:
        """Until nothing has moved since; given up where Kafka will not have it, as it never will from a client that has stopped."""
        told, refused = None, 0
        await asyncio.sleep(LAG_SECONDS)
        while (held := self._held(consumer)) and held != told and refused < LAG_TRIES:
            try:
                async with asyncio.timeout(LAG_SECONDS):
                    await consumer.commit(held)
                told, refused = held, 0
            except (KafkaError, TimeoutError):  # the group is being dealt out anew, perhaps
                refused += 1
            await asyncio.sleep(LAG_SECONDS)

    def _held(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        assigned = consumer.assignment()
        return {at: offset for at, offset in self._follower.positions.items() if at in assigned}


class Batch(KafkaAckableMessage):
    """A batch that goes back to the follower's own positions, and whose commit to Kafka serves lag tools alone."""

    follower: Follower
    lag: Lag

    async def ack(self) -> None:
        """Have it committed to Kafka soon: the next batch does not wait for that."""
        self.committed = AckStatus.ACKED
        self.lag.tell(self.consumer)

    async def nack(self) -> None:
        """Go back."""
        self.follower.rewind(self.raw_message)
        self.committed = AckStatus.NACKED


Fetch = Callable[[AIOKafkaConsumer], Coroutine[Any, Any, tuple[ConsumerRecord, ...]]]


def _fetch(settings: Settings) -> Fetch:
    async def fetch(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
        found = await consumer.getmany(timeout_ms=settings.batch_wait_ms, max_records=settings.batch_records)
        return tuple(chain.from_iterable(found.values()))

    return fetch


def _guarded(follower: Follower, fetch: Fetch) -> Fetch:
    async def guarded(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
        try:
            return await fetch(consumer)
        except (ConsumerStoppedError, asyncio.CancelledError):
            raise
        except Exception as error:
            if isinstance(error, NoOffsetForPartitionError):
                await asyncio.sleep(UNSOUGHT_SECONDS)  # the group has none, as the topic is new; the follower is about to seek to its own
            elif isinstance(error, OffsetOutOfRangeError):
                _halt_outside(follower, error)
            elif is_passing(error) or getattr(error, "retriable", False):
                raise  # FastStream waits five seconds and goes on
            else:
                follower.halt_all(error)
            return ()

    return guarded


def _halt_outside(follower: Follower, error: OffsetOutOfRangeError) -> None:
    """The broker names partition and position; the others go on."""
    for at, offset in error.args[0].items():
        follower.halt([at], Halt(f"{at.topic}-{at.partition}: the position {offset} lies outside the log"))


def _parser(
    follower: Follower, lag: Lag, consumer: Callable[[], Any]
) -> Callable[[tuple[ConsumerRecord, ...]], Awaitable[KafkaAckableMessage]]:
    async def parse(batch: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
        message = Batch(
            body=b"",
            raw_message=batch,
            headers={},
            message_id=f"{batch[0].topic}-{batch[0].partition}@{batch[0].offset}",
            correlation_id=None,
            consumer=consumer(),
        )
        message.follower, message.lag = follower, lag
        return message

    return parse


def _handling(follower: Follower) -> Callable[[Sequence[ConsumerRecord]], Awaitable[None]]:
    """What FastStream takes for a batch that is to be gone back to; of anything else it would write the traceback."""

    async def handle(batch: Sequence[ConsumerRecord]) -> None:
        try:
            await follower.handle(batch)
        except Unapplied as error:
            raise NackMessage from error

    return handle


async def _decode(message: KafkaAckableMessage) -> Any:
    return message.raw_message
