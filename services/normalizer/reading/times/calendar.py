"""Stretches of the calendar: where they start and end, their neighbours, and their names in TIMEX3."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from schemas.base import Precision

Unit = Literal["day", "weekend", "week", "month", "quarter", "half", "season", "year", "decade", "century"]
DAY = dt.timedelta(days=1)
_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}
_DAYS: dict[Unit, int] = {"day": 1, "weekend": 7, "week": 7}
_PRECISION: dict[Unit, Precision] = {
    "day": "day",
    "weekend": "day",
    "week": "week",
    "month": "month",
    "quarter": "month",
    "season": "month",
}
_YEARS: dict[Unit, int] = {"decade": 10, "century": 100}
_SATURDAY = 5
_SEASONS = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}


class Period(Struct, frozen=True):
    """One unit of the calendar, by its first day. Seasons are those of weather services: spring starts on 1 March."""

    unit: Unit
    start: dt.date

    @property
    def end(self) -> dt.date:
        """The last day, inclusive."""
        return self.start + DAY if self.unit == "weekend" else self.shift(1).start - DAY

    @property
    def precision(self) -> Precision:
        return _PRECISION.get(self.unit, "year")

    def shift(self, n: int) -> Period:
        """The n-th period of this unit after (or before) this one. OverflowError or ValueError outside of years 1 to 9999."""
        if self.unit in _DAYS:
            return replace(self, start=self.start + n * _DAYS[self.unit] * DAY)
        return replace(self, start=add_months(self.start, n * _MONTHS[self.unit]))

    def value(self) -> str:
        """Its TIMEX3 value: 2025-08-18, 2025-W33, 2025-W33-WE, 2025-08, 2025-Q3, 2025-H2, 2025-SU, 2025, 202X, 20XX."""
        return _NAMES[self.unit](self.start)


def _week(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


_NAMES: dict[Unit, Callable[[dt.date], str]] = {
    "day": dt.date.isoformat,
    "week": _week,
    "weekend": lambda day: f"{_week(day)}-WE",
    "month": lambda day: f"{day.year:04}-{day.month:02}",
    "quarter": lambda day: f"{day.year:04}-Q{(day.month + 2) // 3}",
    "half": lambda day: f"{day.year:04}-H{(day.month + 5) // 6}",
    "season": lambda day: f"{day.year:04}-{_SEASONS[day.month]}",
    "year": lambda day: f"{day.year:04}",
    "decade": lambda day: f"{day.year // 10:03}X",
    "century": lambda day: f"{day.year // 100:02}XX",
}


def add_months(day: dt.date, n: int) -> dt.date:
    """The same day n months on, or the last of that month where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return day.replace(year=years, month=month + 1, day=min(day.day, month_length(years, month + 1)))


def month_length(year: int, month: int) -> int:
    """Days of a month, 1 to 12."""
    return monthrange(year, month)[1]


def containing(unit: Unit, day: dt.date) -> Period:
    """The period of that unit that a day lies in; for weekends, the one of its Monday-to-Sunday week."""
    if unit == "day":
        return Period(unit, day)
    if unit in _DAYS:
        return Period(unit, day + ((_SATURDAY if unit == "weekend" else 0) - day.weekday()) * DAY)
    if unit == "season":
        return Period(unit, add_months(day.replace(day=1), -(day.month % 3)))
    if unit in _YEARS:
        return Period(unit, dt.date(max(1, day.year // _YEARS[unit] * _YEARS[unit]), 1, 1))
    size = _MONTHS[unit]
    return Period(unit, day.replace(month=(day.month - 1) // size * size + 1, day=1))


def month_of(year: int, month: int) -> Period:
    return Period("month", dt.date(year, month, 1))


def year_of(year: int) -> Period:
    return Period("year", dt.date(year, 1, 1))
