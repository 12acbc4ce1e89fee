"""Where a listener stands: as text and back, and what it is to be told next, however the log, quarantine and pages lie."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.now import Now, Place
from services.timeline.stream.ids import ROOM, read, write
from services.timeline.stream.standing import Span, Standing, common, distance, is_news, spans, standing_at, told

STRIKES, SUMMITS = ("events.strike.v1", 0), ("events.summit.v1", 2)


def at(following: dict[Place, int], passed: dict[Place, frozenset[int]] | None = None, generation: int = 1) -> Standing:
    return Standing(generation, following, passed or {})


def test_a_standing_reads_like_a_position_with_what_was_passed_by() -> None:
    standing = at({STRIKES: 17, SUMMITS: 4}, {STRIKES: frozenset({9, 5})}, generation=2)
    assert write(standing) == "g2;events.strike.v1:17!5!9,events.summit.v1:0.0.4"
    assert read(write(standing)).following[SUMMITS] == 4
    assert read(write(standing)).passed == {STRIKES: frozenset({5, 9})}


def test_a_standing_names_one_log_of_each_topic_and_a_position_all_that_it_knows() -> None:
    standing = Standing(2, {STRIKES: 17}, {}, {STRIKES[0]: frozenset({"5f3a9c0e", "77ab12cd"})})
    assert write(standing) == "g2;events.strike.v1~5f3a9c0e:17"
    assert read(write(standing)).logs == {STRIKES[0]: frozenset({"5f3a9c0e"})}
    assert read("events.strike.v1-0=17;seq=17;log=u5f3a9c0e, events.strike.v1-1=4;log=u77ab12cd").logs == standing.logs


LOGS = {STRIKES[0]: frozenset({"5f3a9c0e"})}


@pytest.mark.parametrize(
    ("now", "news"),
    [
        (Now(1, {STRIKES: 17}, {STRIKES: frozenset({5})}, LOGS), False),
        (Now(1, {STRIKES: 16}, {STRIKES: frozenset({5})}, LOGS), False),  # another process has told more
        (Now(1, {STRIKES: 17}, {STRIKES: frozenset({5})}, {}), False),  # nothing is known of the log yet
        (Now(1, {STRIKES: 18}, {STRIKES: frozenset({5})}, LOGS), True),
        (Now(1, {STRIKES: 17, SUMMITS: 1}, {STRIKES: frozenset({5})}, LOGS), True),
        (Now(1, {STRIKES: 17}, {}, LOGS), True),  # what waited was applied
        (Now(2, {STRIKES: 17}, {STRIKES: frozenset({5})}, LOGS), True),
        (Now(1, {STRIKES: 17}, {STRIKES: frozenset({5})}, {STRIKES[0]: frozenset({"77ab12cd"})}), True),
    ],
)
def test_there_is_news_where_a_change_a_generation_or_a_log_is_new(now: Now, news: bool) -> None:
    assert is_news(now, Standing(1, {STRIKES: 17}, {STRIKES: frozenset({5})}, LOGS)) == news


def test_a_position_as_answers_give_it_is_a_standing_too() -> None:
    assert read("events.strike.v1-0=17, events.summit.v1-2=4") == at({STRIKES: 17, SUMMITS: 4}, generation=0)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "17",
        "g2",
        "g2;events.strike.v1",
        "g2;events.strike.v1:",
        "g2;a b:1",
        "2;a:1",
        "a:1!",
        "g2!3;a:1",
        "g2!;a:1!0",
        "a:-1",
        "a~:1",
        "a~5F3A:1",
        "a:1..2",
        "a:\x00",
    ],
)
def test_what_is_no_standing_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|events\.strike\.v1-0=17"):
        read(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        read(text)


places = st.tuples(st.sampled_from(["events.strike.v1", "events.summit.v1"]), st.integers(0, 3))


@given(st.dictionaries(places, st.tuples(st.integers(1, 50), st.frozensets(st.integers(0, 49), max_size=4)), min_size=1))
def test_what_is_written_is_read_back(drawn: dict[Place, tuple[int, frozenset[int]]]) -> None:
    following = {place: offset for place, (offset, _) in drawn.items()}
    passed = {place: held for place, (_, held) in drawn.items() if held}
    found = read(write(at(following, passed)))
    assert {place: offset for place, offset in found.following.items() if offset} == following
    assert found.passed == passed


HEADERS = 8_192
"""Bytes of all headers together that common proxies take."""
OFTEN = [("events." + kind, n) for kind in ("strike.v1", "summit.v1", "prisoner_exchange.v1", "body_exchange.v1") for n in range(12)]
"""Each topic with three times the partitions of its card."""


def waiting(offset: int) -> Standing:
    """Of each of them 1,000 records wait, up to that offset."""
    return at(dict.fromkeys(OFTEN, offset + 1), {place: frozenset(range(offset - 999, offset + 1)) for place in OFTEN})


@pytest.mark.parametrize("offset", [999, 10**6, 10**11, 10**18 - 2])
def test_an_id_leaves_room_for_other_headers_however_many_records_wait_and_however_large_offsets_are(offset: int) -> None:
    standing = waiting(offset)
    assert len(write(standing)) < HEADERS / 2
    # the latest of all partitions are named, and the others counted
    found = read(write(standing))
    named = [n for passed in found.passed.values() for n in passed]
    assert ROOM / 20 - 2 < len(named) < ROOM / 3
    assert min(named) >= offset - len(named) // len(OFTEN)
    assert found.unnamed == 1_000 * len(OFTEN) - len(named)


def test_without_that_bound_an_id_would_be_too_long_for_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.timeline.stream.ids.ROOM", 10**9)
    assert len(write(waiting(10**6))) > HEADERS


def test_what_fits_is_named_in_full() -> None:
    standing = at({STRIKES: 10_000}, {STRIKES: frozenset(range(1_000, 1_000 + ROOM // 5))})
    assert read(write(standing)).passed == standing.passed
    assert read(write(standing)).unnamed == 0


@st.composite
def lives(draw: st.DrawFn) -> tuple[dict[Place, list[bool]], list[int]]:
    """For each partition its offsets, and of each whether it waited in quarantine when it was passed; and sizes of pages."""
    logs = draw(st.dictionaries(places, st.lists(st.booleans(), min_size=1, max_size=8), min_size=1, max_size=3))
    return logs, draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))


def read_up_to(standing: Standing, now: Now, most: int, heard: list[tuple[Place, int]]) -> Standing:
    """As a listener does, message by message, each time from its id as text: it may have gone away in between."""
    while distance(standing, now):
        for span in spans(standing, now, most):
            for offset in range(span.first, span.until):
                if offset not in now.waiting.get(span.at, frozenset()):
                    heard.append((span.at, offset))
                standing = read(write(told(standing, span, offset + 1, now)))
    return standing


@given(lives())
def test_each_change_is_told_once_also_those_that_waited_in_quarantine_when_they_were_passed(
    life: tuple[dict[Place, list[bool]], list[int]],
) -> None:
    logs, pages = life
    heard: list[tuple[Place, int]] = []
    standing = Standing()
    waiting = {place: frozenset(n for n, waits in enumerate(log) if waits) for place, log in logs.items()}
    for page in pages:  # the log grows page by page; what waits, waits
        reached = {place: min(len(log), page * 2) for place, log in logs.items()}
        reached = {place: max(offset, standing.following.get(place, 0)) for place, offset in reached.items()}
        below = {place: frozenset(n for n in held if n < reached[place]) for place, held in waiting.items()}
        standing = read_up_to(standing, Now(1, reached, below), page, heard)
    # when all of it was redriven, maybe in another generation
    ended = Now(2, {place: len(log) for place, log in logs.items()}, {})
    standing = read_up_to(standing, ended, 3, heard)
    assert sorted(heard) == sorted((place, n) for place, log in logs.items() for n in range(len(log)))
    assert distance(standing, ended) == 0


def test_without_what_was_passed_by_a_redriven_change_would_be_lost() -> None:
    now = Now(1, {STRIKES: 3}, {STRIKES: frozenset({1})})
    heard: list[tuple[Place, int]] = []
    standing = read_up_to(Standing(), now, 10, heard)
    redriven = Now(1, {STRIKES: 3}, {})
    assert spans(standing, redriven, 10) == [Span(STRIKES, 1, 2, late=True)]
    assert spans(Standing(1, standing.following, {}), redriven, 10) == []


def test_whoever_is_ahead_is_told_nothing_twice() -> None:
    now = Now(1, {STRIKES: 5}, {})
    ahead = at({STRIKES: 9})
    assert ahead.is_ahead_of(standing_at(now))
    assert spans(ahead, now, 10) == []


def test_two_moments_have_in_common_what_both_have_reached_and_what_waits_in_neither() -> None:
    before = Now(1, {STRIKES: 9, SUMMITS: 4}, {STRIKES: frozenset({5})})
    after = Now(2, {STRIKES: 7}, {STRIKES: frozenset({3})})
    both = common(before, after)
    assert (both.generation, both.reached) == (1, {STRIKES: 7, SUMMITS: 0})
    assert both.waiting[STRIKES] == {3, 5}
