"""Subscribing: the client beside a bare aiokafka consumer, many consumers beside one, and how soon a change is heard."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.stack import Stack
from schemas.envelope import GENESIS, Envelope, to_headers
from schemas.genesis import Genesis
from subscribing import Change, Only, Subscription, subscribe
from subscribing.broker import FETCH_BYTES
from subscribing.subscription import POLL_MS, POLL_RECORDS
from tests.bench.ratios import Ratio, in_turn, median_ratio, percentile
from tests.unit.timeline.builders import claim, event, mention, on, person, told

KIND, TOPIC = "strike", "events.strike.v1"
RECORDS, ROUNDS = 20_000, 5
EACH = 2_000  # records that each of many consumers reads
ROUNDS_OF_MANY = 3
PROCESSES = 2
PROBES = 400
TIME = datetime(2024, 3, 4, tzinfo=UTC)
VALUE = (
    told(
        event(
            "e-1",
            kind=KIND,
            when=on("2024-03-04"),
            status="occurred",
            participants=(person("Olena Torvik", "UA"), person("Marek Lund", "PL")),
            mentions=tuple(mention(f"a-{n}", "Drones hit the port of Odesa overnight, the regional governor said.") for n in range(3)),
            claims=tuple(claim(f"a-{n}", "quantities.killed", {"best": n}) for n in range(3)),
        )
    )
    .model_dump_json()
    .encode()
)
Work = Callable[[], Awaitable[float]]


async def measure(stack: Stack) -> list[Ratio]:
    """Records a second of the client and of a bare consumer, and what becomes of both with more to do."""
    await _fill(stack.kafka)
    kafka = stack.kafka
    plain = await _beside(lambda: _ours(kafka), lambda: _bare(kafka))
    parsed = await _beside(lambda: _ours(kafka, lambda change: change.plain), lambda: _bare(kafka, json.loads))
    read = await _beside(lambda: _ours(kafka, lambda change: change.event), lambda: _bare(kafka, json.loads))
    only = Only(statuses=["scheduled"])
    kept_out = await _beside(lambda: _ours(kafka, only=only), lambda: _bare(kafka, json.loads))
    one, ten, hundred = [], [], []
    for _ in range(ROUNDS_OF_MANY):
        one.append(await _fan_out(kafka, 1))
        ten.append(await _fan_out(kafka, 10))
        hundred.append(await _fan_out(kafka, 100))
    soon, bare_soon = await _heard(kafka)
    return [
        median_ratio("the client, records a second", ("subscribe()", plain[0]), ("bare aiokafka", plain[1])),
        median_ratio("the client, values as JSON", ("subscribe(), change.plain", parsed[0]), ("bare aiokafka, json.loads", parsed[1])),
        median_ratio("the client, values checked", ("subscribe(), change.event", read[0]), ("bare aiokafka, json.loads", read[1])),
        median_ratio(
            "the client, nothing fits its filter", ("subscribe(only=status)", kept_out[0]), ("bare aiokafka, json.loads", kept_out[1])
        ),
        median_ratio("10 consumers, records a second in all", ("10 consumers", ten), ("one", one)),
        median_ratio("100 consumers, records a second in all", ("100 consumers", hundred), ("one", one)),
        Ratio(
            "publish to consumer, p99",
            round(percentile(soon, 99) / percentile(bare_soon, 99), 3),
            f"the client, {percentile(soon, 99) * 1000:.1f} ms",
            f"bare aiokafka, {percentile(bare_soon, 99) * 1000:.1f} ms",
            PROBES,
        ),
    ]


async def _beside(ours: Work, theirs: Work) -> tuple[list[float], list[float]]:
    one, other = await in_turn(ours, theirs, ROUNDS)
    return [RECORDS / s for s in one], [RECORDS / s for s in other]


async def _fill(kafka: str) -> None:
    """A log of so many changes, dense."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        genesis = Genesis(log_uuid="aaaaaaaa-0000-4000-8000-000000000000", topic=TOPIC, partition=0).model_dump_json().encode()
        sent = [await producer.send(TOPIC, genesis, b"genesis", 0, headers=headers(0, GENESIS))]
        sent += [await producer.send(TOPIC, VALUE, b"e-1", 0, headers=headers(seq)) for seq in range(1, RECORDS + 1)]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def headers(seq: int, kind: str = "daybook.event.revised.v1") -> list[tuple[str, bytes]]:
    """As the normalizer and the relay write them."""
    identity = f"00000000-0000-4000-8000-{seq:012x}"
    envelope = Envelope(
        id=identity,
        type=kind,
        source="bench",
        time=TIME,
        subject="e-1",
        dataschema="urn:daybook:schema:EventChange:v1",
        causation_id=identity,
        correlation_id=identity,
        ruleset="bench",
    )
    return [(name, text.encode()) for name, text in (to_headers(envelope) | {"ce_seq": str(seq)}).items()]


