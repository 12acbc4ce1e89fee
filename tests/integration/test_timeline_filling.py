"""Filling a generation by several processes: what they leave is what one leaves, and a fault in one is told by all."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
import pytest
from aiokafka import TopicPartition
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.chassis import catching_up
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.postgres import open_pool
from services.chassis.settings import Settings
from services.timeline.generations import filling
from services.timeline.generations.hands import MODULE, Job
from services.timeline.generations.indexing import index, missing
from services.timeline.generations.rebuilding import rebuild
from services.timeline.generations.registry import SQL, administer, found
from services.timeline.projections import discover
from services.timeline.projector import BY_KEY, followed
from services.timeline.service import followed_topics
from tests.integration.test_timeline_generations import LATER, WORLD, told
from tests.integration.timeline_world import FIRST
from tests.support.service import free_port, service


@pytest.fixture
def shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little there is, three processes read it."""
    monkeypatch.setattr(filling, "ALONE", 0)
    monkeypatch.setattr(filling, "HANDS", 3)
    monkeypatch.setattr(filling, "AHEAD", 0)


def settings(stack: Stack, **more: str) -> Settings:
    return Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("timeline")), **more)  # type: ignore[arg-type]


async def lived(stack: Stack) -> None:
    """A timeline that has followed some events."""
    with service(stack, "timeline") as timeline:
        timeline.wait_ready()
        await told(stack, timeline, WORLD)
        await told(stack, timeline, LATER)


async def indexes(stack: Stack, schemas: Sequence[str]) -> list[list[str]]:
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        query = "SELECT indexdef FROM pg_indexes WHERE schemaname = $1 ORDER BY indexname"
        return [[row["indexdef"].replace(schema, "") for row in await postgres.fetch(query, schema)] for schema in schemas]
    finally:
        await postgres.close()


@pytest.mark.usefixtures("shared_out")
async def test_what_several_processes_fill_is_equal_to_the_live_copy_and_has_its_indexes(emptied: Stack) -> None:
    await lived(emptied)
    heard: list[tuple[int, int]] = []
    # when
    done = await rebuild(settings(emptied), emptied.dsn("admin"), followed_topics(), lambda *now: heard.append(now))
    # then
    assert (done.compared.equal, done.live, done.compared.rows["events"]) == (True, True, len(WORLD) + len(LATER))
    assert heard[-1] == (done.records, done.records)
    one, other = await indexes(emptied, ("timeline_g1", "timeline_g2"))
    assert one == other


async def test_what_takes_time_when_all_is_read_is_told(emptied: Stack) -> None:
    await lived(emptied)
    steps: list[str] = []
    await rebuild(settings(emptied), emptied.dsn("admin"), followed_topics(), lambda *_: None, steps.append)
    made = sum(len(projection.indexes) for projection in discover())
    assert steps == [f"making {made} indexes", "comparing it with generation 1, row for row"]


