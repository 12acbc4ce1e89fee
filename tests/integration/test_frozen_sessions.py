"""A process that freezes in a transaction loses its locks, wherever in its talk with Postgres it froze."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.chassis.postgres import open_pool
from services.chassis.settings import Settings

TAKE = "INSERT INTO relay_lease AS held VALUES (true, $1, now()) ON CONFLICT (one) DO UPDATE SET holder = excluded.holder"
Freeze = Callable[[asyncpg.Connection], Awaitable[object]]


async def between_questions(_: asyncpg.Connection) -> None:
    """Nothing was asked that is not answered."""


async def within_a_question(tx: asyncpg.Connection) -> None:
    """The server has told how the answer will look, and waits to be asked for it: it counts the session as active."""
    await tx.prepare("SELECT * FROM relay_lease WHERE holder = $1")


@pytest.mark.parametrize("freeze", [between_questions, within_a_question])
async def test_who_waits_for_a_lock_of_a_frozen_process_gets_it(emptied: Stack, freeze: Freeze) -> None:
    assert await is_taken_over(emptied, freeze, {})


async def test_without_a_limit_to_transactions_one_frozen_within_a_question_keeps_its_locks(emptied: Stack) -> None:
    """The negative control."""
    assert not await is_taken_over(emptied, within_a_question, {"transaction_timeout": "0"})


async def is_taken_over(stack: Stack, freeze: Freeze, session: Mapping[str, str]) -> bool:
    """Whether another gets what a process locked that then fell silent, in a few seconds."""
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("ingestor")), session_timeout_ms=1000, transaction_timeout_ms=2000)
    async with await open_pool(settings, "ingestor", session=session) as pool:
        frozen = await pool.acquire()
        await frozen.execute("BEGIN")
        await frozen.execute(TAKE, "frozen")
        await freeze(frozen)
        taken = await takes_it(stack)
        pool.terminate()
        return taken


async def takes_it(stack: Stack) -> bool:
    other = await asyncpg.connect(stack.dsn("ingestor"), server_settings={"search_path": "ingestor", "lock_timeout": "5000"})
    try:
        await other.execute(TAKE, "other")
    except asyncpg.LockNotAvailableError:
        return False
    finally:
        await other.close()
    return True
