"""Something happens to the logs, or to Postgres, behind a projector's back: it halts and says why, and what it holds stays as it was;
or it goes on from where Postgres stands, and each row is what the log makes.

Two guards cover this file, and each is taken out once: the checks when partitions are claimed (`verify.py`), and the watch while they
are followed (`watching_logs.py`).
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete

from deploy.local import stack as local
from deploy.local.options import Options
from deploy.local.postgres import programs
from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.processes import PLAIN_HTTP
from deploy.pipeline.services import NAMES, service_cards
from schemas.topics import card
from services.chassis.topics import create_topics
from tests.faults.following import FOLLOWER, World, halts, ready
from tests.support.service import ServiceProcess, eventually, service
from tests.support.stack import empty

KIND = "strike"
TOPIC = f"events.{KIND}.v1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prepared(stack: Stack) -> Stack:
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    return stack


@pytest.fixture
async def world(prepared: Stack) -> World:
    """Given new logs of changes, of which nothing was projected yet."""
    await empty(prepared, ("normalizer", "timeline"), topics_of=("events.",))
    await prepare(prepared.kafka, prepared.dsn("admin"), service_cards(), lambda _: None)
    world = World(prepared)
    await world.tell()
    return world


async def projected(world: World) -> dict[str, list[str]]:
    """A projector has applied all there is, and ended; what it left of the topic to which something will happen. The others go on."""
    with service(world.stack, "timeline"):
        await world.recovers()
    return await world.rows_of(KIND)


async def test_a_topic_deleted_under_a_projector_and_made_anew_shorter_halts_it(world: World) -> None:
    with service(world.stack, "timeline") as timeline:
        await world.recovers()
        before = await world.rows()
        # when it is deleted
        async with admin(world) as client:
            await client.delete_topics([TOPIC])
        await halts(timeline, f"{TOPIC}: the topic is gone")
        # and when it is there again, empty
        await create_topics(world.stack.kafka, [card(TOPIC)])
        await halts(timeline, "lies outside the log, which holds 0 to 0")
    # then whoever starts it again is told so as well
    with service(world.stack, "timeline") as again:
        await halts(again, "lies outside the log, which holds 0 to 0")
    assert await world.rows() == before


async def test_a_topic_made_anew_longer_halts_the_projector_that_comes_back_to_it(world: World) -> None:
    before = await projected(world)
    await make_anew(world)
    with service(world.stack, "timeline") as timeline:
        await halts(timeline, "this is another log than the one followed")
        assert await world.rows_of(KIND) == before


async def test_a_topic_made_anew_in_a_moment_halts_the_projector_that_follows_it(world: World) -> None:
    """Too quick for the client to see that it was gone. It depends on the moment who notices first, and what."""
    with service(world.stack, "timeline") as timeline:
        await world.recovers()
        await make_anew(world)
        await halts(
            timeline, "this is another log", "lies outside the log", "the topic is gone", "the topic was made anew", "records are missing"
        )


async def test_without_the_checks_the_other_log_would_be_spliced_onto_the_first(world: World) -> None:
    """The negative control of all that is checked when partitions are claimed."""
    before = await projected(world)
    await make_anew(world)
    with service(world.stack, "timeline", "tests.faults.unguarded checks,watch,numbers timeline") as blind:
        await ready(blind)
        await eventually(lambda: rows_differ(world, before))
    assert not blind.saw('"follower_halted"')


async def test_records_deleted_before_they_were_applied_halt_the_projector(world: World) -> None:
    before = await projected(world)
    await world.tell()
    await delete_records(world)
    with service(world.stack, "timeline") as timeline:
        await halts(timeline, "lies outside the log")
        assert await world.rows_of(KIND) == before


async def test_a_tail_that_a_broker_has_lost_halts_the_projector_that_read_it(world: World) -> None:
    """As a machine without power would leave it: the files of the partitions are cut short while the broker is down."""
    with service(world.stack, "timeline") as timeline:
        await world.recovers()
        before = await world.rows()
        await asyncio.to_thread(local.kill, world.stack.state, "kafka")
        assert cut_short(world.stack) > 0
        await asyncio.to_thread(local.start, Options(state=world.stack.state))
        await halts(timeline, "lies outside the log")
        assert await world.rows() == before


async def test_postgres_put_back_to_an_older_state_is_brought_up_to_date_again(world: World, tmp_path: Path) -> None:
    """By the real pg_dump and psql, while the projector runs and nothing is told."""
    with service(world.stack, "timeline") as timeline:
        await world.recovers()
        await asyncio.to_thread(back_up, world.stack, tmp_path / "backup.sql")
        await world.tell()
        await world.recovers()
        await asyncio.to_thread(restore, world.stack, tmp_path / "backup.sql")
        await world.recovers()
        assert timeline.saw('"positions_put_back"')
        # and what comes then is applied as ever
        await world.tell()
        await world.recovers()
        await ready(timeline)


async def test_a_projector_that_nobody_watches_over_would_stay_behind_and_call_itself_ready(world: World, tmp_path: Path) -> None:
    """The negative control of the watch: of Postgres put back, and of a topic that has gone."""
    with service(world.stack, "timeline", "tests.faults.unguarded watch timeline") as timeline:
        await world.recovers()
        await asyncio.to_thread(back_up, world.stack, tmp_path / "backup.sql")
        await world.tell()
        await world.recovers()
        await asyncio.to_thread(restore, world.stack, tmp_path / "backup.sql")
        # then it takes itself for caught up
        with pytest.raises(TimeoutError):
            await world.catches_up(seconds=6)
        assert await standing(timeline) == "ready"
        # and so it does when a topic is gone, of which its client lets go
        async with admin(world) as client:
            await client.delete_topics([TOPIC])
        await eventually(lambda: timeline.saw('"partitions_assigned"', 2))
        with pytest.raises(TimeoutError):
            await eventually(lambda: has_halted(timeline), seconds=6)


async def standing(timeline: ServiceProcess) -> str:
    async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
        return str((await http.get(f"{timeline.address}/readyz")).json()["parts"][FOLLOWER])


async def has_halted(timeline: ServiceProcess) -> bool:
    return "halted" in await standing(timeline)


@asynccontextmanager
async def admin(world: World) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=world.stack.kafka)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def make_anew(world: World) -> None:
    """The topic is deleted, and another of its name made, longer than the first; the log's owner was made anew too, with other numbers."""
    async with admin(world) as client:
        await client.delete_topics([TOPIC])
        await eventually(lambda: gone(client))
    await create_topics(world.stack.kafka, [card(TOPIC)])
    await world.execute(f"DELETE FROM normalizer.outbox_heads WHERE topic = '{TOPIC}'")
    await world.tell(60)
    await world.tell(60)


