"""Articles are pushed while the ingestor is killed again and again, and the broker too: the log holds each revision, once, and all that was acknowledged.

`DAYBOOK_FULL=1` pushes 100,000 articles through ten kills of the ingestor and two of the broker; otherwise it is a small one.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from deploy.local import stack as local
from deploy.local.options import Options
from deploy.local.stack import Stack
from schemas.articles import RawArticle
from tests.integration.ingestor_pages import BODY, TOPIC, Ingestor, line, lines, prepared
from tests.support.logs import once, read_topic
from tests.support.service import ServiceProcess

Revision = tuple[str, int]
COME_BACK = {429, 502, 503, 504}
SENDERS = 4


@dataclass(frozen=True)
class Trial:
    """How much is pushed, and after which shares of it something is killed."""

    articles: int
    batch: int
    ingestor_kills: int
    broker_kills: int

    def kills(self) -> Iterator[tuple[int, str]]:
        """At how many acknowledged articles what is killed, in order, spread over the push."""
        parts = [*["ingestor"] * self.ingestor_kills, *["kafka"] * self.broker_kills]
        at = {part: [(n + 1) * self.articles // (parts.count(part) + 2) for n in range(parts.count(part))] for part in set(parts)}
        yield from sorted((count, part) for part, counts in at.items() for count in counts)


TRIAL = Trial(100_000, 500, 10, 2) if os.environ.get("DAYBOOK_FULL") else Trial(5_000, 100, 3, 1)


@dataclass
class World:
    """The ingestor that runs at present, and what its senders were told."""

    stack: Stack
    process: ServiceProcess
    acknowledged: set[Revision] = field(default_factory=set)
    repeated: int = 0
    killed: Counter[str] = field(default_factory=Counter)

    def kill_ingestor(self) -> None:
        self.process.process.kill()
        self.process.process.wait()
        self.process = ServiceProcess(self.stack, "ingestor", {})

    def kill_broker(self) -> None:
        local.kill(self.stack.state, "kafka")
        local.start(Options(state=self.stack.state))


def batches(trial: Trial) -> Iterator[list[dict[str, Any]]]:
    """Each tenth article has a second text, so that there are revisions to double or to lose."""
    for first in range(0, trial.articles, trial.batch):
        numbers = range(first, min(first + trial.batch, trial.articles))
        yield [text for n in numbers for text in _texts(n)]


def _texts(number: int) -> list[dict[str, Any]]:
    name = f"story-{number}"
    return [line(name), line(name, BODY + " The board corrected itself.")] if number % 10 == 0 else [line(name)]


async def send(world: World, client: httpx.AsyncClient, push: bytes) -> None:
    """Send until it is acknowledged."""
    while True:
        with suppress(httpx.TransportError):
            response = await client.post(f"{world.process.address}/v1/articles", content=push)
            if response.status_code not in COME_BACK:
                break
        world.repeated += 1
        await asyncio.sleep(0.2)
    assert response.status_code == 202, response.text
    world.acknowledged |= {(told["article_id"], told["revision"]) for told in response.json()["articles"]}


async def push_all(world: World, trial: Trial) -> None:
    """A few senders share the batches."""
    waiting = batches(trial)

    async def sender() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            for batch in waiting:
                await send(world, client, lines(*batch))

    async with asyncio.TaskGroup() as group:
        for _ in range(SENDERS):
            group.create_task(sender())


async def kill_as_planned(world: World, trial: Trial) -> None:
    for count, part in trial.kills():
        while len(world.acknowledged) < count:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(world.kill_ingestor if part == "ingestor" else world.kill_broker)
        world.killed[part] += 1


@pytest.fixture
async def world(stack: Stack) -> Any:
    await prepared(stack)
    running = World(stack, ServiceProcess(stack, "ingestor", {}))
    yield running
    running.process.stop()


async def test_nothing_acknowledged_is_missing_and_nothing_is_doubled(world: World) -> None:
    # given
    began = time.monotonic()
    # when
    async with asyncio.timeout(120 + TRIAL.articles / 20), asyncio.TaskGroup() as group:
        group.create_task(push_all(world, TRIAL))
        group.create_task(kill_as_planned(world, TRIAL))
    pushed = time.monotonic() - began
    await asyncio.to_thread(world.process.wait_ready)
    await Ingestor(world.stack, world.process).settled()
    # then
    everything = await read_topic(world.stack.kafka, TOPIC)
    logged = [_revision(record.value) for record in once(everything) if record.key != b"genesis"]
    rate = f"{TRIAL.articles / pushed:,.0f} articles a second through {dict(world.killed)} kills"
    print(
        f"\n{TRIAL.articles:,} articles in {pushed:.0f} s, {rate}; {world.repeated} sent again, {len(everything) - len(logged) - 4} repeats"
    )
    assert world.killed == {"ingestor": TRIAL.ingestor_kills, "kafka": TRIAL.broker_kills}
    assert world.repeated > 0, "the kills disturbed nobody"
    assert [found for found, times in Counter(logged).items() if times > 1] == []
    assert world.acknowledged - set(logged) == set()
    assert Counter(revision for _, revision in logged) == {1: TRIAL.articles, 2: TRIAL.articles // 10}


def _revision(value: bytes) -> Revision:
    article = RawArticle.model_validate_json(value)
    return article.article_id, article.revision
