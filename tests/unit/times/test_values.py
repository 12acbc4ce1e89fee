"""The type and TIMEX3 value of an expression, for a story published on Tuesday 2025-08-19; and what is no expression of time."""

from __future__ import annotations

import datetime as dt

import pytest

from services.normalizer.reading.times import Anchor, find_times

PUBLISHED = Anchor(dt.date(2025, 8, 19))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The truce held for three days.", [("three days", "DURATION", "P3D")]),
        ("A two-week truce took hold.", [("two-week", "DURATION", "P2W")]),
        ("It lasted two and a half years.", [("two and a half years", "DURATION", "P2Y6M")]),
        ("It lasted more than twenty-four hours.", [("more than twenty-four hours", "DURATION", "PT24H")]),
        ("It lasted for decades.", [("decades", "DURATION", "PXDE")]),
        ("It took several months.", [("several months", "DURATION", "PXM")]),
        ("Planes land every day.", [("every day", "SET", "P1D")]),
        ("Planes land each Thursday.", [("each Thursday", "SET", "XXXX-WXX-4")]),
        ("The council sits on Mondays.", [("Mondays", "SET", "XXXX-WXX-1")]),
        ("The council sits twice a week.", [("twice a week", "SET", "P1W")]),
        ("He is now in Geneva.", [("now", "DATE", "PRESENT_REF")]),
        ("He was recently in Geneva.", [("recently", "DATE", "PAST_REF")]),
        ("It will be rebuilt in the near future.", [("the near future", "DATE", "FUTURE_REF")]),
        ("It fell in the early 1990s.", [("the early 1990s", "DATE", "199X")]),
        ("It was built in the 19th century.", [("the 19th century", "DATE", "18XX")]),
        ("It was built in nineteen ninety-seven.", [("nineteen ninety-seven", "DATE", "1997")]),
        ("They met on Friday night.", [("Friday night", "TIME", "2025-08-15TNI")]),
        ("They met in winter 2023.", [("winter 2023", "DATE", "2023-WI")]),
        ("They signed in the first half of 2024.", [("the first half of 2024", "DATE", "2024-H1")]),
        ("They met between Monday and Tuesday.", [("Monday", "DATE", "2025-08-18"), ("Tuesday", "DATE", "2025-08-19")]),
    ],
)
def test_an_expression_has_this_type_and_value(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(t.text, t.type, t.value) for t in find_times(body, PUBLISHED)] == expected


@pytest.mark.parametrize(
    "body",
    [
        "They may march through the square.",
        "The Sunday Times said so.",
        "A four-year-old boy and his 41-year-old aunt fled.",
        "Some 2000 people fled, and $1995 was left.",
        "He came second, not first.",
        "Prices fall when springs run dry.",
        "On 30 February and 45 May nothing happened.",
        "Jan walked with Mark to the sun deck.",
        "The score was 3-2 in the end.",
        "The rate stood between 4.1104 and 4.2095.",
        "A recent poll said so.",
    ],
)
def test_words_that_only_look_like_time_are_left_alone(body: str) -> None:
    assert find_times(body, PUBLISHED) == ()


@pytest.mark.parametrize(
    ("body", "direction"),
    [
        ("They will meet on Friday.", "future"),
        ("They are due to meet on Friday.", "future"),
        ("Talks are to be held on Friday.", "future"),
        ("They met on Friday.", "past"),
        ("They had been expected to meet on Friday.", "past"),
        ("The United delegation: Friday.", "unknown"),
        ("They would return as soon as Friday.", "future"),
    ],
)
def test_the_nearest_verb_that_tells_gives_the_direction(body: str, direction: str) -> None:
    (expression,) = find_times(body, PUBLISHED)

    assert expression.direction == direction


def test_a_comparison_with_last_year_is_of_the_same_quarter() -> None:
    """As companies report: once a quarter is told, "a year earlier" is that quarter of the year before."""
    body = "Sales rose in the second quarter. They had fallen a year earlier."

    assert [t.value for t in find_times(body, PUBLISHED)] == ["2025-Q2", "2024-Q2"]


@pytest.mark.parametrize(("year", "day"), [(2024, "2024-03-31"), (2025, "2025-04-20"), (2038, "2038-04-25")])
def test_easter_falls_on_the_day_that_the_church_tables_give(year: int, day: str) -> None:
    (expression,) = find_times(f"They met on Easter Sunday {year}.", PUBLISHED)

    assert expression.value == day
