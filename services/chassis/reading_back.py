"""Reading a stretch of one partition again, outside any group: nobody's position moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.errors import Halt

POLL_MS = 1000
SILENT_POLLS = 20


async def stretch(consumer: AIOKafkaConsumer, at: TopicPartition, first: int, end: int) -> AsyncIterator[Sequence[ConsumerRecord]]:
    """The records of a partition from offset `first` up to, and without, `end`, batch by batch.

    Raises:
        Halt: what lies there can't be had: it was deleted, or nothing more comes.
    """
    beginning = (await consumer.beginning_offsets([at]))[at]
    if first < beginning < end:
        raise Halt(f"{at.topic}-{at.partition}: offsets {first} to {beginning - 1} are no longer in the log")
    consumer.assign([at])
    consumer.seek(at, first)
    silent = 0
    while await consumer.position(at) < end:
        batches = await consumer.getmany(at, timeout_ms=POLL_MS)
        records = [raw for raw in batches.get(at, []) if raw.offset < end]
        silent = 0 if batches else silent + 1
        if silent > SILENT_POLLS:
            raise Halt(f"{at.topic}-{at.partition}: no record comes after offset {await consumer.position(at)}, though it ends at {end}")
        if records:
            yield records
