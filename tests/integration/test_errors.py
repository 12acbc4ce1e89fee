"""Which trouble passes: asyncpg has one error for a connection that is gone and for a mistake of ours."""

from __future__ import annotations

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.chassis.errors import Fenced, Halt, Permanent
from services.chassis.passing import is_passing


@pytest.mark.parametrize("error", [Fenced("other"), Halt("no"), Permanent("never"), ZeroDivisionError(), asyncpg.UndefinedTableError("x")])
def test_what_waiting_can_not_mend_does_not_pass(error: Exception) -> None:
    assert not is_passing(error)


@pytest.mark.parametrize("error", [ConnectionResetError(), asyncpg.DiskFullError("x"), asyncpg.DeadlockDetectedError("x")])
def test_what_waiting_may_mend_passes(error: Exception) -> None:
    assert is_passing(error)


async def test_a_connection_that_is_gone_passes_and_a_mistake_in_asking_does_not(stack: Stack) -> None:
    """By what the client really raises, since only its words tell the two apart."""
    pool = await asyncpg.create_pool(stack.dsn("timeline"), min_size=1, max_size=1)
    connection = await pool.acquire()
    mistake = await raised(lambda: connection.fetch("SELECT $1::int", 1, 2))
    await pool.release(connection)
    released = await raised(lambda: connection.fetch("SELECT 1"))
    await pool.close()
    shut = await raised(lambda: pool.fetch("SELECT 1"))
    alone = await asyncpg.connect(stack.dsn("timeline"))
    await alone.close()
    closed = await raised(lambda: alone.fetch("SELECT 1"))
    assert [type(error) for error in (mistake, released, shut, closed)] == [asyncpg.InterfaceError] * 4
    assert [is_passing(error) for error in (mistake, released, shut, closed)] == [False, True, True, True]


async def raised(ask: object) -> BaseException:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
        await ask()  # type: ignore[operator]
    return caught.value
