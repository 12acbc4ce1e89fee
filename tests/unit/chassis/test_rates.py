"""How often a caller may ask is counted as the library counts it, without a thread for each request, and forgotten in time."""

from __future__ import annotations

import threading
from unittest.mock import MagicMock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from services.chassis import rates
from services.chassis.rates import Counts

RATE, OFTEN = parse("3/second"), parse("1000/second")
ASKED = st.lists(st.tuples(st.floats(0, 2.5), st.sampled_from("abc")))


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_700_000_000.0
        monkeypatch.setattr("time.time", lambda: self.now)


def outcomes(storage: MemoryStorage, asked: list[tuple[float, str]]) -> list[tuple[bool, int]]:
    """Of each request, after so many seconds by this caller, whether it may pass, and how many more may."""
    window, found = SlidingWindowCounterRateLimiter(storage), []
    with pytest.MonkeyPatch.context() as patched:
        clock = Clock(patched)
        for seconds, caller in asked:
            clock.now += seconds
            found.append((window.hit(RATE, caller), window.get_window_stats(RATE, caller).remaining))
    return found


@given(ASKED)
def test_requests_are_counted_as_the_library_counts_them(asked: list[tuple[float, str]]) -> None:
    assert outcomes(Counts(), asked) == outcomes(MemoryStorage(), asked)


@pytest.mark.parametrize(("storage", "starts"), [(Counts, False), (MemoryStorage, True)])
def test_a_request_starts_no_thread_as_it_would_with_the_librarys_own(
    storage: type[MemoryStorage], starts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = storage()
    counts.timer.join()
    start = MagicMock()
    monkeypatch.setattr(threading.Thread, "start", start)
    SlidingWindowCounterRateLimiter(counts).hit(RATE, "somebody")
    assert start.called == starts


@pytest.mark.parametrize(("looked_at", "left"), [(rates.LOOKED_AT, 1), (0, 101)])
def test_who_has_not_asked_for_long_is_forgotten_while_others_ask(looked_at: int, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And without a look at the oldest nobody would be, and memory grow with every caller that there ever was."""
    monkeypatch.setattr(rates, "LOOKED_AT", looked_at)
    counts, clock = Counts(), Clock(monkeypatch)
    window = SlidingWindowCounterRateLimiter(counts)
    for number in range(100):
        window.hit(OFTEN, f"caller {number}")
    clock.now += 10
    for _ in range(100):
        window.hit(OFTEN, "another")
    assert len(counts.storage) == len(counts.expirations) == left