async def _ours(kafka: str, read: Callable[[Change], object] = bool, only: Only | None = None) -> float:
    """Seconds from the first record on: connecting is paid once, not for each."""
    async with subscribe(kafka, kinds=[KIND], only=only or Only()) as subscription:
        if only:
            return await _until_end(subscription)
        left, started = RECORDS, 0.0
        async for change in subscription:
            started = started or time.perf_counter()
            read(change)
            left -= 1
            if not left:
                break
    return time.perf_counter() - started


async def _until_end(subscription: Subscription) -> float:
    """Of a subscription that hands out nothing."""
    running = asyncio.ensure_future(anext(aiter(subscription)))
    started = 0.0
    while (place := subscription.position.places.get((TOPIC, 0))) is None or place.offset <= RECORDS:
        started = started or (time.perf_counter() if place and place.offset else 0.0)
        await asyncio.sleep(0.002)
    running.cancel()
    await asyncio.wait([running])
    return time.perf_counter() - started


async def _bare(kafka: str, read: Callable[[bytes], object] = bool) -> float:
    consumer = _consumer(kafka)
    await consumer.start()
    try:
        at = TopicPartition(TOPIC, 0)
        consumer.assign([at])
        consumer.seek(at, 0)
        left, started = RECORDS + 1, 0.0
        while left > 0:
            for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)).values():
                started = started or time.perf_counter()
                for raw in records:
                    read(raw.value)
                    left -= 1
        return time.perf_counter() - started
    finally:
        await consumer.stop()


def _consumer(kafka: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="none", max_partition_fetch_bytes=FETCH_BYTES
    )


async def _fan_out(kafka: str, consumers: int) -> float:
    """Records a second in all, from the moment in which all are told to begin."""
    shares = [consumers // min(consumers, PROCESSES)] * min(consumers, PROCESSES)
    children = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.subscribing", kafka, str(share)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for share in shares
    ]
    for child in children:
        assert child.stdout
        assert await child.stdout.readline() == b"ready\n"
    started = time.perf_counter()
    await asyncio.gather(*(child.communicate(b"go\n") for child in children))
    return consumers * EACH / (time.perf_counter() - started)


async def _heard(kafka: str) -> tuple[list[float], list[float]]:
    """Seconds from the moment in which a record was sent to that in which it is handed out: by the client, and by a bare consumer."""
    sent: dict[int, float] = {}
    ours: list[float] = []
    theirs: list[float] = []
    ready = [asyncio.Event(), asyncio.Event()]
    tasks = [asyncio.create_task(_hear(kafka, sent, ours, ready[0])), asyncio.create_task(_hear_bare(kafka, sent, theirs, ready[1]))]
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    await producer.start()
    seq = RECORDS
    try:
        while len(sent) < PROBES:
            seq += 1
            if all(one.is_set() for one in ready):
                sent[seq] = time.perf_counter()
            await producer.send_and_wait(TOPIC, VALUE, b"e-1", 0, headers=headers(seq))
            await asyncio.sleep(0.01)  # one at a time, as news comes
        await asyncio.gather(*tasks)
    finally:
        await producer.stop()
    return ours, theirs


async def _hear(kafka: str, sent: dict[int, float], heard: list[float], ready: asyncio.Event) -> None:
    async with subscribe(kafka, kinds=[KIND], from_="end") as subscription:
        async for change in subscription:
            ready.set()
            if change.seq in sent:
                heard.append(time.perf_counter() - sent[change.seq])
            if len(heard) == PROBES:
                return


async def _hear_bare(kafka: str, sent: dict[int, float], heard: list[float], ready: asyncio.Event) -> None:
    consumer = _consumer(kafka)
    await consumer.start()
    try:
        at = TopicPartition(TOPIC, 0)
        consumer.assign([at])
        await consumer.seek_to_end(at)
        while len(heard) < PROBES:
            for raw in (await consumer.getmany(at, timeout_ms=POLL_MS)).get(at, []):
                ready.set()
                seq = int(dict(raw.headers)["ce_seq"])
                if seq in sent:
                    heard.append(time.perf_counter() - sent[seq])
    finally:
        await consumer.stop()


async def _child(kafka: str, consumers: int) -> None:
    """So many consumers in this process: each connects, waits for the word, and reads its share."""
    ready, go = asyncio.Barrier(consumers + 1), asyncio.Event()
    reading = [asyncio.create_task(_share(kafka, ready, go)) for _ in range(consumers)]
    await ready.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    go.set()
    await asyncio.gather(*reading)


async def _share(kafka: str, ready: asyncio.Barrier, go: asyncio.Event) -> None:
    left = EACH + 1
    async with subscribe(kafka, kinds=[KIND]) as subscription:
        async for _ in subscription:
            if left == EACH + 1:
                await ready.wait()
                await go.wait()
            left -= 1
            if not left:
                return


if __name__ == "__main__":
    asyncio.run(_child(sys.argv[1], int(sys.argv[2])))
