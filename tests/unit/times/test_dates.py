"""What an expression means as an interval, for a story published on Tuesday 2025-08-19."""

from __future__ import annotations

import datetime as dt

import pytest

from services.normalizer.reading.times import Anchor, TimeExpression, find_times

PUBLISHED = Anchor(dt.date(2025, 8, 19))


def told(body: str, words: str) -> TimeExpression:
    """The expression found over, or around, these words of the text."""
    at = body.index(words)
    return next(t for t in find_times(body, PUBLISHED) if t.start < at + len(words) and at < t.end)


DAYS = [
    # weekdays: the verb decides which way
    ("The two ministers met on Tuesday.", "Tuesday", "2025-08-19", "2025-08-19", "day"),
    ("The two ministers met on Wednesday.", "Wednesday", "2025-08-13", "2025-08-13", "day"),
    ("The two ministers will meet on Wednesday.", "Wednesday", "2025-08-20", "2025-08-20", "day"),
    ("The allies will hold talks on Tuesday.", "Tuesday", "2025-08-19", "2025-08-19", "day"),
    ("Envoys are expected to meet on Friday.", "Friday", "2025-08-22", "2025-08-22", "day"),
    ("The sides agreed to hold another round on Friday.", "Friday", "2025-08-22", "2025-08-22", "day"),
    ("Another swap is scheduled for Friday.", "Friday", "2025-08-22", "2025-08-22", "day"),
    ("They said on Sunday that talks will resume on Friday.", "Sunday", "2025-08-17", "2025-08-17", "day"),
    ("They said on Sunday that talks will resume on Friday.", "Friday", "2025-08-22", "2025-08-22", "day"),
    ("On Thursday, the leaders will sit down in the capital.", "Thursday", "2025-08-21", "2025-08-21", "day"),
    ("He praised Monday's summit.", "Monday", "2025-08-18", "2025-08-18", "day"),
    ("Both arrived ahead of Thursday's talks.", "Thursday", "2025-08-21", "2025-08-21", "day"),
    ("They met last Friday.", "last Friday", "2025-08-15", "2025-08-15", "day"),
    ("They met last Tuesday.", "last Tuesday", "2025-08-12", "2025-08-12", "day"),
    ("They meet next Monday.", "next Monday", "2025-08-25", "2025-08-25", "day"),
    ("They will meet this Thursday.", "this Thursday", "2025-08-21", "2025-08-21", "day"),
    ("The port was hit early on Friday.", "Friday", "2025-08-15", "2025-08-15", "day"),
    ("The port was hit early Friday.", "Friday", "2025-08-15", "2025-08-15", "day"),
    ("The port was hit late on Sunday.", "Sunday", "2025-08-17", "2025-08-17", "day"),
    ("The port was hit in the early hours of Sunday.", "Sunday", "2025-08-17", "2025-08-17", "day"),
    ("They met on Monday of last week.", "Monday", "2025-08-11", "2025-08-11", "day"),
    # nights
    ("The port was hit on Monday night.", "Monday night", "2025-08-18", "2025-08-18", "night"),
    ("Drones struck the port overnight.", "overnight", "2025-08-18", "2025-08-19", "night"),
    ("Drones struck the port overnight into Sunday.", "overnight", "2025-08-16", "2025-08-17", "night"),
    ("Drones struck the port overnight on Saturday.", "overnight", "2025-08-15", "2025-08-16", "night"),
    ("Drones struck the port from Friday night into Saturday.", "Friday", "2025-08-15", "2025-08-16", "night"),
    ("Drones struck the port last night.", "last night", "2025-08-18", "2025-08-18", "night"),
    ("Drones struck the port overnight on Aug. 16-17.", "overnight", "2025-08-16", "2025-08-17", "night"),
    ("Drones struck the port overnight from Saturday to Sunday.", "overnight", "2025-08-16", "2025-08-17", "night"),
    ("Drones struck the port in the night from Saturday to Sunday.", "the night", "2025-08-16", "2025-08-17", "night"),
    ("Drones struck the port on the night of Aug. 16-17.", "the night", "2025-08-16", "2025-08-17", "night"),
    # today and around
    ("They spoke today.", "today", "2025-08-19", "2025-08-19", "day"),
    ("They spoke yesterday.", "yesterday", "2025-08-18", "2025-08-18", "day"),
    ("They will speak tomorrow.", "tomorrow", "2025-08-20", "2025-08-20", "day"),
    ("They will speak tonight.", "tonight", "2025-08-19", "2025-08-19", "night"),
    ("They spoke this morning.", "this morning", "2025-08-19", "2025-08-19", "day"),
    ("They spoke the day before yesterday.", "yesterday", "2025-08-17", "2025-08-17", "day"),
    # weeks, months, years
    ("They spoke this week.", "this week", "2025-08-18", "2025-08-19", "week"),
    ("They will speak this week.", "this week", "2025-08-19", "2025-08-24", "week"),
    ("They spoke last week.", "last week", "2025-08-11", "2025-08-17", "week"),
    ("They will speak next week.", "next week", "2025-08-25", "2025-08-31", "week"),
    ("They spoke over the weekend.", "weekend", "2025-08-16", "2025-08-17", "day"),
    ("It was the largest attack this month.", "this month", "2025-08-01", "2025-08-31", "month"),
    ("They spoke earlier this month.", "this month", "2025-08-01", "2025-08-31", "month"),
    ("They spoke last month.", "last month", "2025-07-01", "2025-07-31", "month"),
    ("They spoke in July.", "July", "2025-07-01", "2025-07-31", "month"),
    ("They had quarrelled in February.", "February", "2025-02-01", "2025-02-28", "month"),
    ("They spoke in May.", "May", "2025-05-01", "2025-05-31", "month"),
    ("She declined an invitation to meet him in May.", "May", "2025-05-01", "2025-05-31", "month"),
    ("They will gather in November.", "November", "2025-11-01", "2025-11-30", "month"),
    ("The truce collapsed in November.", "November", "2024-11-01", "2024-11-30", "month"),
    ("They spoke in late August.", "August", "2025-08-01", "2025-08-31", "month"),
    ("The invasion began in February 2022.", "February 2022", "2022-02-01", "2022-02-28", "month"),
    ("It has gone on since February 2022.", "February 2022", "2022-02-01", "2022-02-28", "month"),
    ("The round failed in 2008.", "2008", "2008-01-01", "2008-12-31", "year"),
    ("They spoke last year.", "last year", "2024-01-01", "2024-12-31", "year"),
    ("The wars of the 1990s were over.", "the 1990s", "1990-01-01", "1999-12-31", "year"),
    ("They met in the third quarter of 2024.", "quarter", "2024-07-01", "2024-09-30", "month"),
    ("They met last spring.", "spring", "2025-03-01", "2025-05-31", "month"),
    ("The truce is to end by the end of the summer.", "the summer", "2025-06-01", "2025-08-31", "month"),
    ("The troops will be home by year-end.", "year-end", "2025-12-31", "2025-12-31", "day"),
    ("The tax is lifted, effective Sept. 1.", "Sept. 1", "2025-09-01", "2025-09-01", "day"),
    ("The case is heard in October.", "October", "2025-10-01", "2025-10-31", "month"),
    ("Neither will comment, but the move follows Friday's appeal.", "Friday", "2025-08-15", "2025-08-15", "day"),
    # dates in full
    ("They met on 15 August.", "15 August", "2025-08-15", "2025-08-15", "day"),
    ("They met on Aug. 15, 2025.", "Aug. 15, 2025", "2025-08-15", "2025-08-15", "day"),
    ("They will meet on January 10.", "January 10", "2026-01-10", "2026-01-10", "day"),
    ("They met on December 30.", "December 30", "2024-12-30", "2024-12-30", "day"),
    ("They met on 2025-08-15 at noon.", "2025-08-15", "2025-08-15", "2025-08-15", "day"),
    ("They met on the 15th and left.", "the 15th", "2025-08-15", "2025-08-15", "day"),
    ("BERLIN, Aug 18 (Agency) - They met.", "Aug 18", "2025-08-18", "2025-08-18", "day"),
    ("They met on New Year's Eve.", "New Year", "2024-12-31", "2024-12-31", "day"),
    ("They met on 18/08/2025 and parted.", "18/08/2025", "2025-08-18", "2025-08-18", "day"),
    ("They met on 8-18-2025 and parted.", "8-18-2025", "2025-08-18", "2025-08-18", "day"),
    ("They met on Monday at 2030 GMT.", "2030 GMT", "2025-08-18T20:30Z", "2025-08-18T20:30Z", "minute"),
    ("They met at 9 p.m. ET on Monday.", "9 p.m. ET", "2025-08-18T21:00", "2025-08-18T21:00", "hour"),
    ("They met on Monday at 14:05 Moscow time.", "14:05 Moscow time", "2025-08-18T14:05", "2025-08-18T14:05", "minute"),
    ("They met on 18.08.2025 at noon.", "18.08.2025", "2025-08-18", "2025-08-18", "day"),
    ("They met in the afternoon of 5 June.", "5 June", "2025-06-05", "2025-06-05", "day"),
    ("They met later on Friday, he said.", "Friday", "2025-08-15", "2025-08-15", "day"),
    # counted from now
    ("They met a week ago.", "a week ago", "2025-08-11", "2025-08-17", "week"),
    ("They met two days ago.", "two days ago", "2025-08-17", "2025-08-17", "day"),
    ("They met three weeks ago.", "three weeks ago", "2025-07-28", "2025-08-03", "week"),
    ("Strikes over the past 48 hours killed ten.", "48 hours", "2025-08-17", "2025-08-19", "day"),
    # counted from what the text has told
    ("They met on 2 May. Two days earlier a dam had burst.", "Two days earlier", "2025-04-30", "2025-04-30", "day"),
    ("They met on 2 May. The next day a dam burst.", "The next day", "2025-05-03", "2025-05-03", "day"),
    ("They met on 2 May and parted two days later.", "two days later", "2025-05-04", "2025-05-04", "day"),
    ("They met on 2 May 2024. The following week a dam burst.", "following week", "2024-05-06", "2024-05-12", "week"),
    ("On Sunday, the third day of talks, they signed.", "the third day", "2025-08-17", "2025-08-17", "day"),
    ("They signed on the third day of talks.", "the third day", "2025-08-19", "2025-08-19", "day"),
]


