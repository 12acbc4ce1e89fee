"""Work in processes of its own: limits that hold in any library, and a pool that heals. Real processes, real signals."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from services.chassis.workers import Died, NotReady, Raised, TookTooLong, Workers
from tests.support import work

BOUND = 30.0
GIGABYTE = 1_000_000_000
ORPHAN = """
import asyncio
from services.chassis.workers import Workers
from tests.support import work

async def main():
    workers = Workers(1, 2.0, 10**9, (work.pid,))
    print(await workers.run(work.pid), flush=True)
    await workers.run(work.hang_in_a_library)

asyncio.run(main())
"""


@asynccontextmanager
async def workers(count: int = 1, seconds: float = BOUND) -> AsyncIterator[Workers]:
    pool = Workers(count, seconds, GIGABYTE, (work.size, b"first"))
    try:
        async with asyncio.timeout(2 * BOUND):
            yield pool
    finally:
        await pool.close()


async def test_what_the_work_gives_comes_back_whatever_its_size() -> None:
    async with workers() as pool:
        assert await pool.run(work.add, 2, 3) == 5
        assert await pool.run(work.size, b"x" * 5_000_000) == 5_000_000


async def test_one_process_serves_one_question_after_another() -> None:
    async with workers() as pool:
        assert len({await pool.run(work.pid) for _ in range(3)}) == 1


async def test_no_more_processes_run_than_were_asked_for() -> None:
    async with workers(count=2) as pool:
        assert len(set(await asyncio.gather(*(pool.run(work.pid) for _ in range(12))))) <= 2


async def test_work_that_hangs_in_a_library_is_ended_after_its_time_and_the_next_is_done() -> None:
    async with workers(seconds=0.5) as pool:
        with pytest.raises(TookTooLong, match=r"0\.5 s"):
            await pool.run(work.hang_in_a_library)
        assert await pool.run(work.add, 2, 3) == 5


async def test_work_that_waits_for_ever_takes_no_processor_time_and_is_ended_by_the_clock() -> None:
    async with workers(seconds=0.05) as pool:
        with pytest.raises(TookTooLong):
            await pool.run(work.wait)
        assert await pool.run(work.add, 2, 3) == 5


async def test_without_the_alarm_the_same_work_would_hang() -> None:
    async with workers(seconds=0) as pool:  # no time set is no alarm
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.run(work.hang_in_a_library), 1.5)


async def test_work_that_kills_its_process_is_tried_once_more_and_the_pool_heals() -> None:
    async with workers() as pool:
        with pytest.raises(Died):
            await pool.run(work.die)
        assert await pool.run(work.add, 2, 3) == 5


async def test_a_process_that_died_of_something_else_costs_the_work_nothing(tmp_path: Path) -> None:
    async with workers() as pool:
        assert await pool.run(work.die_once, str(tmp_path / "mark")) == "alive"


async def test_a_process_killed_while_it_has_nothing_to_do_is_replaced() -> None:
    async with workers() as pool:
        os.kill(await pool.run(work.pid), signal.SIGKILL)
        assert await pool.run(work.add, 2, 3) == 5


async def test_memory_beyond_the_limit_is_not_given_and_the_pool_heals() -> None:
    async with workers() as pool:
        with pytest.raises(Died):
            await pool.run(work.fill)
        assert await pool.run(work.add, 2, 3) == 5


async def test_an_exception_is_the_works_trouble_alone_and_says_where() -> None:
    async with workers() as pool:
        before = await pool.run(work.pid)
        with pytest.raises(Raised, match=r"(?s)in stumble.*ValueError: a bug"):
            await pool.run(work.stumble)
        assert await pool.run(work.pid) == before


async def test_an_answer_that_nobody_waits_for_is_not_taken_for_the_next_one() -> None:
    async with workers() as pool:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.run(work.hang_in_a_library), 0.3)
        assert await pool.run(work.add, 2, 3) == 5


async def test_what_a_library_prints_is_no_answer() -> None:
    async with workers() as pool:
        assert [await pool.run(work.say) for _ in range(2)] == ["said", "said"]


async def test_a_process_is_told_none_of_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_DSN", "postgresql://secret")
    async with workers() as pool:
        assert not [name for name in await pool.run(work.environment) if name.startswith("DAYBOOK_")]


@pytest.mark.parametrize("first", [work.stumble, work.die])
async def test_where_no_process_can_be_made_ready_that_is_said_and_no_work_is_blamed(first: Callable[[], None]) -> None:
    pool = Workers(2, BOUND, GIGABYTE, (first,))
    with pytest.raises(NotReady):
        await pool.start()
    with pytest.raises(NotReady):
        await pool.run(work.add, 2, 3)


async def test_processes_can_be_started_before_they_are_needed() -> None:
    async with workers(count=2) as pool:
        await pool.start()
        assert len(psutil.Process().children()) >= 2


async def test_after_closing_no_process_is_left() -> None:
    async with workers(count=2) as pool:
        found = {await pool.run(work.pid)}
    assert not any(map(psutil.pid_exists, found))


def test_a_process_ends_soon_after_its_parent_was_killed_even_in_the_middle_of_a_hang() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(BOUND)
