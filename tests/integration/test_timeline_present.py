"""How far the timeline has come is looked up once for all who wait, when a commit rings; and who asks can only read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.timeline import present, reader
from services.timeline.now import Now
from services.timeline.reader import open_reader
from tests.integration.timeline_world import settings, timeline_api, timeline_pool
from tests.support.service import eventually

WAITING = "/v1/events?min_position=events.strike.v1-0=6&wait={}"


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with timeline_pool(stack) as opened:
        await opened.execute("INSERT INTO checkpoints VALUES ('timeline-g1', 'events.strike.v1', 0, 1, 5, 5)")
        yield opened


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Now]:
    """What was looked up, by whomever."""
    seen: list[Now] = []
    look = present.look

    async def counted(connection: asyncpg.Connection) -> Now:
        seen.append(await look(connection))
        return seen[-1]

    monkeypatch.setattr(present, "look", counted)
    return seen


async def advance(pool: asyncpg.Pool) -> None:
    await pool.execute("UPDATE checkpoints SET next_offset = 6 WHERE follower = 'timeline-g1'")


async def test_many_who_wait_cost_one_look_and_are_woken_by_the_commit(
    stack: Stack, pool: asyncpg.Pool, looks: list[Now], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "LOOK_SECONDS", 60.0)  # so that nothing but the notice can wake them
    async with timeline_api(stack) as api:
        await eventually(lambda: looks)
        waiting = [asyncio.create_task(api.get(WAITING.format(25))) for _ in range(50)]
        late = await api.get(WAITING.format(0.2))
        assert late.status_code == 503
        before = len(looks)
        await advance(pool)
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
        assert len(looks) == before + 1


async def test_without_the_notice_nobody_would_be_woken(
    stack: Stack, pool: asyncpg.Pool, looks: list[Now], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "LOOK_SECONDS", 60.0)
    monkeypatch.setattr(reader, "look", present.look)  # counts that of each who waits, too
    admin = await asyncpg.connect(stack.dsn("admin"))
    await admin.execute("DROP TRIGGER checkpoints_moved ON timeline.checkpoints")
    await admin.close()
    async with timeline_api(stack) as api:
        await eventually(lambda: looks)
        waiting = asyncio.create_task(api.get(WAITING.format(1)))
        await eventually(lambda: len(looks) == 2)
        await advance(pool)
        assert (await waiting).status_code == 503


async def _answers(api: httpx.AsyncClient) -> bool:
    return (await api.get("/v1/events")).status_code == 200


async def test_notices_are_heard_again_after_the_connection_was_lost(
    stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with timeline_api(stack) as api:
        await eventually(lambda: _answers(api))
        admin = await asyncpg.connect(stack.dsn("admin"))
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'daybook-timeline-present'")
        await admin.close()
        waiting = asyncio.create_task(api.get(WAITING.format(25)))
        await advance(pool)
        assert (await waiting).status_code == 200


LIFT = "SET default_transaction_read_only = off"
WRITE = "DELETE FROM timeline_g1.events"


async def test_whoever_asks_can_only_read_whatever_is_said_to_the_server(stack: Stack, pool: asyncpg.Pool) -> None:
    asking = await asyncpg.connect(stack.dsn("reader"))
    try:
        assert await asking.fetchval("SHOW statement_timeout") == "5s"
        assert await asking.fetchval("SELECT count(*) FROM timeline_g1.events") == 0
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await asking.execute(WRITE)
        await asking.execute(LIFT)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asking.execute(WRITE)
    finally:
        await asking.close()


async def test_by_the_role_of_the_service_the_same_words_would_write(stack: Stack, pool: asyncpg.Pool) -> None:
    given = settings(stack).model_copy(update={"reader_dsn": SecretStr("")})
    asking = await open_reader(given)
    try:
        async with asking._sessions.pool.acquire() as connection:
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await connection.execute(WRITE)
            await connection.execute(LIFT)
            assert await connection.execute(WRITE) == "DELETE 0"
    finally:
        await asking.close()