@pytest.mark.parametrize(("body", "words", "start", "end", "precision"), DAYS, ids=lambda v: v if isinstance(v, str) else None)
def test_an_expression_means_these_days(body: str, words: str, start: str, end: str, precision: str) -> None:
    when = told(body, words).when

    assert when is not None
    assert (when.start, when.end, when.precision) == (start, end, precision)


@pytest.mark.parametrize(
    ("body", "words", "start", "end"),
    [
        ("They met from 3 to 5 May.", "3 to 5 May", "2025-05-03", "2025-05-05"),
        ("They met on May 3-5, 2024.", "May 3-5, 2024", "2024-05-03", "2024-05-05"),
        ("They met from Friday to Sunday.", "Friday", "2025-08-15", "2025-08-17"),
        ("They met between Friday and Sunday.", "Sunday", "2025-08-15", "2025-08-17"),
        ("They met from 3 May to 5 June.", "5 June", "2025-05-03", "2025-06-05"),
        ("They met on 2/3 May.", "2/3 May", "2025-05-02", "2025-05-03"),
        ("He ruled in 1994-98.", "1994-98", "1994-01-01", "1998-12-31"),
        ("He ruled from 1994 to 2000.", "1994", "1994-01-01", "2000-12-31"),
    ],
)
def test_both_ends_of_a_range_mean_the_whole_of_it(body: str, words: str, start: str, end: str) -> None:
    when = told(body, words).when

    assert when is not None
    assert (when.start, when.end) == (start, end)


