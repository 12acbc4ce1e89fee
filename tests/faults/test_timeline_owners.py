"""A projector may die at any point, freeze past its session, or be told other offsets by Kafka: the timeline is what its log makes.

Three guards cover this file, and each is taken out once: position and effects in one transaction, the compare-and-swap, and the
position in Postgres rather than in Kafka.
"""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards
from services.chassis.faults import FollowerPoint
from tests.faults.following import FOLLOWER, SMALL, World, ready
from tests.integration.timeline_world import fresh_schema
from tests.support.service import eventually, service
from tests.support.stack import empty

NOTES_WHAT_GOES_BACK = """
CREATE TABLE timeline.went_back (topic text, partition int);
CREATE FUNCTION timeline.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN INSERT INTO timeline.went_back VALUES (NEW.topic, NEW.partition); RETURN NULL; END $$;
CREATE TRIGGER note AFTER UPDATE ON timeline.checkpoints FOR EACH ROW
    WHEN (NEW.next_offset < OLD.next_offset) EXECUTE FUNCTION timeline.note();
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def log(stack: Stack) -> World:
    """Given a log of changes."""
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    world = World(stack)
    await world.tell()
    await world.tell()
    return world


@pytest.fixture
async def world(log: World) -> World:
    """Nothing of the log was projected yet; positions that go back are noted."""
    await fresh_schema(log.stack)
    await log.execute(NOTES_WHAT_GOES_BACK)
    return log


async def test_a_projector_killed_at_each_point_of_its_work_leaves_what_the_log_makes(world: World) -> None:
    for point in get_args(FollowerPoint):
        with service(world.stack, "timeline", FAULTS=f"{point}@{FOLLOWER}:2:kill", **SMALL) as victim:
            await asyncio.to_thread(victim.wait_killed)
    with service(world.stack, "timeline", **SMALL):
        await world.recovers()
    assert await went_back(world) == 0


async def test_a_position_that_is_committed_by_itself_loses_records_when_its_projector_is_killed(world: World) -> None:
    """The negative control: whatever dies, be it the projector, Postgres or the connection between, dies in between."""
    fault = f"after_compare_and_swap@{FOLLOWER}:2:kill"
    with service(world.stack, "timeline", "tests.faults.unguarded one_transaction timeline", FAULTS=fault, **SMALL) as victim:
        await asyncio.to_thread(victim.wait_killed)
    with service(world.stack, "timeline", **SMALL):
        await world.catches_up()
    found = await world.verified()
    assert not found.equal
    assert "events" in found.wrong


@pytest.mark.parametrize("point", ["before_compare_and_swap", "before_commit"])
async def test_an_owner_frozen_past_its_session_keeps_no_lock_and_commits_nothing_when_it_wakes(world: World, point: str) -> None:
    with service(world.stack, "timeline", FAULTS=f"{point}@{FOLLOWER}:2:stop", **SMALL) as frozen:
        await asyncio.to_thread(frozen.wait_frozen)
        await world.tell()  # or the batch at hand may be the last of its partitions, and nothing goes back
        with service(world.stack, "timeline", **SMALL):
            await world.recovers()
            frozen.thaw()
            await eventually(lambda: frozen.saw('"fenced"') or frozen.saw('"partitions_assigned"', 2))
        await world.recovers()
    assert await went_back(world) == 0


async def test_without_the_compare_and_swap_an_owner_that_wakes_puts_the_position_back(world: World) -> None:
    """The negative control of the fence, which rebalances need as well. Rows would be right nonetheless, by their revisions; but what
    the position says is in them is not, and `min_position`, `as_of` and verification rely on that."""
    module = "tests.faults.unguarded fence timeline"
    with service(world.stack, "timeline", module, FAULTS=f"before_compare_and_swap@{FOLLOWER}:2:stop", **SMALL) as frozen:
        await asyncio.to_thread(frozen.wait_frozen)
        await world.tell()
        with service(world.stack, "timeline", module, **SMALL):
            await world.catches_up()
            frozen.thaw()
            await eventually(lambda: went_back(world))


@pytest.mark.parametrize("to", ["the beginning", "the end"])
async def test_offsets_of_the_group_that_somebody_moved_do_not_matter(world: World, to: str) -> None:
    await project_half(world)
    await move_offsets(world, to)
    with service(world.stack, "timeline", **SMALL):
        await world.recovers()


async def test_a_projector_that_went_by_the_offsets_of_its_group_would_skip_records(world: World) -> None:
    """The negative control. The numbers of records would still tell, and halt it; here they are taken out too."""
    await project_half(world)
    await move_offsets(world, "the end")
    with service(world.stack, "timeline", "tests.faults.unguarded position,numbers timeline", **SMALL) as skipping:
        await ready(skipping)
        await world.tell(20)
        await eventually(lambda: differs(world))


async def differs(world: World) -> bool:
    return not (await world.verified()).equal


async def project_half(world: World) -> None:
    """A projector dies in the middle of the log."""
    with service(world.stack, "timeline", FAULTS=f"after_commit@{FOLLOWER}:4:kill", **SMALL) as victim:
        await asyncio.to_thread(victim.wait_killed)


async def move_offsets(world: World, to: str) -> None:
    ends = await world.ends()

    async def moved() -> bool:
        """The group takes no offsets from outside while the member that died still counts."""
        consumer = AIOKafkaConsumer(bootstrap_servers=world.stack.kafka, group_id=FOLLOWER, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(list(ends))
            await consumer.commit({at: 0 if to == "the beginning" else end for at, end in ends.items()})
        except Exception:  # noqa: BLE001 - whatever it is: once more, within bounds
            return False
        else:
            return True
        finally:
            await consumer.stop()

    await eventually(moved)


async def went_back(world: World) -> int:
    """How often a position went back."""
    return int((await world.fetch("SELECT count(*) AS often FROM timeline.went_back"))[0]["often"])
