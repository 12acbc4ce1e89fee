"""A connection of the reader keeps to the generation that it asked last, and yet each answer is of the one that is live."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.timeline import reader, session, sessions
from services.timeline.now import Now
from services.timeline.parameters import EventsFilter, EventsQuery, Moment
from services.timeline.present import Noted, noted
from tests.integration.timeline_world import project, settings, timeline_pool
from tests.support.service import eventually
from tests.unit.timeline.builders import event

OTHER = """
UPDATE timeline.generations SET state = 'kept' WHERE state = 'live';
INSERT INTO timeline.generations (state, shape) VALUES ('live', 'other');
CREATE SCHEMA timeline_g2;
CREATE TABLE timeline_g2.events (LIKE timeline_g1.events INCLUDING ALL);
ALTER TABLE timeline_g2.events ALTER COLUMN state TYPE text USING '{"event_id":"new"}';
INSERT INTO timeline_g2.events (event_id, revision, change, cause, recorded_at, known_at, topic, partition, "offset", kind, status, title, when_precision,
    countries, participant_terms, articles, publishers, lineages, state)
VALUES ('new', 1, 'identified', '{}', now(), now(), 'events.summit.v1', 0, 7, 'summit', 'scheduled', 'x', 'day', '{}', '{}', 1, 1, 1, '{"event_id":"new"}');
GRANT USAGE ON SCHEMA timeline_g2 TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA timeline_g2 TO reader;
"""
DROPPED = "DROP SCHEMA timeline_g1 CASCADE; DELETE FROM timeline.generations WHERE number = 1"


@pytest.fixture
async def asking(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[reader.Reader]:
    """A reader of one connection, which has asked the first generation by either way."""
    monkeypatch.setattr(reader, "CONNECTIONS", 1)
    async with timeline_pool(stack) as pool:
        await project(pool, [event("old")])
        opened = await reader.open_reader(settings(stack))
        assert await answered(opened) == await whole(opened) == ["old"]
        yield opened
        await opened.close()


async def answered(asking: reader.Reader) -> list[str]:
    """The ids that one question of one statement gives."""
    page = await asking.events(EventsQuery(fields=["event_id"]))
    return [state.decode().split('"')[3] for state in page.states]


async def whole(asking: reader.Reader) -> list[str]:
    """Those that an export gives, which reads in a transaction."""
    return [state.split('"event_id":"')[1].partition('"')[0] async for piece in asking.export(EventsFilter()) for state in piece]


async def cut_over(stack: Stack, *statements: str) -> None:
    admin = await asyncpg.connect(stack.dsn("admin"))
    try:
        for statement in statements:
            await admin.execute(statement)
    finally:
        await admin.close()


@pytest.mark.parametrize("statements", [(OTHER,), (OTHER, DROPPED)], ids=["kept", "dropped"])
@pytest.mark.parametrize("first", [answered, whole])
async def test_after_a_cut_over_the_same_connection_answers_from_the_other_generation_whose_columns_have_other_types(
    stack: Stack, asking: reader.Reader, first: object, statements: tuple[str, ...]
) -> None:
    await cut_over(stack, *statements)
    for way in (first, answered, whole, answered):
        assert await way(asking) == ["new"]  # type: ignore[operator]


async def test_if_the_moment_did_not_say_which_generation_answers_the_earlier_one_would_answer_on(
    stack: Stack, asking: reader.Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(session, "noted", lambda _: Noted("", Now(1)))
    await cut_over(stack, OTHER)
    assert await answered(asking) == ["old"]


async def test_a_connection_that_comes_anew_finds_out_which_generation_answers(asking: reader.Reader) -> None:
    for way in (answered, whole):
        await asking._sessions.give_back()
        await asking._sessions.pool.expire_connections()
        assert await way(asking) == ["old"]


async def test_a_question_that_the_live_generation_holds_no_table_for_is_not_asked_for_ever(stack: Stack, asking: reader.Reader) -> None:
    await cut_over(stack, OTHER)
    with pytest.raises(asyncpg.UndefinedTableError):
        await asking.article("a-1", Moment())
    assert await answered(asking) == ["new"]


async def moved(stack: Stack, offset: int) -> None:
    """The checkpoint of a partition moves, as a batch moves it."""
    moves = "INSERT INTO timeline.checkpoints (follower, topic, partition, owner_epoch, next_offset, next_seq) VALUES ('timeline-g1', 'events.summit.v1', 9, 1, {0}, 0) "
    await cut_over(
        stack, moves.format(offset) + "ON CONFLICT (follower, topic, partition) DO UPDATE SET next_offset = excluded.next_offset"
    )


async def stands(asking: reader.Reader) -> int | None:
    """How far an answer says that it has come in that partition."""
    return (await asking.article("a-1", Moment())).position.get("events.summit.v1-9")


async def test_each_answer_tells_the_position_of_its_own_moment_also_where_it_is_told_only_once(
    stack: Stack, asking: reader.Reader
) -> None:
    await moved(stack, 17)
    assert await stands(asking) == await stands(asking) == 17
    await moved(stack, 18)
    assert await stands(asking) == await stands(asking) == 18


async def test_if_a_moment_were_taken_for_the_last_one_whatever_came_since_the_position_would_be_of_the_past(
    stack: Stack, asking: reader.Reader
) -> None:
    """The negative control: as if all snapshots had the same name."""
    await moved(stack, 17)
    assert await stands(asking) == 17
    unlucky = "CREATE OR REPLACE FUNCTION timeline.moment(known text) RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL::text'"
    await cut_over(stack, unlucky)
    await moved(stack, 18)
    assert await stands(asking) == 17


@pytest.mark.parametrize(("recovering", "told"), [(False, None), (True, "present")])
async def test_a_moment_that_the_asker_knows_is_not_told_again_but_on_a_replica_whose_snapshots_have_no_names_of_their_own(
    stack: Stack, asking: reader.Reader, recovering: bool, told: str | None
) -> None:
    await cut_over(stack, "CREATE SCHEMA pretending; GRANT USAGE ON SCHEMA pretending TO reader")
    try:
        says = f"CREATE FUNCTION pretending.pg_is_in_recovery() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT {recovering}'"
        await cut_over(stack, says)
        connection = await asyncpg.connect(stack.dsn("reader"), server_settings={"search_path": "pretending, pg_catalog, timeline"})
        try:
            assert await connection.fetchval("SELECT timeline.moment('another') IS NOT NULL")
            known = await connection.fetchval("SELECT timeline.moment(pg_current_snapshot()::text)")
        finally:
            await connection.close()
        assert (known and "present") == told
    finally:
        await cut_over(stack, "DROP SCHEMA pretending CASCADE")


@pytest.mark.parametrize(("volatility", "offset"), [("STABLE", 17), ("VOLATILE", 18)])
async def test_a_moment_is_of_the_snapshot_of_its_question_and_would_be_of_a_later_one_if_it_were_volatile(
    stack: Stack, asking: reader.Reader, volatility: str, offset: int
) -> None:
    """The question waits between its beginning and the moment, and there the checkpoint moves."""
    await moved(stack, 17)
    await cut_over(stack, f"ALTER FUNCTION timeline.moment(text) {volatility}")
    held, connection = await asyncpg.connect(stack.dsn("admin")), await asyncpg.connect(stack.dsn("reader"))
    try:
        await held.execute("SELECT pg_advisory_lock(2471)")
        waits = "SELECT timeline.moment(waited) FROM (SELECT pg_advisory_lock(2471)::text AS waited OFFSET 0) AS first"
        question = asyncio.create_task(connection.fetchval(waits))
        await eventually(lambda: held.fetchval("SELECT true FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 2471"))
        await moved(stack, 18)
        await held.execute("SELECT pg_advisory_unlock(2471)")
        now = noted(await question).now
        assert now.reached["events.summit.v1", 9] == offset
    finally:
        await held.close()
        await connection.close()


def at_hand(asking: reader.Reader) -> bool:
    """Whether the one connection is neither lent nor the pool's to lend."""
    return asking._sessions.pool.get_size() == 1 and not asking._sessions.pool.get_idle_size()