@pytest.mark.parametrize(
    "words", ["in the coming weeks", "in the coming days", "in the next couple of weeks", "within the next few days", "within days"]
)
def test_what_is_told_to_come_but_not_dated_says_so(words: str) -> None:
    body = f"The three leaders will meet {words}."

    (expression,) = find_times(body, PUBLISHED)

    assert expression.when is not None
    assert (expression.when.start, expression.when.end, expression.when.precision) == (None, None, "unknown")
    assert expression.when.basis.expression == expression.text
    assert expression.direction == "future"


@pytest.mark.parametrize(
    ("body", "moment", "precision"),
    [
        ("Sirens sounded at 3 a.m. local time on Monday.", "2025-08-18T03:00", "hour"),
        ("Sirens sounded on Monday at 3:40 a.m.", "2025-08-18T03:40", "minute"),
        ("The raid began at 1430 GMT on Sunday.", "2025-08-17T14:30Z", "minute"),
        ("The raid began at 9 a.m. Tuesday.", "2025-08-19T09:00", "hour"),
        ("The raid began at noon on Sunday.", "2025-08-17T12:00", "hour"),
    ],
)
def test_an_hour_is_of_the_day_told_beside_it(body: str, moment: str, precision: str) -> None:
    hour = next(t for t in find_times(body, PUBLISHED) if t.type == "TIME")

    assert hour.when is not None
    assert (hour.when.start, hour.when.precision) == (moment, precision)


def test_the_basis_names_the_words_and_the_day_they_were_counted_from() -> None:
    when = told("They met last Friday.", "last Friday").when

    assert when is not None
    assert (when.basis.expression, when.basis.anchor) == ("last Friday", "2025-08-19")


def test_a_full_date_was_counted_from_nothing() -> None:
    when = told("They met on 3 May 2024.", "3 May 2024").when

    assert when is not None
    assert when.basis.anchor is None


@pytest.mark.parametrize(
    "words", ["on Tuesday", "yesterday", "last week", "in July", "on 3 May", "overnight", "two days ago", "this morning", "at 3 p.m."]
)
def test_without_an_anchor_nothing_relative_is_dated(words: str) -> None:
    (expression,) = find_times(f"They met {words}.", Anchor(None))

    assert expression.when is None or expression.when.start is None


def test_without_an_anchor_a_full_date_is_still_one() -> None:
    (expression,) = find_times("They met on 3 May 2024.", Anchor(None))

    assert expression.when is not None
    assert expression.when.start == "2024-05-03"


def test_the_following_day_of_something_undated_is_not_guessed() -> None:
    (expression,) = find_times("The following day, talks resumed.", PUBLISHED)

    assert expression.when is not None
    assert expression.when.start is None


@pytest.mark.parametrize(
    ("published", "body", "start"),
    [
        ("2025-11-05", "Trading began this summer.", "2025-06-01"),
        ("2026-01-20", "The grid failed twice this winter.", "2025-12-01"),
        ("2025-12-10", "The grid may fail this winter.", "2025-12-01"),
        ("2025-02-10", "Reserves were low at the end of the year.", "2024-12-31"),
    ],
)
def test_this_season_is_the_one_of_the_year_told_from(published: str, body: str, start: str) -> None:
    (found,) = find_times(body, Anchor(dt.date.fromisoformat(published)))

    assert found.when is not None
    assert found.when.start == start
