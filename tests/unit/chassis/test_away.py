"""A server that is away fills no log: what is met again and again is said at the beginning, now and then, and at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, MutableMapping
from itertools import pairwise
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import logs
from services.chassis.away import FIRST_SECONDS, LONGEST_SECONDS, Away, Pauses
from services.chassis.logs import MOST_ALIKE, Damped

GONE = ConnectionResetError("gone")
Lines = list[MutableMapping[str, Any]]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def away(clock: Clock) -> Away:
    return Away("relay_waiting", clock, part="relay")


@pytest.fixture
def lines() -> Iterator[Lines]:
    with structlog.testing.capture_logs() as found:
        yield found


def wait(away: Away, clock: Clock, seconds: int) -> None:
    """Try once a second, in vain."""
    for _ in range(seconds):
        away.waits(GONE)
        clock.now += 1


def test_an_hour_of_waiting_is_told_at_once_and_then_ever_more_rarely(away: Away, clock: Clock, lines: Lines) -> None:
    wait(away, clock, 3600)
    assert [line["seconds"] for line in lines] == [0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430, 3030]
    assert lines[0] == {"event": "relay_waiting", "log_level": "warning", "part": "relay", "error": repr(GONE), "seconds": 0}


def test_that_it_is_over_is_told_once(away: Away, clock: Clock, lines: Lines) -> None:
    wait(away, clock, 5)
    away.over()
    away.over()
    assert [line["event"] for line in lines] == ["relay_waiting", "waiting_over"]
    assert lines[1] == {"event": "waiting_over", "log_level": "info", "part": "relay", "waited": "relay_waiting", "seconds": 5}


def test_where_nothing_was_away_nothing_is_told(away: Away, lines: Lines) -> None:
    away.over()
    assert lines == []


def test_a_server_that_comes_and_goes_each_second_is_told_as_rarely(away: Away, clock: Clock, lines: Lines) -> None:
    for _ in range(60):
        wait(away, clock, 1)
        away.over()
    assert [line["event"] for line in lines] == ["relay_waiting", "waiting_over"] * 3


def test_what_begins_again_after_a_while_is_told_at_once(away: Away, clock: Clock, lines: Lines) -> None:
    wait(away, clock, 100)
    away.over()
    clock.now += LONGEST_SECONDS
    lines.clear()
    wait(away, clock, 1)
    assert [line["seconds"] for line in lines] == [0]


def test_what_begins_again_soon_after_a_long_waiting_is_told_at_once(away: Away, clock: Clock, lines: Lines) -> None:
    wait(away, clock, 3600)
    away.over()
    clock.now += 1
    lines.clear()
    wait(away, clock, 12)
    away.over()
    assert [(line["event"], line["seconds"]) for line in lines] == [("relay_waiting", 0), ("relay_waiting", 10), ("waiting_over", 12)]


def test_a_waiting_that_lasts_is_told_though_many_short_ones_went_before(away: Away, clock: Clock, lines: Lines) -> None:
    for _ in range(320):
        wait(away, clock, 1)
        away.over()
    lines.clear()
    wait(away, clock, 60)
    away.over()
    assert [(line["event"], line["seconds"]) for line in lines] == [("relay_waiting", 10), ("waiting_over", 60)]


@given(st.lists(st.floats(0, 3 * LONGEST_SECONDS), max_size=200))
def test_however_often_it_is_met_it_is_said_first_and_never_twice_within_the_first_pause(gaps: list[float]) -> None:
    clock = Clock()
    pauses, said = Pauses(clock), []
    for gap in [0.0, *gaps]:
        clock.now += gap
        if pauses.due():
            said.append(clock.now)
    assert said[0] == 100
    assert all(later - earlier >= FIRST_SECONDS * 0.999 for earlier, later in pairwise(said))


class Keeping(logging.Handler):
    def __init__(self, kept: list[logging.LogRecord]) -> None:
        super().__init__()
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record)


@pytest.fixture
def passed(clock: Clock) -> Iterator[Callable[[str], list[str]]]:
    """What comes through of what a logger of this name was told."""
    told: list[logging.LogRecord] = []
    handler = Keeping(told)
    handler.addFilter(Damped(clock))
    loggers = [logging.getLogger(name) for name in ("aiokafka.conn", "services.chassis.relay")]
    for logger in loggers:
        logger.addHandler(handler)
    yield lambda name: [record.getMessage() for record in told if record.name == name]
    for logger in loggers:
        logger.removeHandler(handler)


def test_what_a_library_says_a_hundred_times_a_second_is_passed_on_now_and_then_with_how_often(
    passed: Callable[[str], list[str]], clock: Clock
) -> None:
    for _ in range(1000):
        logging.getLogger("aiokafka.conn").error("Unable connect to node with id %s", 7)
        clock.now += 0.011
    assert passed("aiokafka.conn") == [
        "Unable connect to node with id 7",
        "Unable connect to node with id 7 (and 909 more of the kind, left out)",
    ]


def test_the_same_of_another_broker_is_passed_on_for_itself(passed: Callable[[str], list[str]], clock: Clock) -> None:
    for _ in range(100):
        for broker in (1, 2, {"host": "kafka"}):
            logging.getLogger("aiokafka.conn").error("no answer of %s", broker)
        clock.now += 0.01
    assert passed("aiokafka.conn") == ["no answer of 1", "no answer of 2", "no answer of {'host': 'kafka'}"]


def test_what_differs_each_time_is_passed_on_a_few_times_and_then_now_and_then(passed: Callable[[str], list[str]], clock: Clock) -> None:
    for number in range(1000):
        logging.getLogger("aiokafka.conn").error("request %s failed", number)
        clock.now += 0.011
    assert len(passed("aiokafka.conn")) == MOST_ALIKE + 2
    assert passed("aiokafka.conn")[-1].endswith("more of the kind, left out)")


def test_without_that_limit_all_of_it_would_be(passed: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_ALIKE", 1000)
    for number in range(900):
        logging.getLogger("aiokafka.conn").error("request %s failed", number)
    assert len(passed("aiokafka.conn")) == 900


class Unspeakable:
    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize("said", [({"a": 1},), ("no %s of %s", 1), ("%d", "many"), ("%s", Unspeakable()), (Unspeakable(),)])
def test_whatever_a_library_logs_it_does_not_fail_by_it_and_the_record_comes_through(said: tuple[Any, ...], clock: Clock) -> None:
    damped = Damped(clock)
    assert damped.filter(logging.LogRecord("aiokafka.conn", logging.WARNING, "conn.py", 1, said[0], said[1:], None))


def test_each_thing_that_a_library_says_is_passed_on_for_itself(passed: Callable[[str], list[str]]) -> None:
    for words in ("no coordinator", "no node"):
        logging.getLogger("aiokafka.conn").error(words)
    assert passed("aiokafka.conn") == ["no coordinator", "no node"]


def test_what_daybook_says_itself_and_every_bug_always_comes_through(passed: Callable[[str], list[str]]) -> None:
    for _ in range(3):
        logging.getLogger("services.chassis.relay").error("record_quarantined")
        logging.getLogger("aiokafka.conn").error("a bug", exc_info=GONE)
    assert passed("services.chassis.relay") == ["record_quarantined"] * 3
    assert passed("aiokafka.conn") == ["a bug"] * 3
