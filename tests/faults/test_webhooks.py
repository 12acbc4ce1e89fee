"""A process of the webhooks may die at any point: nothing is lost, nothing comes out of order, and only what was under way comes again."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import get_args

from deploy.local.stack import Stack
from services.chassis.faults import FollowerPoint, SenderPoint
from tests.integration.test_timeline_service import outgoing, publish
from tests.integration.webhooks_world import KEEN, Receiver, receiver, register
from tests.support.service import eventually, service
from tests.unit.timeline.builders import event

ANSWER_SECONDS = "1.5"  # what a process took with it waits for twice as long; a busy receiver must not look like one that is silent
ONE_BY_ONE = {**KEEN, "WEBHOOK_ENDPOINT_AT_ONCE": "1", "WEBHOOK_ANSWER_SECONDS": ANSWER_SECONDS, "BATCH_RECORDS": "2"}
REPEATING = {"after_post", "before_recorded"}  # the receiver has taken it, and nobody wrote that down
EVENTS, REVISIONS = 3, 4


async def tell(stack: Stack, turn: int) -> list[tuple[str, int]]:
    """Publish the next revisions of a few events; a later turn's are higher."""
    told = [(f"e-{one}", turn * REVISIONS + number) for number in range(1, REVISIONS + 1) for one in range(EVENTS)]
    await publish(stack, [outgoing(event(*one)) for one in told])
    return told


async def all_came(there: Receiver, expected: list[tuple[str, int]]) -> None:
    await eventually(lambda: set(there.revisions) >= set(expected), 60)


async def test_killed_at_each_point_it_repeats_only_what_it_could_not_write_down(emptied: Stack) -> None:
    async with receiver() as there:
        with service(emptied, "webhooks", **ONE_BY_ONE) as webhooks:
            await asyncio.to_thread(webhooks.wait_ready)
            await register(webhooks.address, there.url)
        expected: list[tuple[str, int]] = []
        points = [f"{point}@webhooks" for point in get_args(FollowerPoint)] + list(get_args(SenderPoint))
        for turn, point in enumerate(points):
            expected += await tell(emptied, turn)
            with service(emptied, "webhooks", FAULTS=f"{point}:2:kill", **ONE_BY_ONE) as victim:
                await asyncio.to_thread(victim.wait_killed)
        with service(emptied, "webhooks", **ONE_BY_ONE):
            await all_came(there, expected)
    # then
    ids = Counter(one.id for one in there.changes)
    repeated = [times for times in ids.values() if times > 1]
    assert len(ids) == len(expected)
    assert len(repeated) >= len(REPEATING)
    assert sum(repeated) - len(repeated) <= len(points), "a kill may repeat the one delivery under way, and no other"
    for name in {name for name, _ in expected}:
        revisions = [revision for one, revision in there.revisions if one == name]
        assert revisions == sorted(revisions)


async def test_two_processes_share_the_work_and_one_that_dies_is_stood_in_for(emptied: Stack) -> None:
    async with receiver() as there:
        with service(emptied, "webhooks", **KEEN) as first:
            await asyncio.to_thread(first.wait_ready)
            await register(first.address, there.url)
            with service(emptied, "webhooks", **KEEN, FAULTS="after_post:1:kill", WEBHOOK_ANSWER_SECONDS=ANSWER_SECONDS) as second:
                await asyncio.to_thread(second.wait_ready)
                expected: list[tuple[str, int]] = []
                async with asyncio.timeout(60):
                    while second.process.poll() is None:  # until it got its share
                        expected += await tell(emptied, len(expected))
                second.wait_killed()
                await all_came(there, expected)
    for name in {name for name, _ in expected}:
        revisions = [revision for one, revision in there.revisions if one == name]
        assert revisions == sorted(revisions)
