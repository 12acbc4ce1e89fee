"""Dates by their names: calendar dates, months, years, decades, quarters, seasons and feasts."""

from __future__ import annotations

import datetime

from .calendar import DAY, Period, Unit, add_months, containing, month_of, year_of
from .context import UNDATED, Context, Made, dated
from .matcher import Found


def _year(found: Found, context: Context) -> int | None:
    """The year told: in full, in two digits (to 30: this century), or as "last year"."""
    year = found.number("YEAR") or found.number("YEARWORD")
    if year is not None:
        return year
    if found.has("year") and found.has("SHIFT") and context.today:
        return context.today.year + int(found.all("SHIFT")[0])
    return None


def full_year(number: int) -> int:
    """A year of two digits, as dates in news mean it: 00 to 49 are of this century."""
    return number if number > 99 else number + (2000 if number < 50 else 1900)


def _month(found: Found) -> int:
    return found.number("MONTH") or found.number("MAYISH") or found.number("ABBREVIATED") or 1


def date(found: Found, context: Context) -> Made | None:
    """ "August 18, 2025", "18 Aug"; without a year, the one that the text's direction and the anchor suggest. None for no such day."""
    days = [n for name, n in found.taken if name in ("DAY", "D1", "D2", "ORDDAY")]
    year = _year(found, context)
    if year is None and len(days) > 1:
        year = full_year(int(days[1]))
    month, day = _month(found), int(days[0])
    if year is not None:
        return dated(Period("day", datetime.date(year, month, day)), "day")
    datetime.date(2000, month, day)
    if context.today is None:
        return Made("DATE", f"XXXX-{month:02}-{day:02}", UNDATED)
    shift = found.number("SHIFT")
    if shift in (-1, 1):
        options = [d for d in _around(context.today, month, day) if (d - context.today).days * shift > 0]
        return dated(Period("day", options[0] if shift > 0 else options[-1]), "day", context.today)
    return dated(Period("day", _nearest(context, month, day)), "day", context.today)


def _nearest(context: Context, month: int, day: int) -> datetime.date:
    """The occurrence nearest to the anchor; where the verb points one way, the one on that side if it is within ten months."""
    assert context.today is not None  # noqa: S101 - the caller has looked
    around = _around(context.today, month, day)
    nearest = min(around, key=lambda d: abs((d - context.today).days))  # type: ignore[operator]
    side = [d for d in around if (d >= context.today if context.ahead else d <= context.today)]
    if context.direction == "unknown" or not side:
        return nearest
    closest = min(side, key=lambda d: abs((d - context.today).days))  # type: ignore[operator]
    return closest if abs((closest - context.today).days) <= 300 else nearest


def _around(today: datetime.date, month: int, day: int) -> list[datetime.date]:
    """That day of last year, this year and the next, where it exists; eight years either way for 29 February."""
    reach = (-8, -4, -3, -2, -1, 0, 1, 2, 3, 4, 8) if (month, day) == (2, 29) else (-1, 0, 1)
    return [datetime.date(today.year + n, month, day) for n in reach if _exists(today.year + n, month, day)]


