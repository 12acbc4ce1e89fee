"""Article pushed until the API and the stream show it, fifty a second, beside its floor: two Kafka hops and two commits with nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp

from deploy.local.stack import Stack
from tests.bench.ratios import Ratio, percentile
from tests.bench.whole_path import article, floor
from tests.support.service import service
from tests.support.sse import Source, source

A_SECOND, ARTICLES, FLOORS = 50, 1000, 60
LATE_SECONDS = 120.0
AT_ONCE = 8  # questions to the API


@dataclass(slots=True)
class Times:
    """By article: when it was pushed, when the stream told of it, and when the API answered with it."""

    pushed: dict[str, float] = field(default_factory=dict)
    told: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)


async def measure(stack: Stack) -> list[Ratio]:
    """p50 and p99 of each to the p50 of the floor, which is measured before and after."""
    with service(stack, "ingestor") as ingestor, service(stack, "normalizer") as normalizer, service(stack, "timeline") as timeline:
        for process in (ingestor, normalizer, timeline):
            await asyncio.to_thread(process.wait_ready)
        async with floor(stack) as hops, aiohttp.ClientSession() as http, source(timeline.address) as heard:
            floors = [await hops() for _ in range(FLOORS)]
            times = Times()
            listening = asyncio.create_task(_listen(heard, http, timeline.address, times))
            await _push(http, ingestor.address, times)
            async with asyncio.timeout(LATE_SECONDS):
                while times.pushed.keys() - times.answered.keys():
                    await asyncio.sleep(0.05)
            listening.cancel()
            floors += [await hops() for _ in range(FLOORS)]
    return [_ratio(name, percent, _spans(times.pushed, then), floors) for name, then in _both(times) for percent in (50, 99)]


def _both(times: Times) -> list[tuple[str, dict[str, float]]]:
    return [("stream", times.told), ("API", times.answered)]


async def _push(http: aiohttp.ClientSession, ingestor: str, times: Times) -> None:
    """At a steady pace, whether earlier ones were answered or not."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(ARTICLES):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
            group.create_task(_one(http, ingestor, number, times))


async def _one(http: aiohttp.ClientSession, ingestor: str, number: int, times: Times) -> None:
    started = time.perf_counter()
    async with http.post(f"{ingestor}/v1/articles", json=article(number), raise_for_status=True) as answer:
        times.pushed[(await answer.json())["articles"][0]["article_id"]] = started


async def _listen(heard: Source, http: aiohttp.ClientSession, timeline: str, times: Times) -> None:
    asking = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        async for event in heard.events():
            cause = event.data["cause"]["article_id"]
            if cause not in times.told:
                times.told[cause] = time.perf_counter()
                group.create_task(_ask(http, f"{timeline}/v1/events/{event.data['event_id']}", cause, times, asking))


async def _ask(http: aiohttp.ClientSession, address: str, cause: str, times: Times, asking: asyncio.Semaphore) -> None:
    async with asking:
        while await _status(http, address) == HTTPStatus.SERVICE_UNAVAILABLE:
            await asyncio.sleep(0.05)
    times.answered[cause] = time.perf_counter()


async def _status(http: aiohttp.ClientSession, address: str) -> int:
    async with http.get(address) as answer:
        await answer.read()
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            answer.raise_for_status()
        return answer.status


def _spans(pushed: dict[str, float], then: dict[str, float]) -> list[float]:
    return [then[name] - started for name, started in pushed.items()]


def _ratio(name: str, percent: int, samples: Sequence[float], floors: Sequence[float]) -> Ratio:
    of, to = percentile(samples, percent), percentile(floors, 50)
    return Ratio(
        f"article to {name} at {A_SECOND}/s, p{percent}",
        round(of / to, 2),
        f"POST of an article until the {name} shows it ({of * 1000:.0f} ms)",
        f"p50 of two Kafka hops and two Postgres commits with nothing else ({to * 1000:.0f} ms)",
        len(samples),
    )
