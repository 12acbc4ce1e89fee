"""Seasons and feasts."""

from __future__ import annotations

import datetime as dt

from .calendar import DAY, Period
from .context import Context, Made, dated
from .dates import told_year
from .matcher import Found

_SEASON_MONTH = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def season(found: Found, context: Context) -> Made | None:
    """Such as "last summer", "the winter of 2023" (the one that starts in it), "in the spring"."""
    month = _SEASON_MONTH[str(found.one("SEASON") or found.one("FALLISH"))]
    year = told_year(found, context)
    if year is not None:
        return dated(Period("season", dt.date(year, month, 1)), "season")
    if context.today is None:
        return dated(None, "season")
    this = Period("season", dt.date(context.today.year, month, 1))
    shift = found.number("SHIFT")
    if shift == -1 or (shift is None and not context.ahead):
        over = this.end < context.today if shift == -1 else this.start <= context.today
        this = this if over else this.shift(-4)
    elif shift == 0 and this.start > context.today and this.shift(-4).end >= context.today:
        this = this.shift(-4)  # "this winter" in January
    elif shift != 0 and this.end < context.today:
        this = this.shift(4)
    return dated(this, "season", context.today)


def feast(found: Found, context: Context) -> Made | None:
    """A feast of a year told, else the one nearest on the side that the verb points to."""
    year = found.number("YEAR")
    if year is not None:
        return dated(Period("day", _feast(str(found.rule.give["feast"]), year)), "day")
    if context.today is None:
        return dated(None, "day")
    days = [_feast(str(found.rule.give["feast"]), context.today.year + n) for n in (-1, 0, 1)]
    ahead = [d for d in days if d >= context.today]
    past = [d for d in days if d <= context.today]
    wants_ahead = found.number("SHIFT") == 1 or context.ahead
    return dated(Period("day", ahead[0] if wants_ahead else past[-1]), "day", context.today)


def year_end(found: Found, context: Context) -> Made | None:  # noqa: ARG001 - as every maker
    """The last day of the anchor's year; of the year before where a verb points back and this year's is far."""
    if context.today is None:
        return dated(None, "day")
    over = context.direction == "past" and context.today.month <= _JUST_OVER
    return dated(Period("day", dt.date(context.today.year - over, 12, 31)), "day", context.today)


_JUST_OVER = 3
"""Months into a year in which "at the end of the year" still means the last one."""


def _feast(rule: str, year: int) -> dt.date:
    """Such as "12-25", "11-thu-4" (the fourth Thursday of November), "easter-2" (days from Easter Sunday)."""
    if rule.startswith("easter"):
        return easter(year) + int(rule.removeprefix("easter")) * DAY
    month, *rest = rule.split("-")
    first = dt.date(year, int(month), 1)
    if len(rest) == 1:
        return first.replace(day=int(rest[0]))
    to_weekday = (_WEEKDAYS.index(rest[0]) - first.weekday()) % 7
    return first + (to_weekday + 7 * (int(rest[1]) - 1)) * DAY


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of Nature, 1876, as in Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)
