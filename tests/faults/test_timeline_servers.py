"""Kafka and Postgres fail under a projector that runs on through all of it: each time it recovers by itself, and each row is what the
log makes.

One guard covers this file: what may pass is waited for, with position and effects in one transaction (`test_timeline_owners.py` takes
that apart). The last test takes the waiting out.
"""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from deploy.local import stack as local
from deploy.local.options import Options
from deploy.local.owner import give, owner_of
from deploy.local.postgres import programs
from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.processes import PLAIN_HTTP
from deploy.pipeline.services import NAMES, service_cards
from services.timeline.service import followed_topics
from tests.faults.following import FOLLOWER, SMALL, World, halts, ready
from tests.support.service import ServiceProcess, eventually, service
from tests.support.stack import empty

REBALANCES = 3
REBALANCE_SECONDS = 2.0
TERMINATIONS = 15
DISK_MEGABYTES = 16
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename = 'timeline' AND pid <> pg_backend_pid() ORDER BY pid"
TERMINATE_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'timeline'"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(stack: Stack) -> World:
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    world = World(stack)
    await world.tell()
    return world


@pytest.fixture(scope="module")
def timeline(world: World) -> Iterator[ServiceProcess]:
    """One projector, which all of it happens to."""
    with service(world.stack, "timeline", **SMALL) as process:
        process.wait_ready()
        yield process


async def test_rebalances_every_two_seconds_cost_nothing(world: World, timeline: ServiceProcess) -> None:
    """A member that does no work joins and leaves, so that partitions wander off and come back in the middle of work."""
    before = timeline.log.read_text().count('"partitions_assigned"')
    for _ in range(REBALANCES):
        joining = AIOKafkaConsumer(
            *followed_topics(), bootstrap_servers=world.stack.kafka, group_id=FOLLOWER, enable_auto_commit=False, auto_offset_reset="none"
        )
        await joining.start()
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(world.tell(10))
            group.create_task(asyncio.sleep(REBALANCE_SECONDS))
        await joining.stop()
    await world.recovers()
    assert timeline.saw('"partitions_assigned"', before + REBALANCES), "nothing was rebalanced"


async def test_backends_terminated_at_random_cost_nothing(world: World, timeline: ServiceProcess) -> None:
    drawn = random.Random(7)

    async def terminate() -> None:
        for _ in range(TERMINATIONS):
            if backends := await world.fetch(BACKENDS):
                await world.fetch("SELECT pg_terminate_backend($1)", drawn.choice(backends)["pid"])
            await asyncio.sleep(drawn.uniform(0, 0.2))

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(terminate())
        group.create_task(world.tell())
    await world.recovers()
    await ready(timeline)


async def test_a_server_without_a_connection_to_spare_is_waited_for(world: World, timeline: ServiceProcess) -> None:
    """SQLSTATE 53300, by a limit of the role: the server keeps a few connections for administrators, who have to get in here."""
    await world.execute("ALTER ROLE timeline CONNECTION LIMIT 0")
    try:
        await world.execute(TERMINATE_ALL)
        await world.tell()
        await eventually(lambda: waits(timeline))
    finally:
        await world.execute("ALTER ROLE timeline CONNECTION LIMIT -1")
    await world.recovers()
    await ready(timeline)


async def test_the_victim_of_a_deadlock_tries_again(world: World, timeline: ServiceProcess) -> None:
    """A real one: the projector locks its positions, then writes events; the other session does it the other way round, and is patient."""
    before = await deadlocks(world)
    other = await asyncpg.connect(world.stack.dsn("admin"))
    try:
        async with asyncio.timeout(60), other.transaction():
            await other.execute("SET LOCAL deadlock_timeout = '50s'")
            await other.execute("LOCK TABLE timeline_g1.events IN SHARE MODE")
            await world.tell()
            await eventually(lambda: waits_for_a_lock(world))
            await other.execute("SELECT FROM timeline.checkpoints FOR UPDATE")
    finally:
        await other.close()
    assert await deadlocks(world) > before
    await world.recovers()
    assert await retries(timeline) > 0


