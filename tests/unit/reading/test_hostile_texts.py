"""Texts made to be slow: four times the text takes about four times as long, not sixteen times."""

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
# Without news, the rest would not be looked at.
NEWS = "Modi met Xi in Rome on Monday. Russian drones hit Kyiv, killing two. "
SMALL = 4_000
# Noise on a shared machine may double the time; quadratic growth would take sixteen times as long.
TIMES, BOUND = 4, 10


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        mentions(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_takes_time_in_proportion_to_its_length(name: str) -> None:
    unit = HOSTILE[name]
    short, long = (NEWS + unit * (size // len(unit)) for size in (SMALL, TIMES * SMALL))
    mentions(short)
    assert _seconds(long) <= BOUND * _seconds(short) + 0.05
