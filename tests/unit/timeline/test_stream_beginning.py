"""Where a stream begins: an id or a position of logs that are not followed is refused, and what waits below a position is told later."""

from __future__ import annotations

import pytest

from services.timeline.now import Now
from services.timeline.stream.beginning import AnotherLogError, UnknownPlaceError, UnnamedError, beginning
from services.timeline.stream.ids import read, write
from services.timeline.stream.standing import Span, Standing, spans, standing_at

TOPIC = "events.strike.v1"
AT, NEXT = (TOPIC, 0), (TOPIC, 1)
NOW = Now(3, {AT: 10, NEXT: 5}, {AT: frozenset({4, 8})}, {TOPIC: frozenset({"5f3a9c0e", "77ab12cd"})})


def test_one_begins_now_or_at_the_beginning_or_where_an_id_says() -> None:
    assert beginning("now", NOW) == standing_at(NOW)
    assert beginning("beginning", NOW) == Standing()
    assert spans(beginning(write(standing_at(NOW)), NOW), NOW, 10) == []


def test_what_waits_below_a_position_is_told_once_it_is_applied() -> None:
    standing = beginning(f"{TOPIC}-0=7,{TOPIC}-1=5", NOW)
    assert standing.passed == {AT: frozenset({4})}
    redriven = Now(3, NOW.reached, {AT: frozenset({8})}, NOW.logs)
    assert spans(standing, redriven, 10) == [Span(AT, 4, 5, late=True), Span(AT, 7, 10)]


def test_an_id_says_itself_what_was_passed_by() -> None:
    assert beginning(f"g3;{TOPIC}:7", NOW).passed == {}


MANY = Now(3, {AT: 5000, NEXT: 9000}, {AT: frozenset(range(0, 4000, 2)), NEXT: frozenset(range(1, 3000, 3))})
"""Of 3,000 records in quarantine an id names some hundreds."""
UNNAMED = read(write(standing_at(MANY))).unnamed


def test_more_records_in_quarantine_than_an_id_can_name_are_told_all_the_same() -> None:
    identity = write(standing_at(MANY))
    assert beginning(identity, MANY) == Standing(3, MANY.reached, MANY.waiting)
    # also those that came since, and wait too
    later = Now(3, {AT: 6000, NEXT: 9000}, {**MANY.waiting, AT: MANY.waiting[AT] | {5500}})
    standing = beginning(identity, later)
    assert standing.passed == MANY.waiting
    assert spans(standing, Now(3, later.reached, {}), 3) == [Span(AT, n, n + 1, late=True) for n in (0, 2, 4)]


def test_where_one_that_the_id_names_was_applied_meanwhile_it_is_told() -> None:
    last = max(MANY.waiting[AT])
    later = Now(3, MANY.reached, {**MANY.waiting, AT: MANY.waiting[AT] - {last}})
    assert spans(beginning(write(standing_at(MANY)), later), later, 10) == [Span(AT, last, last + 1, late=True)]


def test_where_one_that_the_id_does_not_name_was_applied_meanwhile_that_is_said_and_what_to_do() -> None:
    later = Now(3, MANY.reached, {**MANY.waiting, AT: MANY.waiting[AT] - {0}})
    with pytest.raises(UnnamedError, match=f"{UNNAMED:,} records.*snapshot.*Daybook-Stream-Id"):
        beginning(write(standing_at(MANY)), later)


@pytest.mark.parametrize("after", [f"g1;{TOPIC}~0000aaaa:7", f"{TOPIC}-0=7;seq=7;log=u0000aaaa"])
def test_a_place_in_a_log_that_is_there_no_more_is_refused_with_what_to_do(after: str) -> None:
    with pytest.raises(AnotherLogError, match=rf"{TOPIC} was made anew.*snapshot"):
        beginning(after, NOW)


@pytest.mark.parametrize("after", [f"g1;{TOPIC}~77ab12cd:7", f"{TOPIC}-0=7;log=u5f3a9c0e", f"g1;{TOPIC}:7", f"{TOPIC}-0=7"])
def test_a_place_in_a_log_that_is_followed_or_in_one_that_is_not_named_is_taken(after: str) -> None:
    assert beginning(after, NOW).following[AT] == 7


def test_of_a_topic_of_which_no_log_is_known_yet_any_is_taken() -> None:
    assert beginning(f"g1;{TOPIC}~0000aaaa:7", Now(1, {AT: 0})).following[AT] == 7


@pytest.mark.parametrize(
    ("after", "place"),
    [("events.quake.v1-0=7", "events.quake.v1"), (f"{TOPIC}-2=1", f"{TOPIC}-2"), ("g1;events.quake.v1:0", "events.quake.v1")],
)
def test_a_topic_or_partition_that_is_not_followed_is_named_with_the_topics_that_are(after: str, place: str) -> None:
    with pytest.raises(UnknownPlaceError, match=rf"^{place} is not followed; these topics are: {TOPIC}$"):
        beginning(after, NOW)


def test_partitions_that_nobody_has_begun_need_not_be_known() -> None:
    assert beginning(f"g1;{TOPIC}:7.0.0", NOW).following[AT] == 7
