"""Stretches of the calendar: where they start and end, their neighbours, and their names in TIMEX3."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Literal

from schemas.base import Precision

Unit = Literal["day", "weekend", "week", "month", "quarter", "half", "season", "year", "decade", "century"]
DAY = datetime.timedelta(days=1)
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
_SEASONS = {3: "SP", 6: "SU", 9: "FA", 12: "WI"}


@dataclass(frozen=True, slots=True)
class Period:
    """One unit of the calendar, by its first day. Seasons are those of weather services: spring starts on 1 March."""

    unit: Unit
    start: datetime.date

    @property
    def end(self) -> datetime.date:
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
        year, month = self.start.year, self.start.month
        match self.unit:
            case "day":
                return self.start.isoformat()
            case "week" | "weekend":
                iso = self.start.isocalendar()
                return f"{iso.year:04}-W{iso.week:02}" + ("-WE" if self.unit == "weekend" else "")
            case "month":
                return f"{year:04}-{month:02}"
            case "quarter":
                return f"{year:04}-Q{(month + 2) // 3}"
            case "half":
                return f"{year:04}-H{(month + 5) // 6}"
            case "season":
                return f"{year:04}-{_SEASONS[month]}"
            case _:
                return _years(year, self.unit)


def _years(year: int, unit: Unit) -> str:
    return {"year": f"{year:04}", "decade": f"{year // 10:03}X", "century": f"{year // 100:02}XX"}[unit]


def add_months(day: datetime.date, n: int) -> datetime.date:
    """The same day n months on, or the last of that month where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return day.replace(year=years, month=month + 1, day=min(day.day, month_length(years, month + 1)))


def month_length(year: int, month: int) -> int:
    """Days of a month. ValueError outside of years 1 to 9999."""
    first = datetime.date(year, month, 1)
    return 31 if month == 12 else (first.replace(month=month + 1) - first).days


def containing(unit: Unit, day: datetime.date) -> Period:
    """The period of that unit that a day lies in; for weekends, the one of its Monday-to-Sunday week."""
    match unit:
        case "day":
            return Period(unit, day)
        case "week":
            return Period(unit, day - day.weekday() * DAY)
        case "weekend":
            return Period(unit, day + (5 - day.weekday()) * DAY)
        case "season":
            back = day.month % 3
            return Period(unit, add_months(day.replace(day=1), -back))
        case "decade":
            return Period(unit, datetime.date(max(1, day.year // 10 * 10), 1, 1))
        case "century":
            return Period(unit, datetime.date(max(1, day.year // 100 * 100), 1, 1))
        case _:
            size = _MONTHS[unit]
            return Period(unit, day.replace(month=(day.month - 1) // size * size + 1, day=1))


def month_of(year: int, month: int) -> Period:
    return Period("month", datetime.date(year, month, 1))


def year_of(year: int) -> Period:
    return Period("year", datetime.date(year, 1, 1))
