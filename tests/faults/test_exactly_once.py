"""A process may die or freeze at any point of the checkpoint protocol: what it leaves is what a run without trouble leaves."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
import pytest_asyncio

from deploy.local.stack import Stack
from deploy.pipeline.catch_up import looking
from deploy.pipeline.flow import all_caught_up
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import service_cards
from schemas.topics import card
from services.chassis.kafka import create_topics
from tests.faults.dump import Dump, dump
from tests.faults.world import articles, publish
from tests.support.service import ServiceProcess, service
from tests.support.stack import empty

ARTICLES = 60
SMALL = {"BATCH_RECORDS": "7"}  # several transactions, so that there is a middle of work
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


@pytest.mark.parametrize("name", ["normalizer", "timeline"])
async def test_a_service_killed_at_every_point_of_its_work_ends_where_an_undisturbed_one_does(
    fresh: Stack, undisturbed: Dump, name: str
) -> None:
    with service(fresh, OTHER[name], **SMALL):
        for point in ("before_compare_and_swap", "before_commit", "after_commit"):
            with service(fresh, name, FAULTS=f"{point}:2:kill", **SMALL) as victim:
                await asyncio.to_thread(victim.wait_killed)
        with service(fresh, name, **SMALL):
            await caught_up(fresh)
    left = await dump(fresh)
    assert left.differences(undisturbed) == []
    assert left.doubled() == []


async def test_a_relay_killed_around_a_send_leaves_no_hole_and_only_repeats(fresh: Stack, undisturbed: Dump) -> None:
    with service(fresh, "timeline", **SMALL):
        for point in ("before_send", "after_send"):
            with service(fresh, "normalizer", FAULTS=f"{point}:3:kill", RELAY_RECORDS="3", **SMALL) as victim:
                await asyncio.to_thread(victim.wait_killed)
        with service(fresh, "normalizer", **SMALL):
            await caught_up(fresh)
    assert (await dump(fresh)).differences(undisturbed) == []


async def test_a_second_process_that_joins_in_the_middle_of_work_shares_it(fresh: Stack, undisturbed: Dump) -> None:
    """A rebalance may give a partition back to the process that is still at work on its last batch: it must not stand still."""
    with service(fresh, "timeline", **SMALL), service(fresh, "normalizer", BATCH_RECORDS="1") as first:
        await asyncio.to_thread(first.wait_ready)
        with service(fresh, "normalizer", BATCH_RECORDS="1"):
            await caught_up(fresh)
    assert (await dump(fresh)).differences(undisturbed) == []


@pytest.mark.parametrize("name", ["normalizer", "timeline"])
async def test_an_owner_frozen_past_its_session_cannot_commit_when_it_wakes(fresh: Stack, undisturbed: Dump, name: str) -> None:
    await a_frozen_owner_wakes(fresh, name, module=f"services.{name}")
    assert (await dump(fresh)).differences(undisturbed) == []


async def test_without_the_compare_and_swap_the_frozen_owner_publishes_twice(fresh: Stack) -> None:
    """The negative control. The timeline would heal by itself, as its effects are guarded by revision; what is published twice stays."""
    with contextlib.suppress(TimeoutError):  # it may also never catch up again
        async with asyncio.timeout(25):
            await a_frozen_owner_wakes(fresh, "normalizer", module="tests.faults.unfenced normalizer")
    assert (await dump(fresh)).doubled(), "nothing was published twice"


async def a_frozen_owner_wakes(stack: Stack, name: str, module: str) -> None:
    """Given an owner that froze before its first compare-and-swap (the normalizer's is the reader's, who publishes at every reading), and
    another that took over, the first one wakes.
    """
    with service(stack, OTHER[name], **SMALL), service(stack, name, module, FAULTS="before_compare_and_swap:1:stop", **SMALL) as frozen:
        await asyncio.to_thread(frozen.wait_frozen)
        with service(stack, name, module, **SMALL):
            await caught_up(stack)
            frozen.thaw()
            await woken(frozen)
        await caught_up(stack)


async def woken(process: ServiceProcess) -> None:
    """Wait until the process has been fenced, or has committed what it should not have."""
    async with asyncio.timeout(20):
        while not process.saw('"fenced"') and not process.saw("partitions_assigned", times=2):
            await asyncio.sleep(0.05)


async def start_over(stack: Stack) -> None:
    """Forget all that was made of the articles."""
    await empty(stack, ("normalizer", "timeline"), topics_of=("mentions.", "events."))
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)


async def caught_up(stack: Stack) -> None:
    """Wait until nothing is on its way."""
    async with asyncio.timeout(60), looking(stack) as look:
        while not all_caught_up(await look()):
            await asyncio.sleep(0.1)
