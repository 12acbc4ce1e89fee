"""Texts made to be slow: four times the text takes about four times as long, not sixteen times."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial

import pytest

from services.normalizer.reading.names import Names
from services.normalizer.reading.rules import PATTERNS, read_cards
from services.normalizer.reading.times import Anchor, find_times
from tests.unit.reading.articles import mentions

SMALL = 4_000
EVERY_TRIGGER = " ".join(
    phrase for card in read_cards(PATTERNS) for pattern in card.patterns for phrase in pattern.trigger if "{" not in phrase
)
EVERY_NAME = " ".join(word.title() for word in Names.load()._lexicon.phrases)
HOSTILE = {
    "quotes": '"',
    "nested quotes": "“He said ‘",
    "said": "said ",
    "names": "Putin Trump Ukraine Russia Kyiv ",
    "every name": EVERY_NAME[:SMALL],
    "joined names": "Putin and ",
    "titles": "former deputy foreign minister ",
    "triggers": "drone strike talks meeting ",
    "every trigger": EVERY_TRIGGER[:SMALL],
    "numbers": "270 drones killed 7 ",
    "numbers in words": "twenty-one hundred thousand ",
    "digits": "9",
    "decimals": "1.",
    "stops": "U.S. ",
    "commas": "Russia, ",
    "dates": "Tuesday, Aug. 19, 2025, ",
    "ranges": "from Monday to ",
    "hours": "at 9:30 p.m. EST on ",
    "leads": "early in the middle of the end of ",
    "counting": "two days after ",
    "lines": "\n \n",
    "blanks": " ",
    "hyphens": "-",
    "apostrophes": "O'",
    "accents": "é\u0301",
}
# Without news, the rest would not be looked at.
NEWS = "Modi met Xi in Rome on Monday. Russian drones hit Kyiv, killing two. "
# Noise on a shared machine may double the time; quadratic growth would take sixteen times as long.
TIMES, BOUND = 4, 10


def _seconds(work: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_text_takes_time_in_proportion_to_its_length(name: str) -> None:
    unit = HOSTILE[name]
    short, long = (NEWS + unit * (size // len(unit)) for size in (SMALL, TIMES * SMALL))
    mentions(short)
    assert _seconds(mentions, long) <= BOUND * _seconds(mentions, short) + 0.05


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_times_of_a_hostile_text_are_found_in_proportion_to_its_length(name: str) -> None:
    """Three times longer texts than the above: the grammar of times alone is that much faster."""
    unit = HOSTILE[name]
    short, long = (unit * (3 * size // len(unit)) for size in (SMALL, TIMES * SMALL))
    find = partial(find_times, anchor=Anchor(dt.date(2025, 8, 19)))
    find(short)
    assert _seconds(find, long) <= BOUND * _seconds(find, short) + 0.05


def test_a_reader_that_looks_at_each_word_with_each_other_two_would_not_pass() -> None:
    """The negative control; of words with one other alone, noise may hide the growth."""

    def cubes(text: str) -> int:
        words = text.split()
        return sum(a == b == c for a in words for b in words for c in words)

    short, long = ("said " * (size // 80) for size in (SMALL, TIMES * SMALL))
    assert _seconds(cubes, long) > BOUND * _seconds(cubes, short)
