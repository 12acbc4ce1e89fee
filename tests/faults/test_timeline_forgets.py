"""Postgres dies before the last commits of a projector are on the disk, and forgets them: each row is what the log makes all the same.

Two things guard this. Position and effects are one transaction, so what is forgotten is read again (`test_timeline_owners.py` takes that
apart). What moves no position waits for the disk: the last test takes that out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from deploy.local import stack as local
from deploy.local.options import Options
from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards
from tests.faults.following import SMALL, World
from tests.faults.test_timeline_poison import body, plain, write
from tests.faults.test_timeline_servers import waits
from tests.support.service import eventually, service
from tests.support.stack import empty
from tests.unit.timeline.builders import event

NAME = "set-aside"
REFUSE = f"""
CREATE FUNCTION timeline_g1.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.event_id = '{NAME}' THEN RAISE EXCEPTION 'refused' USING ERRCODE = '22000'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON timeline_g1.events FOR EACH ROW EXECUTE FUNCTION timeline_g1.refuse()"""
ACCEPT = "DROP TRIGGER refuse ON timeline_g1.events; DROP FUNCTION timeline_g1.refuse"


@pytest_asyncio.fixture(loop_scope="module")
async def world(stack: Stack) -> AsyncIterator[World]:
    """Postgres brings nothing to the disk that nobody waits for, for so long that it can be killed in between."""
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    world = World(stack)
    await world.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
    await world.execute("SELECT pg_reload_conf()")
    yield world
    await world.execute("ALTER SYSTEM RESET wal_writer_delay")
    await world.execute("SELECT pg_reload_conf()")


async def test_what_postgres_forgot_is_read_again(world: World) -> None:
    with service(world.stack, "timeline", **SMALL) as timeline:
        timeline.wait_ready()
        # given changes that are applied, and not on the disk
        await world.tell()
        await world.catches_up()
        # when Postgres dies
        await dies_and_comes_back(world)
        # then it had forgotten some, and each row is what the log makes once more
        await eventually(lambda: timeline.saw("positions_put_back"))
        await world.recovers()


async def test_what_was_tried_again_with_success_is_not_forgotten(world: World) -> None:
    await redriven_before_a_crash(world, None)
    assert await revisions(world) == [1, 2, 3]
    found = await world.verified()
    assert found.equal, found


async def test_without_waiting_for_the_disk_a_revision_that_was_tried_again_would_be_lost(world: World) -> None:
    """The negative control. No position tells that it is missing, as later ones of its event have been applied."""
    await redriven_before_a_crash(world, "tests.faults.unguarded disk timeline")
    assert await revisions(world) == [1, 3]
    assert not (await world.verified()).equal


async def redriven_before_a_crash(world: World, module: str | None) -> None:
    """A revision is set aside and tried again with success; Postgres dies, and the next revision comes."""
    with service(world.stack, "timeline", module, **SMALL) as timeline:
        timeline.wait_ready()
        await tells(world, 1)
        await world.catches_up()
        await world.execute(REFUSE)
        await tells(world, 2)
        await eventually(lambda: has_aside(world, 1))
        await world.execute(ACCEPT)
        await world.execute("UPDATE timeline.quarantined SET state = 'wanted'")
        await eventually(lambda: has_aside(world, 0))
        await eventually(lambda: timeline.saw("record_redriven"))
        await asyncio.to_thread(local.kill, world.stack.state, "postgres")
        await tells(world, 3)
        await eventually(lambda: waits(timeline))
        await asyncio.to_thread(local.start, Options(state=world.stack.state))
        await world.catches_up()
        await eventually(lambda: has_aside(world, 0))


async def tells(world: World, revision: int) -> None:
    await write(world, [(NAME.encode(), body(event(NAME, revision, kind="summit")), plain())])


async def dies_and_comes_back(world: World) -> None:
    await asyncio.to_thread(local.kill, world.stack.state, "postgres")
    await asyncio.to_thread(local.start, Options(state=world.stack.state))


async def revisions(world: World) -> list[int]:
    rows = await world.fetch("SELECT revision FROM timeline_g1.events WHERE event_id = $1 ORDER BY revision", NAME)
    return [row["revision"] for row in rows]


async def has_aside(world: World, count: int) -> bool:
    return len(await world.fetch("SELECT FROM timeline.quarantined")) == count
