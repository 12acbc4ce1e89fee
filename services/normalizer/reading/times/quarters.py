"""The parts of a year that reports go by: fiscal years, halves, quarters, and the same period a year before."""

from __future__ import annotations

import datetime as dt

from .calendar import Period, add_months, containing, year_of
from .context import UNDATED, Context, Made, dated
from .dates import told_year
from .matcher import Found


def fiscal_year(found: Found, context: Context) -> Made | None:
    """A fiscal year goes by its name: fiscal 2025 is 2025, though its days differ by country and firm."""
    number = told_year(found, context)
    if number is None and context.today is not None:
        number = context.today.year + (found.number("SHIFT") or 0) - (1 if found.has("latest") else 0)
    return dated(year_of(number) if number else None, "year", context.today)


def half(found: Found, context: Context) -> Made | None:
    year = told_year(found, context) or (context.today.year if context.today else None)
    if year is None:
        return dated(None, "half")
    return dated(Period("half", dt.date(year, 1 if found.has("first") else 7, 1)), "half", context.today)


def quarter(found: Found, context: Context) -> Made | None:
    """Such as "the third quarter": of the year told, else the one that is nearest to the anchor; "year-ago" goes one year back."""
    number = found.number("ORD") or 0
    if number not in (1, 2, 3, 4):
        return None
    year = told_year(found, context)
    if year is not None:
        return dated(_quarter(year, number), "quarter")
    if context.today is None:
        return Made("DATE", f"XXXX-Q{number}", UNDATED)
    this = _quarter(context.today.year, number)
    if context.ahead and this.end < add_months(context.today, -6):
        this = this.shift(4)
    elif this.start > context.today and not (context.ahead or this.shift(-4).end < add_months(context.today, -5)):
        this = this.shift(-4)
    return dated(this.shift(-4) if found.has("ago") or found.has("earlier") else this, "quarter", context.today)


def _quarter(year: int, number: int) -> Period:
    return Period("quarter", dt.date(year, number * 3 - 2, 1))


def same_quarter(found: Found, context: Context) -> Made | None:
    """Such as "the quarter": the one told last, else the last one that is over."""
    year = found.number("YEAR")
    known = context.quarter
    if known is None and context.today is not None:
        known = containing("quarter", context.today).shift(0 if found.has("current") else -1)
    if year is not None and known is not None:
        known = known.shift(4 * (year - known.start.year))
    return dated(known, "quarter", context.today)


def year_ago(found: Found, context: Context) -> Made:
    """Such as "the year-earlier period": the period under report, a year before."""
    if context.quarter is not None:
        told = found.number("YEAR")
        back = 1 if told is None else context.quarter.start.year - told
        return dated(context.quarter.shift(-4 * back), "quarter", context.today)
    if context.today is None:
        return dated(None, "year")
    return dated(containing("year", context.today).shift(-1), "year", context.today)
