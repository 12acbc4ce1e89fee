"""No question holds its snapshot for ever: a reader that froze in one loses its connection, and an export has as long as it goes on."""

from __future__ import annotations

import time

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.timeline import reader
from services.timeline.parameters import EventsFilter
from tests.integration.timeline_world import project, settings, timeline_pool
from tests.support.service import eventually
from tests.unit.timeline.builders import event

LIMIT = 1.0  # seconds
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'daybook-timeline-reader' AND xact_start IS NOT NULL"


async def test_a_reader_that_froze_within_a_question_is_let_go_by_the_server(stack: Stack) -> None:
    assert await is_let_go(stack, {})


async def test_without_a_limit_to_transactions_it_keeps_its_snapshot(stack: Stack) -> None:
    """The negative control."""
    assert not await is_let_go(stack, {"transaction_timeout": "0"})


async def is_let_go(stack: Stack, session: dict[str, str]) -> bool:
    """Whether the server ends within a few seconds what a process left open that was told how an answer will look, and never asked for it."""
    async with timeline_pool(stack):
        opened, admin = await open_limited(stack), await asyncpg.connect(stack.dsn("admin"))
        try:
            frozen = await opened._sessions.pool.acquire()
            for name, value in session.items():
                await frozen.execute(f"SET {name} = {value}")
            await frozen.execute("BEGIN")
            await frozen.prepare("SELECT state FROM timeline_g1.events")
            assert await admin.fetchval(OPEN) == 1
            return await ends(admin)
        finally:
            await admin.close()
            opened._sessions.pool.terminate()


async def ends(admin: asyncpg.Connection) -> bool:
    async def ended() -> bool:
        return not await admin.fetchval(OPEN)

    try:
        await eventually(ended, 4 * LIMIT)
    except TimeoutError:
        return False
    return True


async def test_an_export_that_goes_on_may_take_longer_than_any_question(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await exported(stack, monkeypatch) == 4


async def test_if_all_its_pieces_shared_the_time_of_a_question_it_would_be_broken_off(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""

    async def give_none(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr(reader, "give_time", give_none)
    with pytest.raises((asyncpg.TransactionTimeoutError, asyncpg.InterfaceError, OSError)):
        await exported(stack, monkeypatch)


async def exported(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many pieces come of an export whose reader takes two thirds of the limit for each."""
    monkeypatch.setattr(reader, "PIECE", 1)
    async with timeline_pool(stack) as pool:
        await project(pool, [event(f"e-{number}") for number in range(4)])
        opened, pieces = await open_limited(stack), 0
        try:
            async for _ in opened.export(EventsFilter()):
                pieces, taken_at = pieces + 1, time.monotonic()
                await eventually(lambda taken_at=taken_at: time.monotonic() > taken_at + LIMIT * 2 / 3)  # type: ignore[misc]
            return pieces
        finally:
            opened._sessions.pool.terminate()


async def open_limited(stack: Stack) -> reader.Reader:
    return await reader.open_reader(settings(stack).model_copy(update={"transaction_timeout_ms": int(LIMIT * 1000)}))
