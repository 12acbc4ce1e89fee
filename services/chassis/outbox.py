"""The outbox: records that a transaction wants published, numbered without gaps per target partition by that transaction."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from aiokafka import TopicPartition

from schemas.envelope import GENESIS, Envelope, to_headers
from schemas.genesis import Genesis
from services.chassis.errors import Permanent
from services.chassis.queries import queries
from services.chassis.records import Outgoing, partition_of

SQL = queries(Path(__file__).parent / "sql" / "outbox.sql")
NOTIFY = "outbox"
LARGEST = 8_000_000  # bytes; the topics take 8 MiB with headers


class Outbox:
    """Appends to the outbox of one service. `partitions` gives each target topic's number of partitions."""

    def __init__(self, source: str, partitions: Mapping[str, int], logs: Iterable[str]) -> None:
        self._source = source
        self._partitions = dict(partitions)
        self._logs = frozenset(logs)

    async def open_logs(self, tx: asyncpg.Connection, mint: Callable[[], uuid.UUID] = uuid.uuid4) -> None:
        """Give each partition of each target its head; the first record of a log is its genesis, `seq` 0."""
        targets = [(topic, number) for topic, count in sorted(self._partitions.items()) for number in range(count)]
        uuids = {topic: str(mint()) for topic in sorted(self._partitions)}
        rows = [(topic, number, uuids[topic]) for topic, number in targets]
        founded = await tx.fetch(SQL["found"], *zip(*rows, strict=True)) if rows else []
        genesis = [self._genesis(*row) for row in founded if row["topic"] in self._logs]
        await self._append(tx, genesis)

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:
        """Append records, in order, within the caller's transaction.

        Raises:
            KeyError: a record's topic is not among this outbox's targets.
            Permanent: a record is larger than Kafka takes; its cause is named.
        """
        for record in records:
            _need_size(record)
        await self._append(tx, [(partition_of(r.key, self._partitions[r.topic]), r) for r in records])

    async def _append(self, tx: asyncpg.Connection, placed: Sequence[tuple[int, Outgoing]]) -> None:
        if not placed:
            return
        first = await _number(tx, placed, f"{NOTIFY}_{self._source}")
        await tx.execute(SQL["append"], *zip(*_numbered(placed, first), strict=True))

    def _genesis(self, topic: str, partition: int, log_uuid: str) -> tuple[int, Outgoing]:
        now = datetime.now(UTC)  # the one clock in here: when this log began
        body = Genesis(log_uuid=log_uuid, topic=topic, partition=partition).model_dump_json().encode()
        identity = str(uuid.uuid5(uuid.UUID(log_uuid), str(partition)))
        headers = to_headers(Envelope(id=identity, type=GENESIS, source=self._source, time=now, correlation_id=log_uuid))
        return partition, Outgoing(topic, b"genesis", body, headers, int(now.timestamp() * 1000))


def _need_size(record: Outgoing) -> None:
    size = len(record.value or b"")
    if size > LARGEST:
        raise Permanent(f"a record for {record.topic} would be {size} bytes, and {LARGEST} is the most", record.cause)


async def _number(tx: asyncpg.Connection, placed: Sequence[tuple[int, Outgoing]], channel: str) -> dict[TopicPartition, int]:
    """Lock the heads of these records' partitions; the first free number of each. The relay that listens will be told."""
    counts = Counter(TopicPartition(record.topic, partition) for partition, record in placed)
    asked = sorted(counts)
    rows = await tx.fetch(SQL["number"], [a.topic for a in asked], [a.partition for a in asked], [counts[a] for a in asked], channel)
    return {TopicPartition(row["topic"], row["partition"]): row["first_seq"] for row in rows}


def _numbered(placed: Sequence[tuple[int, Outgoing]], first: Mapping[TopicPartition, int]) -> list[tuple[object, ...]]:
    given: defaultdict[TopicPartition, int] = defaultdict(int, first)
    rows: list[tuple[object, ...]] = []
    for partition, record in placed:
        at = TopicPartition(record.topic, partition)
        rows.append((*at, given[at], record.key, record.value, json.dumps(dict(record.headers)), record.timestamp_ms))
        given[at] += 1
    return rows
