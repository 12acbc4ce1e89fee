"""Article to answer through everything, beside its floor: two Kafka hops and two Postgres commits with nothing else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import NewTopic

from deploy.local.stack import Stack
from services.chassis.topics import admin
from tests.bench.ratios import Ratio, in_turn, percentile
from tests.support.service import ServiceProcess, service

ROUNDS = 60
DAYS = 28 * 12
TOWNS = ("Odesa", "Kharkiv", "Sumy", "Dnipro", "Mykolaiv", "Kherson", "Poltava", "Chernihiv", "Lviv", "Zaporizhzhia")


async def measure(stack: Stack) -> list[Ratio]:
    """p50 and p99 of the one to those of the other."""
    with service(stack, "ingestor") as ingestor, service(stack, "normalizer"), service(stack, "timeline") as timeline:
        for process in (ingestor, timeline):
            await asyncio.to_thread(process.wait_ready)
        async with _path(stack, ingestor, timeline) as path, floor(stack) as hops:
            await in_turn(path, hops, 5)  # warm up
            paths, floors = await in_turn(path, hops, ROUNDS)
    return [_ratio(percent, paths, floors) for percent in (50, 99)]


def _ratio(percent: int, paths: list[float], floors: list[float]) -> Ratio:
    of, to = percentile(paths, percent), percentile(floors, percent)
    return Ratio(
        f"article to answer, p{percent}",
        round(of / to, 2),
        f"POST of an article until the API shows its event ({of * 1000:.0f} ms)",
        f"two Kafka hops and two Postgres commits with nothing else ({to * 1000:.0f} ms)",
        len(paths),
    )


@asynccontextmanager
async def _path(stack: Stack, ingestor: ServiceProcess, timeline: ServiceProcess) -> AsyncIterator[_Path]:
    postgres = await asyncpg.connect(stack.dsn("admin"))
    async with httpx.AsyncClient(timeout=30) as http:
        yield _Path(postgres, http, ingestor.address, timeline.address)
    await postgres.close()


class _Path:
    """Sends an article of a strike that nothing else tells, and waits until the API shows it."""

    def __init__(self, postgres: asyncpg.Connection, http: httpx.AsyncClient, ingestor: str, timeline: str) -> None:
        self._postgres, self._http, self._ingestor, self._timeline, self._count = postgres, http, ingestor, timeline, 0

    async def __call__(self) -> float:
        self._count += 1
        before = await self._events()
        started = time.perf_counter()
        answer = await self._http.post(f"{self._ingestor}/v1/articles", json=article(self._count))
        answer.raise_for_status()
        async with asyncio.timeout(30):
            while await self._events() == before:
                await asyncio.sleep(0.001)
        (await self._http.get(f"{self._timeline}/v1/events", params={"limit": 1})).raise_for_status()
        return time.perf_counter() - started

    async def _events(self) -> int:
        return int(await self._postgres.fetchval("SELECT count(*) FROM timeline_g1.events"))


def article(number: int) -> dict[str, str]:
    """A strike that few other articles tell: by day, then town."""
    day = f"2024-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
    town = TOWNS[(number + number // DAYS) % len(TOWNS)]
    text = f"A Russian missile strike on the Ukrainian city of {town} killed {number + 3} people on {day}, the regional governor said."
    return {
        "url": f"https://example.org/{number}",
        "outlet": "Bench",
        "published": f"{day}T12:00:00Z",
        "title": f"{town} hit",
        "body": text,
    }


@asynccontextmanager
async def floor(stack: Stack) -> AsyncIterator[Floor]:
    """Clients of the servers for what cannot be done without."""
    postgres = await asyncpg.connect(stack.dsn("admin"))
    await postgres.execute("CREATE TEMP TABLE floor (value bytea)")
    await _make_topics(stack.kafka)
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", enable_idempotence=True)
    consumers = [AIOKafkaConsumer(f"floor.{number}", bootstrap_servers=stack.kafka, enable_auto_commit=False) for number in (1, 2)]
    for client in (producer, *consumers):
        await client.start()
    for consumer in consumers:
        await consumer.seek_to_end()
    yield Floor(postgres, producer, consumers)
    for client in (producer, *consumers):
        await client.stop()
    await postgres.close()


async def _make_topics(kafka: str) -> None:
    async with admin(kafka) as client:
        await client.create_topics([NewTopic(f"floor.{number}", 1, 1) for number in (1, 2)])


class Floor:
    """Twice: commit a row, publish it, hear it."""

    def __init__(self, postgres: asyncpg.Connection, producer: AIOKafkaProducer, consumers: list[AIOKafkaConsumer]) -> None:
        self._postgres, self._producer, self._consumers = postgres, producer, consumers
        self._value = json.dumps(article(1)).encode()

    async def __call__(self) -> float:
        started = time.perf_counter()
        for number, consumer in enumerate(self._consumers, 1):
            await self._postgres.execute("INSERT INTO floor VALUES ($1)", self._value)
            await self._producer.send_and_wait(f"floor.{number}", self._value)
            await consumer.getone()
        return time.perf_counter() - started
