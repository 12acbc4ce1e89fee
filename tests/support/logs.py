"""Reading a log from its beginning to its end, as a consumer would that drops repeats and notices holes."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.topics import partition_counts


async def read_topic(kafka: str, topic: str) -> list[ConsumerRecord]:
    """Every record of a topic, by partition and offset."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="none")
    await consumer.start()
    try:
        counts = await partition_counts(kafka, [topic])
        partitions = [TopicPartition(topic, number) for number in range(counts[topic])]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        found: list[ConsumerRecord] = []
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            batches = await consumer.getmany(timeout_ms=1000)
            found += [record for records in batches.values() for record in records]
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()


def once(records: list[ConsumerRecord]) -> list[ConsumerRecord]:
    """The records with repeats dropped. Fails on a hole: numbers are dense per partition."""
    expected: dict[int, int] = {}
    kept = []
    for record in records:
        seq = int(dict(record.headers)["ce_seq"])
        wanted = expected.get(record.partition, 0)
        assert seq <= wanted, f"{record.topic}-{record.partition}: {seq} follows {wanted - 1}"
        if seq == wanted:
            kept.append(record)
            expected[record.partition] = seq + 1
    return kept