async def test_a_connection_stays_at_hand_from_one_question_to_the_next_until_it_rested_long_enough(
    asking: reader.Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at_hand(asking)
    monkeypatch.setattr(sessions, "REST_SECONDS", 0.01)
    keeping = asyncio.create_task(asking.keep_open())
    await eventually(lambda: not at_hand(asking))
    assert await answered(asking) == ["old"]
    keeping.cancel()


async def test_whoever_waits_is_served_by_the_connection_that_comes_back(asking: reader.Reader) -> None:
    assert await asyncio.gather(*(way(asking) for way in [*[answered] * 8, whole, whole])) == [["old"]] * 10


async def test_if_it_were_kept_for_the_next_who_asks_whoever_waits_would_wait_in_vain(
    asking: reader.Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(sessions, "PATIENCE_SECONDS", 0.2)

    async def keep(_: object, session: object) -> None:
        asking._sessions._free.append(session)  # type: ignore[arg-type]

    monkeypatch.setattr(sessions.Sessions, "_back", keep)
    async with asyncio.timeout(10):
        with pytest.raises(TimeoutError):
            await asyncio.gather(whole(asking), whole(asking))


async def test_one_whose_question_failed_goes_back_to_the_pool_which_sees_to_it(stack: Stack, asking: reader.Reader) -> None:
    for failing in ("SELECT 1 / 0", "SELECT pg_sleep(60)"):
        with pytest.raises((asyncpg.DivisionByZeroError, TimeoutError)):
            async with asyncio.timeout(0.5):
                await asking._sessions.fetchval(failing)
        assert not at_hand(asking)
    assert await answered(asking) == ["old"]


async def test_one_that_broke_off_at_hand_is_replaced(stack: Stack, asking: reader.Reader) -> None:
    (held,) = asking._sessions._free
    await cut_over(stack, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'daybook-timeline-reader'")
    await eventually(lambda: sessions._is_gone(held))
    assert await answered(asking) == ["old"]
