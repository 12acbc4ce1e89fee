"""What holds for every text: spans, order, no errors, and time that grows with length alone."""

from __future__ import annotations

import datetime as dt
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.reading.times import Anchor, find_times
from services.normalizer.reading.times.lexicon import words

WORDS = sorted({word for listed in words().values() if isinstance(listed, dict) for word in listed})
PIECES = st.sampled_from([
    *WORDS, "the", "a", "of", "on", "May", "Aug.", "last", "ago", "earlier", "'s", "-", ",", ".", ":", "/", "18", "2025", "7", "18th", "1,000",
    "half", "and", "until", "into", "\n\n", "said", "will", "’s", "٣", "²", "99999999999",
])  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map(" ".join), st.lists(PIECES, max_size=40).map("".join))
ANCHORS = st.one_of(st.none(), st.dates(), st.sampled_from([dt.date.min, dt.date.max, dt.date(2024, 2, 29)]))


@settings(max_examples=300, deadline=None)
@given(TEXTS, ANCHORS)
def test_spans_quote_the_text_in_order_without_overlap_and_intervals_run_forward(body: str, anchor: dt.date | None) -> None:
    times = find_times(body, Anchor(anchor))

    assert all(t.text == body[t.start : t.end] for t in times)
    assert all(left.end <= right.start for left, right in pairwise(times))
    assert all(t.when.start <= t.when.end for t in times if t.when and t.when.start and t.when.end)
    assert times == find_times(body, Anchor(anchor))


def test_a_quarter_of_the_last_year_that_the_calendar_holds_is_a_time_like_any_other() -> None:
    assert [t.value for t in find_times("in the second quarter", Anchor(dt.date.max))] == ["9999-Q2"]


HOSTILE = {
    "weekdays": "Monday ",
    "numbers": "one hundred and ",
    "digits": "7",
    "groups": "1,000,",
    "glue": "18-",
    "determiners": "the first ",
    "openers": "a year - ",
    "mays": "May ",
    "blank": "\n ",
    "dots": "p.m.",
    "verbs": "said will ",
    "leads": "early late mid - ",
    "ranges": "from Monday to ",
}


def seconds(body: str) -> float:
    began = time.process_time()
    find_times(body, Anchor(dt.date(2025, 8, 19)))
    return time.process_time() - began


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_four_times_the_text_takes_about_four_times_as_long(unit: str) -> None:
    """Quadratic reading would take 16 times as long; 10 leaves room for a busy machine."""
    count = 10_000 // len(unit)
    small = min(seconds(unit * count) for _ in range(3))
    large = min(seconds(unit * count * 4) for _ in range(3))

    assert large < 10 * small + 0.02
