"""When a story was published: an interval counted from the capture, and never after it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.ingestor.pages.published import Dated, date
from services.ingestor.pages.stamps import read_when
from tests.unit.ingestor.given import NOON


def dated(words: str, captured_at: datetime | None = NOON) -> Dated:
    told = read_when(words)
    assert told is not None, f"{words!r} tells no time"
    return date(told, captured_at)


def interval(words: str, captured_at: datetime | None = NOON) -> tuple[str, str, str, str]:
    published = dated(words, captured_at).published
    assert published.earliest
    assert published.latest
    earliest, latest = (f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}" for moment in (published.earliest, published.latest))
    return earliest, latest, published.precision, published.basis


@pytest.mark.parametrize(
    ("words", "earliest", "latest", "precision"),
    [
        ("10 hours ago", "2025-08-20T01:00:00", "2025-08-20T02:00:00", "hour"),
        ("an hour ago", "2025-08-20T10:00:00", "2025-08-20T11:00:00", "hour"),
        ("3h", "2025-08-20T08:00:00", "2025-08-20T09:00:00", "hour"),
        ("5 min ago", "2025-08-20T11:54:00", "2025-08-20T11:55:00", "minute"),
        ("just now", "2025-08-20T11:59:00", "2025-08-20T12:00:00", "minute"),
        ("2 days ago", "2025-08-17T12:00:00", "2025-08-18T12:00:00", "day"),
        ("yesterday", "2025-08-19T00:00:00", "2025-08-19T23:59:59", "day"),
        ("Yesterday at 14:05", "2025-08-19T00:00:00", "2025-08-19T23:59:59", "day"),
        ("today", "2025-08-20T00:00:00", "2025-08-20T12:00:00", "day"),
        ("2 weeks ago", "2025-07-30T12:00:00", "2025-08-06T12:00:00", "month"),
        ("6 months ago", "2025-01-20T12:00:00", "2025-02-20T12:00:00", "month"),
        ("1 year ago", "2023-08-20T12:00:00", "2024-08-20T12:00:00", "year"),
    ],
)
def test_an_age_counts_back_from_the_capture_by_full_units(words: str, earliest: str, latest: str, precision: str) -> None:
    assert interval(words) == (earliest, latest, precision, "relative_to_capture")


@pytest.mark.parametrize(
    ("words", "instant", "precision", "basis"),
    [
        ("18 August 2025, 14:05 GMT", "2025-08-18T14:05:00", "minute", "absolute"),
        ("Mon, 18 Aug 2025 14:05:09 +0200", "2025-08-18T12:05:09", "second", "absolute"),
        ("2025-08-18T14:05:00Z", "2025-08-18T14:05:00", "second", "absolute"),
        ("2025-08-18 14:05:00.123456789-04:00", "2025-08-18T18:05:00", "second", "absolute"),
        ("8:20 AM EDT, Tue August 19, 2025", "2025-08-19T12:20:00", "minute", "absolute"),
        ("Tue 19 Aug 2025 07.30 BST", "2025-08-19T06:30:00", "minute", "absolute"),
        ("August 18, 20252:05 PM ET", "2025-08-18T18:05:00", "minute", "absolute"),
        ("January 18, 2025 2:05 p.m. ET", "2025-01-18T19:05:00", "minute", "absolute"),
        ("1405 GMT 18 August 2025", "2025-08-18T14:05:00", "minute", "absolute"),
        ("18/08/2025 14:05 IST", "2025-08-18T08:35:00", "minute", "absolute"),
        ("18.08.2025 14:05", "2025-08-18T14:05:00", "minute", "inferred"),
    ],
)
def test_a_stated_time_is_an_instant_and_says_so_if_its_zone_was_supplied(words: str, instant: str, precision: str, basis: str) -> None:
    assert interval(words) == (instant, instant, precision, basis)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("2025-08-18T22:05:00-04:00", "2025-08-18T22:05:00-04:00"),
        ("Tue, 19 Aug 2025 04:05:09 +0900", "2025-08-19T04:05:09+09:00"),
        ("18 August 2025, 14:05 GMT", "2025-08-18T14:05:00+00:00"),
        ("18.08.2025 14:05", "2025-08-18T14:05:00+00:00"),
    ],
)
def test_a_stated_time_keeps_its_zone_so_that_today_is_the_day_of_its_outlet(words: str, said: str) -> None:
    published = dated(words).published
    assert published.earliest
    assert published.earliest.isoformat() == said


@pytest.mark.parametrize(
    "words",
    ["2025-08-18", "18 August 2025", "Aug 18, 2025", "Aug. 18 2025", "18th of August 2025", "18.08.2025", "2025/08/18", "08/18/2025"],
)
def test_a_stated_day_is_that_whole_day(words: str) -> None:
    assert interval(words) == ("2025-08-18T00:00:00", "2025-08-18T23:59:59", "day", "absolute")


def test_a_day_without_a_year_is_the_latest_such_day_before_the_capture() -> None:
    assert interval("August 18")[0] == "2025-08-18T00:00:00"
    assert interval("24 December")[0] == "2024-12-24T00:00:00"
    assert interval("24 December")[3] == "inferred"


@pytest.mark.parametrize(
    ("words", "captured_at", "why"),
    [
        ("25 December 2025", NOON, "later than the capture"),
        ("20 August 2025, 13:00 GMT", NOON, "later than the capture"),
        ("10 hours ago", None, "capture whose time is not known"),
        ("yesterday", None, "capture whose time is not known"),
        ("18 August", None, "no year"),
        ("07/08/2025", NOON, "day and month or month and day"),
        ("30 February 2025", NOON, "no date of the calendar"),
        ("9999 years ago", NOON, "no date of the calendar"),
    ],
)
def test_what_cannot_be_dated_is_unknown_with_its_words_and_a_note(words: str, captured_at: datetime | None, why: str) -> None:
    made = dated(words, captured_at)
    assert (made.published.basis, made.published.earliest, made.published.latest) == ("unknown", None, None)
    assert made.published.raw == words
    assert why in made.notes[0]


def test_the_reading_that_lies_in_the_future_does_not_count_against_the_other() -> None:
    assert interval("08/09/2025")[0] == "2025-08-09T00:00:00"


def test_a_day_that_has_begun_farther_east_is_not_the_future_but_ends_at_the_capture() -> None:
    late = datetime(2025, 8, 19, 23, tzinfo=UTC)
    assert interval("20 August 2025", late)[:2] == ("2025-08-19T23:00:00", "2025-08-19T23:00:00")
    assert interval("19 August 2025", late)[:2] == ("2025-08-19T00:00:00", "2025-08-19T23:00:00")
    assert dated("21 August 2025", late).published.basis == "unknown"


@pytest.mark.parametrize("words", ["Article 5", "August", "3 million", "10:45 GMT", "the 19th century", "24/7", "1.2.3", "Channel 4", ""])
def test_words_that_tell_no_time_are_no_time(words: str) -> None:
    assert read_when(words) is None
