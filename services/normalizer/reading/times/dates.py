"""Dates by their names: calendar dates, months, years, decades, quarters, seasons and feasts."""

# ruff: noqa: ARG001 - makers share one signature, whether they need the context or not

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from .calendar import Period, containing, month_of, year_of
from .context import UNDATED, Context, Made, Stretch, dated
from .matcher import Found
from .nearest import nearest_day, shifted_day


def told_year(found: Found, context: Context) -> int | None:
    """The year told: in full, in two digits (to 30: this century), or as "last year"."""
    year = found.number("YEAR") or found.number("YEARWORD")
    if year is not None:
        return year
    if found.has("year") and found.has("SHIFT") and context.today:
        return context.today.year + int(found.all("SHIFT")[0])
    return None


_CENTURY, _PIVOT = 100, 50
_MONTHS = range(1, 13)


def full_year(number: int) -> int:
    """A year of two digits, as dates in news mean it: 00 to 49 are of this century."""
    return number if number >= _CENTURY else number + (2000 if number < _PIVOT else 1900)


def month_number(found: Found) -> int:
    return found.number("MONTH") or found.number("MAYISH") or found.number("ABBREVIATED") or 1


def date(found: Found, context: Context) -> Made | None:
    """Such as "August 18, 2025", "18 Aug"; without a year, the one that the verb and the anchor suggest. ValueError for no such day."""
    day, *rest = _days(found)
    year = told_year(found, context)
    if year is None and rest:
        year = full_year(rest[0])
    return _dated(month_number(found), day, year, found.number("SHIFT"), context)


def days_of_month(found: Found, context: Context) -> Made | None:
    """Such as "May 3-5", "3 to 5 May 2024": means all of them, and has the value of the first."""
    first, last = _days(found)[:2]
    made = _dated(month_number(found), first, told_year(found, context), None, context)
    if made.period is None or last <= first:
        return made
    return replace(made, when=Stretch(made.period.start, made.period.start.replace(day=last), "day"))


def _days(found: Found) -> list[int]:
    return [int(n) for name, n in found.taken if name in ("DAY", "D1", "D2", "ORDDAY", "ORD")]


def _dated(month: int, day: int, year: int | None, shift: int | None, context: Context) -> Made:
    if year is not None:
        return dated(Period("day", dt.date(year, month, day)), "day")
    dt.date(2000, month, day)
    if context.today is None:
        return Made("DATE", f"XXXX-{month:02}-{day:02}", UNDATED)
    chosen = nearest_day(month, day, context.today, context.direction) if not shift else shifted_day(month, day, context.today, shift)
    return dated(Period("day", chosen), "day", context.today)


def numeric_date(found: Found, context: Context) -> Made | None:
    """Such as "2025-08-18", "8/18/25" (month first, where that gives a date), "18/8/2025"; "18.8.2025" has the day first."""
    parts = ":".join(str(n) for name, n in found.taken if name in ("D1", "D2", "D4", "HOURDOT"))
    a, b, c = map(int, parts.split(":"))
    if found.rule.give["order"] == "ymd":
        return dated(Period("day", dt.date(a, b, c)), "day")
    day_first = found.has("HOURDOT") or a > len(_MONTHS)
    month, day = (b, a) if day_first else (a, b)
    return dated(Period("day", dt.date(full_year(c), month, day)), "day")


def day_of_month(found: Found, context: Context) -> Made | None:
    """Such as "the 18th": of the month told last, else of the anchor's, one month off where the verb points there."""
    day = found.number("ORDDAY") or 1
    month = context.reference("month")
    if month is None:
        return Made("DATE", f"XXXX-XX-{day:02}", UNDATED)
    guess = month.start.replace(day=day)
    if context.last is None and context.today:
        if context.ahead and guess < context.today:
            guess = month.shift(1).start.replace(day=day)
        elif not context.ahead and guess > context.today:
            guess = month.shift(-1).start.replace(day=day)
    return dated(Period("day", guess), "day", context.today)


_FARTHEST_MONTH = 8
"""Months ahead that a bare name reaches: in August, "in May" is the last one whatever the verb, since the next would be called so."""


def month(found: Found, context: Context) -> Made | None:
    """Such as "July": the latest on or before the anchor, or the next one where the verb points ahead; "July 2025"; "last July"."""
    number, year = month_number(found), told_year(found, context)
    if year is not None:
        return dated(month_of(year, number), "month")
    if context.today is None:
        return Made("DATE", f"XXXX-{number:02}", UNDATED)
    here = context.today
    shift = found.number("SHIFT")
    if shift == -1:
        year = here.year - (number >= here.month)
    elif shift == 1:
        year = here.year + (number <= here.month)
    elif shift is None and context.ahead and (number - here.month) % 12 <= _FARTHEST_MONTH:
        year = here.year + (number < here.month)
    elif shift == 0:
        year = here.year
    else:
        year = here.year - (number > here.month)
        year += 0 < (number - here.month) % 12 <= (1 if context.direction == "past" else 2)
    return dated(month_of(year, number), "month", here)


def year(found: Found, context: Context) -> Made | None:
    number = told_year(found, context)
    return dated(year_of(number), "year") if number else None


def years(found: Found, context: Context) -> Made | None:
    """Such as "1980-88": means all of them, and has the value of the first. None where they do not follow."""
    first = found.number("YEAR") or 0
    last = int(found.taken[-1][1])
    last += first // _CENTURY * _CENTURY if last < _CENTURY else 0
    made = dated(year_of(first), "year")
    return replace(made, when=Stretch(dt.date(first, 1, 1), dt.date(last, 12, 31), "year")) if first < last else None


_THIS_CENTURY = 2
"""Tens: "the '20s" are of this century, "the '30s" of the last."""


def decade(found: Found, context: Context) -> Made | None:
    """Such as "the 1990s", "the '90s", "the nineties": of the last hundred years where no century is told."""
    tens = found.number("DECADE") or found.number("TENS") or 0
    if tens < _CENTURY // 10:
        tens += 190 if tens > _THIS_CENTURY else 200
    return dated(containing("decade", dt.date(tens * 10, 1, 1)), "decade")


_CENTURIES = range(2, 31)


def century(found: Found, context: Context) -> Made | None:
    """The 20th century is 19XX, as people count it."""
    number = found.number("ORD") or 0
    return dated(containing("century", dt.date((number - 1) * 100, 1, 1)), "century") if number in _CENTURIES else None