def _exists(year: int, month: int, day: int) -> bool:
    return (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def numeric_date(found: Found, context: Context) -> Made | None:
    """ "2025-08-18", "8/18/25" (month first, as long as that gives a date) and "18/8/2025"."""
    a, b, c = (int(n) for name, n in found.taken if name in ("D1", "D2", "D4"))
    if found.rule.give["order"] == "ymd":
        return dated(Period("day", datetime.date(a, b, c)), "day")
    month, day = (a, b) if a <= 12 else (b, a)
    return dated(Period("day", datetime.date(full_year(c), month, day)), "day")


def day_of_month(found: Found, context: Context) -> Made | None:
    """ "the 18th": of the month told last, else of the anchor's, one month off where the verb points there."""
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


def month(found: Found, context: Context) -> Made | None:
    """ "July": the latest on or before the anchor, or the next one where the verb points ahead; "July 2025"; "last July"."""
    number, year = _month(found), _year(found, context)
    if year is not None:
        return dated(month_of(year, number), "month")
    if context.today is None:
        return Made("DATE", f"XXXX-{number:02}", UNDATED)
    here = context.today
    shift = found.number("SHIFT")
    if shift == -1:
        year = here.year - (number >= here.month)
    elif shift == 1 or (context.ahead and shift is None):
        year = here.year + (number < here.month if shift is None else number <= here.month)
    elif shift == 0:
        year = here.year
    else:
        year = here.year - (number > here.month)
        year += (number - here.month) % 12 <= (1 if context.direction == "past" else 2) and number != here.month
    return dated(month_of(year, number), "month", here)


def year(found: Found, context: Context) -> Made | None:
    number = _year(found, context)
    return dated(year_of(number), "year") if number else None


def fiscal_year(found: Found, context: Context) -> Made | None:
    """A fiscal year goes by its name: fiscal 2025 is 2025, though its days differ by country and firm."""
    number = _year(found, context)
    if number is None and context.today is not None:
        number = context.today.year + (found.number("SHIFT") or 0) - (1 if found.has("latest") else 0)
    return dated(year_of(number) if number else None, "year", context.today)


def decade(found: Found, context: Context) -> Made | None:
    """ "the 1990s", "the '90s", "the nineties": of the last hundred years where no century is told."""
    tens = found.number("DECADE") or found.number("TENS") or 0
    if tens < 10:
        tens += 190 if tens > 2 else 200
    return dated(containing("decade", datetime.date(tens * 10, 1, 1)), "decade")


def century(found: Found, context: Context) -> Made | None:
    """The 20th century is 19XX, as people count it."""
    number = found.number("ORD") or 0
    return dated(containing("century", datetime.date((number - 1) * 100, 1, 1)), "century") if 2 <= number <= 30 else None


_SEASON_MONTH = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def season(found: Found, context: Context) -> Made | None:
    """ "last summer", "the winter of 2023" (the one that starts in it), "in the spring"."""
    month = _SEASON_MONTH[str(found.one("SEASON") or found.one("FALLISH"))]
    year = _year(found, context)
    if year is not None:
        return dated(Period("season", datetime.date(year, month, 1)), "season")
    if context.today is None:
        return dated(None, "season")
    this = Period("season", datetime.date(context.today.year, month, 1))
    shift = found.number("SHIFT")
    if shift == -1 or (shift is None and not context.ahead):
        over = this.end < context.today if shift == -1 else this.start <= context.today
        this = this if over else this.shift(-4)
    elif this.end < context.today:
        this = this.shift(4)
    return dated(this, "season", context.today)


def half(found: Found, context: Context) -> Made | None:
    year = _year(found, context) or (context.today.year if context.today else None)
    if year is None:
        return dated(None, "half")
    return dated(Period("half", datetime.date(year, 1 if found.has("first") else 7, 1)), "half", context.today)


def quarter(found: Found, context: Context) -> Made | None:
    """ "the third quarter": of the year told, else the one that is nearest to the anchor; "year-ago" goes one year back."""
    number = found.number("ORD") or 0
    if not 1 <= number <= 4:
        return None
    year = _year(found, context)
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
    return Period("quarter", datetime.date(year, number * 3 - 2, 1))


def same_quarter(found: Found, context: Context) -> Made | None:
    """ "the quarter": the one told last, else the last one that is over."""
    year = found.number("YEAR")
    known = context.quarter
    if known is None and context.today is not None:
        known = containing("quarter", context.today).shift(0 if found.has("current") else -1)
    if year is not None and known is not None:
        known = known.shift(4 * (year - known.start.year))
    return dated(known, "quarter", context.today)


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


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _feast(rule: str, year: int) -> datetime.date:
    """ "12-25", "11-thu-4" (the fourth Thursday of November), "easter-2" (days from Easter Sunday)."""
    if rule.startswith("easter"):
        return easter(year) + int(rule.removeprefix("easter")) * DAY
    month, *rest = rule.split("-")
    first = datetime.date(year, int(month), 1)
    if len(rest) == 1:
        return first.replace(day=int(rest[0]))
    to_weekday = (_WEEKDAYS.index(rest[0]) - first.weekday()) % 7
    return first + (to_weekday + 7 * (int(rest[1]) - 1)) * DAY


def easter(year: int) -> datetime.date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of Nature, 1876, as in Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return datetime.date(year, month, day + 1)


UNITS: dict[str, Unit] = {
    "day": "day",
    "weekend": "weekend",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "decade": "decade",
    "century": "century",
}