async def test_a_full_disk_is_waited_for(world: World, timeline: ServiceProcess, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLSTATE 53100. Where this machine lets us mount a small file system, a real one: the events lie there, and it is filled up. Else a
    trigger raises the same."""
    async with full_disk(world, tmp_path_factory.mktemp("small") / "disk"):
        await world.tell(90)
        await eventually(lambda: waits(timeline))
        assert timeline.process.poll() is None
    await world.recovers()
    await ready(timeline)


async def test_postgres_killed_and_started_again_costs_nothing(world: World, timeline: ServiceProcess) -> None:
    told = asyncio.create_task(world.tell())
    await asyncio.to_thread(local.kill, world.stack.state, "postgres")
    await eventually(lambda: waits_or_is_idle(timeline))
    await asyncio.to_thread(local.start, Options(state=world.stack.state))
    await asyncio.gather(told, return_exceptions=True)  # whoever tells it may have been cut off as well
    await world.tell()
    await world.recovers()
    await ready(timeline)


async def test_a_broker_killed_and_started_again_costs_nothing(world: World, timeline: ServiceProcess) -> None:
    await asyncio.to_thread(local.kill, world.stack.state, "kafka")
    await eventually(lambda: timeline_says(timeline, "kafka", "does not answer"))
    await asyncio.to_thread(local.start, Options(state=world.stack.state))
    await world.tell()
    await world.recovers()
    await ready(timeline)


async def test_a_projector_that_waits_for_nothing_would_halt(world: World, timeline: ServiceProcess) -> None:
    """The negative control, for all that passes: once cut off, it does not recover."""
    timeline.stop()
    with service(world.stack, "timeline", "tests.faults.unguarded retries timeline", **SMALL) as impatient:
        await ready(impatient)
        await world.execute("ALTER ROLE timeline CONNECTION LIMIT 0")  # first, or those that are terminated come back in time
        try:
            await world.execute(TERMINATE_ALL)
            await world.tell()
            await halts(impatient, "TooManyConnections", "ConnectionDoesNotExist", "InterfaceError", "AdminShutdown")
        finally:
            await world.execute("ALTER ROLE timeline CONNECTION LIMIT -1")
    ends = await world.ends()
    assert not await world.has_reached(ends)


async def timeline_says(timeline: ServiceProcess, part: str, words: str) -> bool:
    async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
        told = (await http.get(f"{timeline.address}/readyz")).json()["parts"]
    return words in told.get(part, "")


async def waits(timeline: ServiceProcess) -> bool:
    return await timeline_says(timeline, FOLLOWER, "waits for Postgres")


async def waits_or_is_idle(timeline: ServiceProcess) -> bool:
    """Everything may have been applied before the server went; then the relay is the one to notice."""
    return await waits(timeline) or await timeline_says(timeline, "relay", "waiting")


async def waits_for_a_lock(world: World) -> bool:
    return bool(await world.fetch("SELECT FROM pg_stat_activity WHERE usename = 'timeline' AND wait_event_type = 'Lock'"))


async def deadlocks(world: World) -> int:
    return int((await world.fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))[0]["deadlocks"])


async def retries(timeline: ServiceProcess) -> float:
    async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
        told = (await http.get(f"{timeline.address}/metrics")).text
    found = re.search(rf'daybook_retries_total{{follower="{FOLLOWER}"}} ([0-9.]+)', told)
    return float(found[1]) if found else 0.0


@asynccontextmanager
async def full_disk(world: World, place: Path) -> AsyncIterator[None]:
    """The events have no room to grow in, until the end of the block."""
    if not mounted(place):
        async with refused_room(world):
            yield
        return
    try:
        folder = place / "tablespace"
        folder.mkdir()
        give(folder, owner_of(world.stack.state / "postgres", [programs() / "postgres"]))
        await world.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        await world.execute("ALTER TABLE timeline_g1.events SET TABLESPACE small")
        filler = place / "filler"
        fill(filler)
        yield
        filler.unlink()
        await world.recovers()
        await world.execute("ALTER TABLE timeline_g1.events SET TABLESPACE pg_default")
        await world.execute("DROP TABLESPACE small")
    finally:
        await asyncio.to_thread(subprocess.run, ["umount", "--lazy", str(place)], check=True)


def mounted(place: Path) -> bool:
    """A file system of a few megabytes, where we may make one."""
    place.mkdir()
    place.parent.chmod(0o755)  # the server runs as another user
    place.parent.parent.chmod(0o755)
    if sys.platform != "linux":
        return False
    options = ["-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=755", "tmpfs"]
    return subprocess.run(["mount", *options, str(place)], check=False, capture_output=True).returncode == 0


def fill(filler: Path) -> None:
    """Take all the room there is."""
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@asynccontextmanager
async def refused_room(world: World) -> AsyncIterator[None]:
    await world.execute(
        """
        CREATE FUNCTION timeline_g1.no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: no space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON timeline_g1.events FOR EACH STATEMENT EXECUTE FUNCTION timeline_g1.no_room();
        """
    )
    yield
    await world.execute("DROP TRIGGER no_room ON timeline_g1.events; DROP FUNCTION timeline_g1.no_room")
