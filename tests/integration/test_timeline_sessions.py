"""A connection of the reader keeps to the generation that it asked last, and yet each answer is of the one that is live."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.timeline import reader, session
from services.timeline.now import Now
from services.timeline.parameters import EventsFilter, EventsQuery, Moment
from tests.integration.timeline_world import project, settings, timeline_pool
from tests.unit.timeline.builders import event

OTHER = """
UPDATE timeline.generations SET state = 'kept' WHERE state = 'live';
INSERT INTO timeline.generations (state, shape) VALUES ('live', 'other');
CREATE SCHEMA timeline_g2;
CREATE TABLE timeline_g2.events (LIKE timeline_g1.events INCLUDING ALL);
ALTER TABLE timeline_g2.events ALTER COLUMN state TYPE text USING '{"event_id":"new"}';
INSERT INTO timeline_g2.events (event_id, revision, change, cause, recorded_at, known_at, topic, partition, "offset", kind, status, title, when_precision,
    countries, participants, participant_terms, articles, publishers, lineages, state)
VALUES ('new', 1, 'identified', '{}', now(), now(), 'events.summit.v1', 0, 7, 'summit', 'scheduled', 'x', 'day', '{}', '{}', '{}', 1, 1, 1, '{"event_id":"new"}');
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
    monkeypatch.setattr(session, "noted", lambda _: Now(1))
    await cut_over(stack, OTHER)
    assert await answered(asking) == ["old"]


async def test_a_connection_that_comes_anew_finds_out_which_generation_answers(asking: reader.Reader) -> None:
    for way in (answered, whole):
        await asking._pool.expire_connections()
        assert await way(asking) == ["old"]


async def test_a_question_that_the_live_generation_holds_no_table_for_is_not_asked_for_ever(stack: Stack, asking: reader.Reader) -> None:
    await cut_over(stack, OTHER)
    with pytest.raises(asyncpg.UndefinedTableError):
        await asking.article("a-1", Moment())
    assert await answered(asking) == ["new"]