async def gone(client: AIOKafkaAdminClient) -> bool:
    return TOPIC not in await client.list_topics()


async def rows_differ(world: World, before: dict[str, list[str]]) -> bool:
    return await world.rows_of(KIND) != before


async def delete_records(world: World) -> None:
    """All that the topic holds."""
    ends = {at: end for at, end in (await world.ends()).items() if at.topic == TOPIC}
    async with admin(world) as client:
        await client.delete_records({at: RecordsToDelete(before_offset=end) for at, end in ends.items()})


def cut_short(stack: Stack) -> int:
    """Take the second half of each partition's file away; how many bytes. Where it breaks off, the broker throws the rest of a batch away."""
    taken = 0
    for partition in range(card(TOPIC).partitions):
        for segment in (stack.state / "kafka").rglob(f"{TOPIC}-{partition}/*.log"):
            size = segment.stat().st_size
            os.truncate(segment, size // 2)
            taken += size - size // 2
    for mark in (stack.state / "kafka").rglob(".kafka_cleanshutdown"):
        mark.unlink()
    return taken


def back_up(stack: Stack, file: Path) -> None:
    command = [str(programs() / "pg_dump"), "--clean", "--if-exists", "-n", "timeline", "-n", "timeline_g1", "-f", str(file)]
    subprocess.run([*command, stack.dsn("admin")], check=True, capture_output=True)


def restore(stack: Stack, file: Path) -> None:
    """In one transaction, as nobody may see half of it."""
    command = [str(programs() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-f", str(file)]
    subprocess.run([*command, stack.dsn("admin")], check=True, capture_output=True)
