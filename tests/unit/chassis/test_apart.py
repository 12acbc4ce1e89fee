"""Work in a process apart: it is ended when it takes too long, and never outlives who asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest

from services.chassis.apart import Apart, TooLong
from services.chassis.errors import Halt
from tests.support.service import eventually

ENTRY = "tests.support.worker:open_work"
LIMIT = 0.3


@pytest.fixture
def apart() -> Iterator[Apart[str, str]]:
    apart: Apart[str, str] = Apart(ENTRY, LIMIT)
    yield apart
    apart.close()


def test_a_task_is_done(apart: Apart[str, str]) -> None:
    assert [apart.do("one"), apart.do("two")] == ["ONE", "TWO"]


def test_one_process_does_one_task_after_the_other(apart: Apart[str, str]) -> None:
    assert apart.do("pid") == apart.do("pid") != str(os.getpid())


def test_a_task_that_does_not_end_is_given_up_and_the_next_is_done(apart: Apart[str, str]) -> None:
    with pytest.raises(TooLong, match=r"0\.3 s of the processor's time"):
        apart.do("spin")
    assert apart.do("next") == "NEXT"


def test_without_the_limit_the_task_would_go_on_and_hold_up_the_next() -> None:
    """The negative control: the same task under a limit that it does not reach is still at work long after."""
    apart: Apart[str, str] = Apart(ENTRY, 3600)
    apart.start()
    asked = threading.Thread(target=_ignoring_the_end, args=(apart, "spin"))
    asked.start()
    asked.join(LIMIT * 5)
    still_at_work = asked.is_alive()
    apart.close()
    asked.join(30)
    assert still_at_work
    assert not asked.is_alive()


def test_time_in_which_the_processor_did_something_else_does_not_count(apart: Apart[str, str]) -> None:
    assert apart.do("sleep") == "SLEEP"


def test_work_that_fails_halts_whoever_asked(apart: Apart[str, str]) -> None:
    with pytest.raises(Halt, match="ValueError: stumble"):
        apart.do("stumble")


def test_a_process_that_ends_otherwise_halts_whoever_asked(apart: Apart[str, str]) -> None:
    with pytest.raises(Halt, match="status -9"):
        apart.do("die")
    assert apart.do("next") == "NEXT"


async def test_a_process_that_ended_between_two_tasks_is_replaced(apart: Apart[str, str]) -> None:
    first = int(apart.do("pid"))
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: not _lives(first))
    assert _lives(int(apart.do("pid")))


def test_work_that_cannot_be_made_ready_says_why() -> None:
    apart: Apart[str, str] = Apart("tests.support.worker:refuse", LIMIT)
    with pytest.raises(Halt, match="the shelves are empty"):
        apart.start()


async def test_the_process_ends_with_the_service_that_it_works_for(apart: Apart[str, str]) -> None:
    process = psutil.Process(int(apart.do("pid")))
    task = asyncio.create_task(apart.until_cancelled())
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert not process.is_running()


def test_the_process_ends_when_the_one_that_started_it_is_killed() -> None:
    code = f"from services.chassis.apart import Apart; a = Apart({ENTRY!r}, 9); print(a.do('pid'), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as owner:
        assert owner.stdout
        pid = int(owner.stdout.readline())
        owner.kill()
    asyncio.run(eventually(lambda: not _lives(pid)))


def _lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


def _ignoring_the_end(apart: Apart[str, str], task: str) -> None:
    with contextlib.suppress(Halt):
        apart.do(task)
