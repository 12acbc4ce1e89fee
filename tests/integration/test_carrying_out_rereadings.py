"""Carrying out an order to read again while Postgres comes and goes and other normalizers are at it too, on a real Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import asyncpg
import pytest
import structlog
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.chassis.health import Health
from services.chassis.service import Service
from services.normalizer.rereading import service as carrying_out
from services.normalizer.rereading.orders import Order, finish, give, progress, under_way
from services.normalizer.rereading.service import Rereadings
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


async def is_done(session: asyncpg.Connection, order: Order) -> bool:
    now, _ = await progress(session, order)
    return now.state == "done"
