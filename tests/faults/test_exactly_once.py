"""A process may die or freeze at any point of the checkpoint protocol: what it leaves is what a run without trouble leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import get_args

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.stack import Stack
from deploy.pipeline.catch_up import looking
from deploy.pipeline.flow import all_caught_up
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import service_cards
from schemas.topics import card
from services.chassis.faults import FollowerPoint, RelayPoint
from services.chassis.topics import create_topics
from services.normalizer.publish import CURRENT_TOPIC
from tests.faults.dump import Dump, dump
from tests.faults.folded import unlike_the_logs
from tests.faults.world import articles, publish
from tests.support.logs import read_topic
from tests.support.service import ServiceProcess, eventually, service
from tests.support.stack import empty

Seen = Callable[[ServiceProcess], Awaitable[bool]]
ARTICLES = 60
SMALL = {"BATCH_RECORDS": "7"}  # several transactions, so that there is a middle of work
FOLLOWERS = {"normalizer-reader": "normalizer", "normalizer-merger": "normalizer", "timeline-g1": "timeline"}
RELAYED = ["mentions.strike.v1", "events.strike.v1", "events.current.v1"]
OTHER = {"normalizer": "timeline", "timeline": "normalizer"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def log(stack: Stack) -> Stack:
    """Given a log of articles, in one partition so that two runs read them in one order."""
    await empty(stack, ("ingestor", "normalizer", "timeline"), topics_of=None)
    await create_topics(stack.kafka, [card("articles.raw.v1").model_copy(update={"partitions": 1})])
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    await publish(stack, articles(ARTICLES))
    return stack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def undisturbed(log: Stack) -> Dump:
    """What a run without trouble leaves."""
    await start_over(log)
    with service(log, "normalizer", **SMALL), service(log, "timeline", **SMALL):
        await caught_up(log)
    found = await dump(log)
    assert found.tables["events"], "the run made no events"
    return found


@pytest.fixture
async def fresh(log: Stack, undisturbed: Dump) -> Stack:
    """The articles are there; nothing was made of them yet."""
    await start_over(log)
    return log


@pytest.mark.parametrize("follower", FOLLOWERS)
async def test_a_follower_killed_at_every_point_of_its_work_ends_where_an_undisturbed_one_does(
    fresh: Stack, undisturbed: Dump, follower: str
) -> None:
    name = FOLLOWERS[follower]
    with service(fresh, OTHER[name], **SMALL):
        for point in get_args(FollowerPoint):
            with service(fresh, name, FAULTS=f"{point}@{follower}:2:kill", **SMALL) as victim:
                await asyncio.to_thread(victim.wait_killed)
        with service(fresh, name, **SMALL):
            await caught_up(fresh)
    left = await dump(fresh)
    assert left.differences(undisturbed) == []
    assert left.doubled() == []
    assert await unlike_the_logs(fresh) == []


@pytest.mark.parametrize("topic", RELAYED)
async def test_a_relay_killed_at_every_point_of_a_send_leaves_no_hole_and_only_repeats(fresh: Stack, undisturbed: Dump, topic: str) -> None:
    with service(fresh, "timeline", **SMALL):
        for point in get_args(RelayPoint):
            with service(fresh, "normalizer", FAULTS=f"{point}@{topic}:2:kill", RELAY_RECORDS="3", **SMALL) as victim:
                await asyncio.to_thread(victim.wait_killed)
        with service(fresh, "normalizer", **SMALL):
            await caught_up(fresh)
    assert (await dump(fresh)).differences(undisturbed) == []
    assert await unlike_the_logs(fresh) == []


async def test_a_relay_that_wakes_in_the_middle_of_a_send_adds_only_repeats(fresh: Stack, undisturbed: Dump) -> None:
    """Even the compacted topic tells the present to whoever keeps the highest number (docs/adr/0013)."""
    fault = f"before_send@{CURRENT_TOPIC}:2:stop"
    with service(fresh, "timeline", **SMALL), service(fresh, "normalizer", FAULTS=fault, RELAY_RECORDS="3", **SMALL) as frozen:
        await asyncio.to_thread(frozen.wait_frozen)
        with service(fresh, "normalizer", **SMALL):
            await caught_up(fresh)
            before = len(await read_topic(fresh.kafka, CURRENT_TOPIC))

            async def has_sent() -> bool:
                return len(await read_topic(fresh.kafka, CURRENT_TOPIC)) > before

            frozen.thaw()
            await eventually(has_sent)
        await caught_up(fresh)
    assert (await dump(fresh)).differences(undisturbed) == []
    assert await unlike_the_logs(fresh) == []


async def test_a_state_that_is_not_what_its_log_amounts_to_is_seen(fresh: Stack) -> None:
    """The negative control of the comparison with the logs."""
    with service(fresh, "normalizer", **SMALL), service(fresh, "timeline", **SMALL):
        await caught_up(fresh)
    postgres = await asyncpg.connect(fresh.dsn("admin"))
    await postgres.execute("DELETE FROM normalizer.events WHERE event_id = (SELECT min(event_id) FROM normalizer.events)")
    await postgres.close()
    assert await unlike_the_logs(fresh) == ["rows"]


async def test_a_second_process_that_joins_in_the_middle_of_work_shares_it(fresh: Stack, undisturbed: Dump) -> None:
    """A rebalance may give a partition back to the process that is still at work on its last batch: it must not stand still."""
    with service(fresh, "timeline", **SMALL), service(fresh, "normalizer", BATCH_RECORDS="1") as first:
        await asyncio.to_thread(first.wait_ready)
        with service(fresh, "normalizer", BATCH_RECORDS="1"):
            await caught_up(fresh)
    assert (await dump(fresh)).differences(undisturbed) == []


@pytest.mark.parametrize("follower", FOLLOWERS)
async def test_an_owner_frozen_past_its_session_cannot_commit_when_it_wakes(fresh: Stack, undisturbed: Dump, follower: str) -> None:
    await a_frozen_owner_wakes(fresh, follower, f"services.{FOLLOWERS[follower]}", fenced)
    assert (await dump(fresh)).differences(undisturbed) == []
    assert await unlike_the_logs(fresh) == []


async def test_without_the_compare_and_swap_the_frozen_owner_publishes_twice(fresh: Stack) -> None:
    """The negative control. The timeline would heal by itself, as its effects are guarded by revision; what is published twice stays."""

    async def doubled(_: ServiceProcess) -> bool:
        return bool((await dump(fresh)).doubled())

    with contextlib.suppress(TimeoutError):  # it may also never catch up again
        async with asyncio.timeout(100):
            await a_frozen_owner_wakes(fresh, "normalizer-reader", "tests.faults.unguarded fence normalizer", doubled)
    assert (await dump(fresh)).doubled(), "nothing was published twice"


async def a_frozen_owner_wakes(stack: Stack, follower: str, module: str, has_acted: Seen) -> None:
    """Given an owner that froze before its first compare-and-swap, and another that took over, the first one wakes, and acts."""
    name, fault = FOLLOWERS[follower], f"before_compare_and_swap@{follower}:1:stop"
    with service(stack, OTHER[name], **SMALL), service(stack, name, module, FAULTS=fault, **SMALL) as frozen:
        await asyncio.to_thread(frozen.wait_frozen)
        with service(stack, name, module, **SMALL):
            await caught_up(stack)
            frozen.thaw()
            await eventually(lambda: has_acted(frozen))
        await caught_up(stack)


async def fenced(process: ServiceProcess) -> bool:
    """Has the process been told that what it holds is another's?"""
    return process.saw('"fenced"')


async def start_over(stack: Stack) -> None:
    """Forget all that was made of the articles."""
    await empty(stack, ("normalizer", "timeline"), topics_of=("mentions.", "events.", "edits."))
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)


async def caught_up(stack: Stack) -> None:
    """Wait until nothing is on its way."""
    async with asyncio.timeout(120), looking(stack) as look:
        while not all_caught_up(await look()):
            await asyncio.sleep(0.1)