async def test_a_rebuild_that_can_store_nothing_ends_with_the_reason_and_goes_on_when_called_again(
    emptied: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived(emptied)
    admin = await administer(emptied.dsn("admin"))
    try:
        async with admin.transaction():
            await admin.execute(SQL["lock"])
            generation = await found(admin, discover(), indexed=False)
        # when: somebody holds its table
        async with admin.transaction():
            await admin.execute(f"LOCK TABLE {generation.schema}.heads IN ACCESS EXCLUSIVE MODE")
            with monkeypatch.context() as hurried:
                hurried.setattr(catching_up, "STORED_SECONDS", 1.0)
                with pytest.raises(Halt, match=r"not stored a batch of .* records within 1 s"):
                    await rebuild(settings(emptied), emptied.dsn("admin"), followed_topics(), lambda *_: None)
        # then
        done = await rebuild(settings(emptied), emptied.dsn("admin"), followed_topics(), lambda *_: None)
        assert (done.generation.number, done.compared.equal) == (generation.number, True)
    finally:
        await admin.close()


async def test_a_postgres_that_is_away_is_waited_for_only_so_long(emptied: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "PATIENCE_SECONDS", 1.0)
    nobody = emptied.dsn("timeline").replace(emptied.address.partition("/")[0], f"127.0.0.1:{free_port()}")
    with pytest.raises(Halt, match="Postgres has not answered for 1 s"):
        async with filling.filler(Settings(kafka=emptied.kafka, dsn=SecretStr(nobody)), FIRST, discover(), followed_topics()):
            pass


@pytest.mark.usefixtures("shared_out")
async def test_a_process_that_is_killed_halts_the_rebuild_and_the_next_one_goes_on(emptied: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    await lived(emptied)
    monkeypatch.setattr(filling, "Faults", lambda _plan: Faults())  # in this process, which reads as well: the others alone are killed
    broken = settings(emptied, faults="before_commit:1:kill")
    with pytest.raises(Halt, match="ended with status -9"):
        await rebuild(broken, emptied.dsn("admin"), followed_topics(), lambda *_: None)
    done = await rebuild(settings(emptied), emptied.dsn("admin"), followed_topics(), lambda *_: None)
    assert (done.generation.number, done.compared.equal) == (2, True)


@pytest.mark.usefixtures("shared_out")
async def test_why_a_process_halted_is_told(emptied: Stack) -> None:
    await lived(emptied)
    postgres = await asyncpg.connect(emptied.dsn("admin"))
    await postgres.execute("UPDATE timeline.checkpoints SET log_uuid = 'another' WHERE next_offset > 1")
    # given: a copy that has come to the same positions of another log
    await postgres.execute(
        "INSERT INTO timeline.checkpoints SELECT 'timeline-g2', topic, partition, 1, next_offset, next_seq, log_uuid, last_digest "
        "FROM timeline.checkpoints WHERE follower = 'timeline-g1'"
    )
    await postgres.close()
    with pytest.raises(Halt, match="another log"):
        await rebuild(settings(emptied), emptied.dsn("admin"), followed_topics(), lambda *_: None)


async def test_indexes_that_were_made_before_a_rebuild_was_broken_off_are_left_as_they_are(emptied: Stack) -> None:
    admin = await administer(emptied.dsn("admin"))
    try:
        async with admin.transaction():
            await admin.execute(SQL["lock"])
            generation = await found(admin, discover(), indexed=False)
        one, other = await indexes(emptied, ("timeline_g1", generation.schema))
        assert len(one) > len(other)
        await admin.execute(f"SET search_path TO {generation.schema}; {discover()[0].indexes.popitem()[1]}; SET search_path TO timeline")
        for _ in range(2):
            await index(emptied.dsn("admin"), generation, discover(), await missing(admin, generation, discover()))
        one, other = await indexes(emptied, ("timeline_g1", generation.schema))
        assert one == other
    finally:
        await admin.close()


async def test_autovacuum_leaves_tables_alone_while_they_are_filled_and_looks_after_them_from_then_on(emptied: Stack) -> None:
    admin = await administer(emptied.dsn("admin"))
    unwatched = "SELECT count(*) FROM pg_class WHERE relnamespace = $1::regnamespace AND 'autovacuum_enabled=false' = ANY (reloptions)"
    try:
        async with admin.transaction():
            await admin.execute(SQL["lock"])
            generation = await found(admin, discover(), indexed=False)
        assert await admin.fetchval(unwatched, generation.schema) == len(discover()) + 1  # heads
        for _ in range(2):
            await index(emptied.dsn("admin"), generation, discover(), await missing(admin, generation, discover()))
            assert await admin.fetchval(unwatched, generation.schema) == 0
        # a copy that is followed from its beginning always was looked after
        assert await admin.fetchval(unwatched, FIRST.schema) == 0
    finally:
        await admin.close()


async def test_a_process_ends_when_whoever_started_it_is_gone(emptied: Stack) -> None:
    # given: a job that never ends, as the log is not so long
    until = {TopicPartition("events.summit.v1", 0): 10**9}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", MODULE, stdin=PIPE, stdout=PIPE)
    assert process.stdin
    assert process.stdout
    process.stdin.write(Job(settings(emptied), FIRST, until).told())
    await asyncio.wait_for(process.stdout.readline(), 30)
    # when
    process.stdin.close()
    # then
    assert await asyncio.wait_for(process.wait(), 30) == 1


async def test_who_fills_asks_by_key_and_waits_for_no_disk(emptied: Stack) -> None:
    async with filling.filler(settings(emptied), FIRST, discover(), followed_topics()) as one:
        found = {name: await one.pool.fetchval(f"SHOW {name}") for name in (*BY_KEY, "synchronous_commit")}
    assert found == BY_KEY | {"synchronous_commit": "off"}


@pytest.mark.parametrize(("session", "looks_through"), [(BY_KEY, False), ({}, True)], ids=["by key", "the control: as Postgres likes"])
async def test_what_a_batch_follows_is_found_by_key_however_little_is_known_of_the_tables(
    emptied: Stack, session: dict[str, str], looks_through: bool
) -> None:
    # given: a copy that is being filled, which nothing has looked through yet
    admin = await administer(emptied.dsn("admin"))
    async with admin.transaction():
        await admin.execute(SQL["lock"])
        generation = await found(admin, discover(), indexed=False)
    await admin.execute(
        f"INSERT INTO {generation.schema}.claims (event_id, at, claim_id, field, value, anonymous, attribution, modality, polarity, article_id, revision) "
        "SELECT 'e-' || number, 0, '', '', '1', false, '', '', '', '', 1 FROM generate_series(1, 20000) AS number"
    )
    await admin.close()
    one = next(one for one in discover() if one.name == "claims")
    async with await open_pool(settings(emptied), "timeline", generation.search_path, session) as pool:
        # when
        ids = [f"e-{number}" for number in range(200)]
        plan = await pool.fetch(f"EXPLAIN {followed([one])}", ids, [datetime.now(UTC)] * len(ids), [1] * len(ids))
    # then
    assert ("Seq Scan on claims" in "\n".join(row[0] for row in plan)) is looks_through
