"""Changes of events in any number, as the merger makes them, in the logs of their kinds; and the same flattened, as a plain sink takes them.

Some readings are merged for real. All else are copies of what came of them, under other names and in other months.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count, islice
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas.changes import EventChange
from schemas.envelope import Envelope, to_headers
from schemas.events import CanonicalEvent
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import SQL as OUTBOX
from services.chassis.outbox import Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import partition_of
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from services.chassis.topics import admin, partition_counts
from services.timeline.service import followed_topics
from tests.bench.stories import stream
from tests.integration.merging_world import merged, merging_tables
from tests.support.service import eventually

READINGS = 1_500
AT_ONCE = 2_000  # records that are sent before any is awaited
FLAT, FLAT_PARTITIONS = "flat.v1", 4
SAID = datetime(2025, 8, 20, 12, tzinfo=UTC)
FOR_EVER = {"retention.ms": "-1"}  # what was said long ago would be deleted within minutes
# Connect's names of types; what is not named in NEEDED may be null.
COLUMNS = {
    "event_id": "string",
    "revision": "int32",
    "change": "string",
    "kind": "string",
    "status": "string",
    "title": "string",
    "when_start": "string",
    "when_end": "string",
    "when_precision": "string",
    "merged_into": "string",
    "articles": "int32",
    "publishers": "int32",
    "lineages": "int32",
    "state": "string",
}
NEEDED = ("event_id", "revision")
NAMED = {"state": "io.debezium.data.Json"}  # so that the sink stores it as jsonb
Ends = Mapping[TopicPartition, int]
Headers = Sequence[tuple[str, bytes]]
Send = Callable[[TopicPartition, bytes, bytes, Headers], Awaitable[None]]


class Told(NamedTuple):
    """One change: its kind, the event that it is of, and the value of its record."""

    kind: str
    event_id: str
    value: bytes


async def templates(stack: Stack) -> list[EventChange]:
    """What the merger publishes of the first readings of a stream."""
    async with merging_tables(stack) as tx:
        _, changes = await merged(tx, list(stream(READINGS)))
    return changes


def copies(made: Sequence[EventChange], number: int, first: int = 0) -> Iterator[Told]:
    """Changes up to this number, from the first on, copy after copy of these."""
    given = [(change.event, change.model_dump_json().encode()) for change in made]
    return islice((_copy(event, value, copy) for copy in count() for event, value in given), first, number)


def _copy(event: CanonicalEvent, value: bytes, copy: int) -> Told:
    """Articles and events get other names, all days another month."""
    month = b"%d-%02d-" % (2001 + copy // 12, copy % 12 + 1)
    value = value.replace(b"m000", b"m%04d" % copy).replace(b"2001-01-", month)
    for name in filter(None, (event.event_id, event.merged_into)):
        value = value.replace(name.encode(), _named(name, copy).encode())
    return Told(event.kind, _named(event.event_id, copy), value)


def _named(event_id: str, copy: int) -> str:
    return f"{event_id[:-6]}{copy:06x}"


async def open_logs(stack: Stack) -> Ends:
    """Give each log its genesis; where it ends then."""
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("normalizer")))
    partitions = await partition_counts(stack.kafka, followed_topics())
    await _open(settings, Outbox("normalizer", partitions, followed_topics()))
    return {TopicPartition(topic, at): 1 for topic, many in partitions.items() for at in range(many)}


async def lay_out(stack: Stack, told: Iterable[Told], ends: Ends) -> Ends:
    """Put changes into their logs, which end there; where they end then."""
    partitions, ends = Counter(at.topic for at in ends), dict(ends)
    async with _sender(stack) as send:
        for one in told:
            topic, key = f"events.{one.kind}.v1", one.event_id.encode()
            at = TopicPartition(topic, partition_of(key, partitions[topic]))
            await send(at, key, one.value, _headers(one, at, ends[at]))
            ends[at] += 1
    return ends


def _headers(one: Told, at: TopicPartition, seq: int) -> Headers:
    envelope = Envelope(id=f"{at.topic}-{at.partition}-{seq}", type="daybook.event.revised.v1", source="bench", time=SAID)
    return [(name, text.encode()) for name, text in (to_headers(envelope) | {"ce_seq": str(seq)}).items()]


async def lay_out_flat(stack: Stack, told: Iterable[Told]) -> None:
    """Put the same into one topic as Connect's JSON converter has it, schema and payload."""
    async with admin(stack.kafka) as client:
        await client.create_topics([NewTopic(FLAT, FLAT_PARTITIONS, 1, topic_configs=FOR_EVER)])
    schema, key_schema = (_schema(names) for names in (COLUMNS, ("event_id",)))
    async with _sender(stack) as send:
        for one in told:
            row = flat(one.value)
            key = _said(key_schema, {"event_id": one.event_id})
            await send(TopicPartition(FLAT, partition_of(key, FLAT_PARTITIONS)), key, _said(schema, row), [])


def flat(value: bytes) -> dict[str, Any]:
    """The columns of a plain sink."""
    told = json.loads(value)
    event = told["event"]
    when, seen = event["when"], event["corroboration"]
    return {
        **{name: event[name] for name in ("event_id", "revision")},
        "change": told["change"],
        **{name: event[name] for name in ("kind", "status", "title")},
        **{f"when_{name}": when[name] for name in ("start", "end", "precision")},
        "merged_into": event["merged_into"],
        **{name: seen[name] for name in ("articles", "publishers", "lineages")},
        "state": json.dumps(event, separators=(",", ":")),
    }


def _schema(names: Iterable[str]) -> str:
    fields = [
        {"field": name, "type": COLUMNS[name], "optional": name not in NEEDED, **({"name": NAMED[name]} if name in NAMED else {})}
        for name in names
    ]
    return json.dumps({"type": "struct", "optional": False, "fields": fields})


def _said(schema: str, payload: dict[str, Any]) -> bytes:
    return f'{{"schema":{schema},"payload":{json.dumps(payload)}}}'.encode()


async def _open(settings: Settings, outbox: Outbox) -> None:
    async with await open_pool(settings, "normalizer") as pool:
        async with pool.acquire() as tx, tx.transaction():
            await outbox.open_logs(tx)
        relay = asyncio.create_task(Relay("normalizer", pool, settings, Health(), Faults()).run())

        async def is_relayed() -> bool:
            return not await pool.fetchval(OUTBOX["pending"])

        await eventually(is_relayed)
        relay.cancel()


@asynccontextmanager
async def _sender(stack: Stack) -> AsyncIterator[Send]:
    """A producer that waits only now and then."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks=1, linger_ms=5, max_batch_size=1_000_000, max_request_size=8_000_000)
    await producer.start()
    sent: list[Awaitable[Any]] = []

    async def send(at: TopicPartition, key: bytes, value: bytes, headers: Headers) -> None:
        sent.append(await producer.send(at.topic, value, key, at.partition, int(SAID.timestamp() * 1000), headers))
        if len(sent) >= AT_ONCE:
            await asyncio.gather(*sent)
            sent.clear()

    try:
        yield send
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
