"""Texts made to be slow: twice the text takes about twice the steps, not four times."""

from __future__ import annotations

import time

import pytest

from tests.unit.reading.articles import mentions

HOSTILE = {
    "quotes": '"',
    "said": "said ",
    "names": "Putin Trump Ukraine Russia Kyiv ",
    "triggers": "drone strike talks meeting ",
    "numbers": "270 drones killed 7 ",
    "stops": "U.S. ",
    "commas": "Russia, ",
}
SMALL = 4_000
# Doubling the text may take twice as long; noise on a shared machine may double that, quadratic growth would not fit.
BOUND = 3.4


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        mentions(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_doubling_a_hostile_text_about_doubles_the_time(name: str) -> None:
    unit = HOSTILE[name]
    once, twice = (unit * (size // len(unit)) for size in (SMALL, 2 * SMALL))
    mentions(once)
    assert _seconds(twice) <= BOUND * _seconds(once) + 0.05
