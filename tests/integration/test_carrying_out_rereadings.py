"""Carrying out an order to read again while Postgres comes and goes and other normalizers are at it too, on a real Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import asyncpg
import pytest
import structlog
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.chassis.health import Health
from services.chassis.outbox import Outbox
from services.chassis.service import Service
from services.normalizer.rereading import promoting
from services.normalizer.rereading import service as carrying_out
from services.normalizer.rereading.desks import Desks
from services.normalizer.rereading.orders import Order, begin, finish, give, progress, under_way
from services.normalizer.rereading.promoting import LeftLyingError, promote
from services.normalizer.rereading.service import Rereader, Rereadings
from services.normalizer.rereading.shadow import administer
from services.normalizer.rulesets import Chosen
from tests.support.service import eventually

NOTHING_TO_READ = Order(1, "these", {}, datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def session(emptied: Stack) -> AsyncIterator[asyncpg.Connection]:
    """An operator's."""
    session = await administer(emptied.dsn("admin"))
    yield session
    session.terminate()


def normalizer(stack: Stack, pool: asyncpg.Pool) -> Service:
    """As much of one as looks for orders."""
    parts = SimpleNamespace(pool=pool, health=Health(), settings=SimpleNamespace(dsn=SecretStr(stack.dsn("normalizer"))))
    return cast("Service", parts)


def these_rules() -> Chosen:
    return cast("Chosen", SimpleNamespace(version=NOTHING_TO_READ.ruleset))


async def test_a_connection_that_is_gone_ends_nothing_and_the_next_look_carries_the_order_out(
    emptied: Stack, session: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "LOOK_SECONDS", 0.05)
    # given a pool whose connections are gone: the client's own error, which is no trouble of the network by its class
    gone = await asyncpg.create_pool(emptied.dsn("normalizer"), min_size=1, max_size=1)
    await gone.close()
    await give(session, NOTHING_TO_READ)
    service = normalizer(emptied, gone)
    looking = asyncio.create_task(Rereadings(service, these_rules(), 60).keep())
    with structlog.testing.capture_logs() as lines:
        await eventually(lambda: looking.done() or any(line["event"] == "rereading_waits" for line in lines))
    assert not looking.done(), looking.exception()
    # when they are back
    async with asyncpg.create_pool(emptied.dsn("normalizer"), min_size=1, max_size=2) as service.pool:
        # then
        await eventually(lambda: is_done(session, NOTHING_TO_READ))
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


class Slow(Rereadings):
    """Another normalizer carries out what is ordered while this one comes to the lock."""

    begun: Order | None = None

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        if order := await under_way(self._service.pool):
            await finish(self._service.pool, order)
        async with super()._alone() as alone:
            yield alone

    async def _carry_out(self, order: Order) -> None:
        self.begun = order


async def test_an_order_that_another_normalizer_carried_out_before_the_lock_is_free_is_not_begun_again(
    emptied: Stack, session: asyncpg.Connection
) -> None:
    await give(session, NOTHING_TO_READ)
    async with asyncpg.create_pool(emptied.dsn("normalizer"), min_size=1, max_size=2) as pool:
        slow = Slow(normalizer(emptied, pool), these_rules(), 60)
        await slow._look()
        assert await is_done(session, NOTHING_TO_READ)
        assert slow.begun is None


async def test_a_postgres_that_is_away_for_a_while_halts_no_rereading(emptied: Stack, session: asyncpg.Connection) -> None:
    impatient = {"search_path": "normalizer", "lock_timeout": "100ms"}
    async with asyncpg.create_pool(emptied.dsn("admin"), min_size=1, max_size=1, server_settings=impatient) as pool:
        rereader = Rereader(Desks(these_rules(), 60, count=0), Outbox("normalizer", {}, []), pool, NOTHING_TO_READ)
        # given a table that gives no answer, for longer than a question is let wait
        async with session.transaction():
            await session.execute("LOCK TABLE readings IN ACCESS EXCLUSIVE MODE")
            preparing = asyncio.create_task(rereader.prepare([]))
            await asyncio.wait({preparing}, timeout=1)
            assert not preparing.done(), preparing.exception()
        # when it answers again, then reading goes on
        assert await asyncio.wait_for(preparing, 30) == []


async def test_promoting_ends_when_nobody_is_at_what_was_begun(
    emptied: Stack, session: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promoting, "LEFT_SECONDS", 0.5)
    order = replace(NOTHING_TO_READ, until={0: 1})
    await give(session, order)
    await begin_it(emptied, order)
    with pytest.raises(LeftLyingError, match="rereading 1 stands still"):
        await asyncio.wait_for(promote(emptied.dsn("admin"), order, lambda *_: None), 30)
    # and the order stands
    assert await under_way(session) == replace(order, state="begun")


async def test_promoting_waits_as_long_as_a_normalizer_is_at_it(
    emptied: Stack, session: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promoting, "LEFT_SECONDS", 0.5)
    order = replace(NOTHING_TO_READ, until={0: 1})
    await give(session, order)
    await begin_it(emptied, order)
    async with (
        asyncpg.create_pool(emptied.dsn("normalizer"), min_size=1, max_size=2) as pool,
        Rereadings(normalizer(emptied, pool), these_rules(), 60)._alone(),
    ):
        waiting = asyncio.create_task(promote(emptied.dsn("admin"), order, lambda *_: None))
        await asyncio.wait({waiting}, timeout=2)
        assert not waiting.done(), waiting.exception()
        await finish(pool, order)
        done = await asyncio.wait_for(waiting, 30)
    assert done.state == "done"


async def begin_it(stack: Stack, order: Order) -> None:
    async with asyncpg.create_pool(stack.dsn("normalizer"), min_size=1, max_size=1) as pool:
        await begin(pool, order)


async def is_done(session: asyncpg.Connection, order: Order) -> bool:
    now, _ = await progress(session, order)
    return now.state == "done"
