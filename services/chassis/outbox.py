"""The outbox: records that a transaction wants published, numbered without gaps per target partition by that transaction."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from schemas.envelope import GENESIS, Envelope, to_headers
from schemas.genesis import Genesis
from services.chassis.errors import Permanent
from services.chassis.queries import queries
from services.chassis.records import Outgoing, partition_of

SQL = queries(Path(__file__).parent / "sql" / "outbox.sql")
NOTIFY = "outbox"
LARGEST = 8_000_000  # bytes; the topics take 8 MiB with headers
AT_ONCE = 64_000_000  # bytes of values in one question; Postgres and its client take no message of more than 1 GiB
Placed = tuple[int, Outgoing]


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

    async def _append(self, tx: asyncpg.Connection, placed: Sequence[Placed]) -> None:
        for portion in _portions(placed):
            await tx.execute(SQL["append"], f"{NOTIFY}_{self._source}", *zip(*_counted(portion), strict=True))

    def _genesis(self, topic: str, partition: int, log_uuid: str) -> Placed:
        now = datetime.now(UTC)  # the one clock in here: when this log began
        body = Genesis(log_uuid=log_uuid, topic=topic, partition=partition).model_dump_json().encode()
        identity = str(uuid.uuid5(uuid.UUID(log_uuid), str(partition)))
        headers = to_headers(Envelope(id=identity, type=GENESIS, source=self._source, time=now, correlation_id=log_uuid))
        return partition, Outgoing(topic, b"genesis", body, headers, int(now.timestamp() * 1000))


def _need_size(record: Outgoing) -> None:
    size = len(record.value or b"")
    if size > LARGEST:
        raise Permanent(f"a record for {record.topic} would be {size} bytes, and {LARGEST} is the most", record.cause)


def _portions(placed: Sequence[Placed]) -> Iterator[Sequence[Placed]]:
    """All of them in order, as many at a time as `AT_ONCE` allows, and one at the least. Two transactions that need several may lock heads
    crosswise; Postgres then ends one of them, and it is tried again.
    """
    first, size = 0, 0
    for at, (_, record) in enumerate(placed):
        more = len(record.value or b"")
        if at > first and size + more > AT_ONCE:
            yield placed[first:at]
            first, size = at, 0
        size += more
    if placed:
        yield placed[first:]


def _counted(placed: Sequence[Placed]) -> Iterator[tuple[object, ...]]:
    """The rows, each with how many there are before it for its partition."""
    before: Counter[tuple[str, int]] = Counter()
    for partition, record in placed:
        at = record.topic, partition
        yield (*at, before[at], record.key, record.value, json.dumps(dict(record.headers)), record.timestamp_ms)
        before[at] += 1
