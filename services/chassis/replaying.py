"""A stretch of a topic, read again and handed on: every record that was asked for, partition after partition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from services.chassis.bounds import NOW, Bound, offsets
from services.chassis.probing import probe_of
from services.chassis.reading_back import stretch
from services.chassis.telling import Wanted
from services.chassis.topics import partition_counts

Told = Callable[[int, int], None]
LARGEST = 8_388_608  # bytes; as the topics take
MOST_UNDER_WAY = 1000


class NoSuchTopicError(Exception):
    """The broker has no such topic."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read: from one bound up to, and without, another."""

    topic: str
    first: Bound
    last: Bound
    wanted: Wanted
    limit: int

    def means(self, raw: ConsumerRecord) -> bool:
        """Whether it is one of them. Record times are log times, which need not rise from offset to offset."""
        begin, end = self.first.moment, self.last.moment
        late = begin is None or raw.timestamp >= begin.timestamp() * 1000
        early = end is None or raw.timestamp < end.timestamp() * 1000
        return late and early and self.wanted(raw)


async def replay(kafka: str, asked: Asked, told: Told = lambda _done, _total: None) -> AsyncIterator[ConsumerRecord]:
    """The records, from outside any group. `told` hears how many of how many were read.

    Raises:
        NoSuchTopicError: there is no such topic.
        Halt: a part of it is no longer in the log.
    """
    async with probe_of(kafka) as consumer:
        stretches = await _stretches(kafka, consumer, asked)
        total, done, left = sum(end - first for first, end in stretches.values()), 0, asked.limit
        for at, (first, end) in stretches.items():
            async for batch in stretch(consumer, at, first, end):
                for raw in [raw for raw in batch if asked.means(raw)][:left]:
                    left -= 1
                    yield raw
                done += len(batch)
                told(done, total)
                if not left:
                    return


async def copy(kafka: str, records: AsyncIterator[ConsumerRecord], into: str) -> int:
    """Publish records to another topic as they are: key, value, headers and time, by their key. How many."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_request_size=LARGEST)
    await producer.start()
    count, under_way = 0, []
    try:
        async for raw in records:
            under_way.append(await producer.send(into, raw.value, raw.key, timestamp_ms=raw.timestamp, headers=list(raw.headers)))
            count += 1
            if len(under_way) == MOST_UNDER_WAY:
                await asyncio.gather(*under_way)
                under_way.clear()
        await asyncio.gather(*under_way)
    finally:
        await producer.stop()
    return count


async def _stretches(kafka: str, consumer: AIOKafkaConsumer, asked: Asked) -> dict[TopicPartition, tuple[int, int]]:
    """From where to where, by partition; one that `--from` or `--to` does not name is left out."""
    count = (await partition_counts(kafka, [asked.topic])).get(asked.topic, 0)
    if not count:
        raise NoSuchTopicError(f"there is no topic {asked.topic}")
    at = [TopicPartition(asked.topic, number) for number in range(count)]
    last = Bound(word=NOW) if asked.last.moment else asked.last
    first, end = await offsets(consumer, at, asked.first), await offsets(consumer, at, last)
    return {one: (first[one], end[one]) for one in at if one in first and one in end and first[one] < end[one]}
