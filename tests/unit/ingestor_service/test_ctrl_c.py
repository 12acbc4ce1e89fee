"""Ctrl-C is heard even where Python or a library loses the first of it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from services.commands._ctrl_c import AGAIN_SECONDS, heard


def press_and_lose() -> None:
    """Ctrl-C of which nobody hears, as one within a callback of the garbage collector."""
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
        threading.Event().wait(5)


def wait_for_a_lock(times: int = 3) -> None:
    """As the HTTP client waits, when it is closed, for a lock that an interrupted request has left taken; bounded, for the sake of the test."""
    lock = threading.Lock()
    lock.acquire()
    lock.acquire(timeout=AGAIN_SECONDS * times)


def is_interrupted(within: Callable[[], AbstractContextManager[None]]) -> bool:
    try:
        with within():
            press_and_lose()
            wait_for_a_lock(6)
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.parametrize(("within", "interrupted"), [(heard, True), (contextlib.nullcontext, False)], ids=["heard", "negative control"])
def test_a_ctrl_c_that_was_lost_is_told_again(within: Callable[[], AbstractContextManager[None]], interrupted: bool) -> None:
    assert is_interrupted(within) is interrupted


def test_after_the_work_ctrl_c_is_told_no_more() -> None:
    with pytest.raises(KeyboardInterrupt), heard():
        signal.raise_signal(signal.SIGINT)
    wait_for_a_lock()


def test_another_signal_interrupts_nothing() -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        with heard():
            signal.raise_signal(signal.SIGUSR1)
            wait_for_a_lock()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_whoever_listened_for_signals_before_listens_again() -> None:
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    with heard():
        pass
    assert signal.set_wakeup_fd(before) == before


def test_in_a_thread_beside_where_no_signal_comes_the_work_is_done_all_the_same() -> None:
    done: list[str] = []

    def work() -> None:
        with heard():
            done.append("work")

    beside = threading.Thread(target=work)
    beside.start()
    beside.join(5)
    assert done == ["work"]
