"""A bare weekday or month, turned to the side of publication that the status asks for."""

from __future__ import annotations

import calendar
import datetime as dt

from schemas.events import When
from services.normalizer.reading.grammar import words

FUTURE = frozenset({"proposed", "scheduled", "postponed"})
WEEK, YEAR = 7, 366
_MONTHS = frozenset(name.lower() for name in calendar.month_abbr if name)


def day_of(when: When | None) -> dt.date | None:
    """The first day of a time; None where there is none."""
    return dt.date.fromisoformat(when.start[:10]) if when and when.start else None


def moved(when: When, days: int) -> When:
    """The same interval, some days later."""

    def shift(moment: str | None) -> str | None:
        return (dt.date.fromisoformat(moment[:10]) + dt.timedelta(days)).isoformat() + moment[10:] if moment else None

    return when.model_copy(update={"start": shift(when.start), "end": shift(when.end)})


def fitted(when: When, text: str, status: str, published: dt.date | None) -> When:
    """A bare weekday, turned to the side of publication that the status asks for."""
    day = day_of(when)
    if day == published and text.lower() == "the night" and status not in FUTURE:
        return when.model_copy(update={"start": moved(when, -1).start})
    spoken = text.lower().split()[:1]
    if (
        day is not None
        and published is not None
        and when.precision == "month"
        and when.basis.anchor
        and spoken not in (["last"], ["this"], ["next"])
    ):
        return _year_fitted(when, day, status, published)
    if day is None or published is None or not any(text.lower().startswith(name) for name in words("weekdays")) or _names_month(text):
        return when
    if status in FUTURE | {"cancelled"} and day < published and (published - day).days < WEEK:
        return moved(when, WEEK)
    if status in {"occurred", "ongoing"} and day > published and (day - published).days < WEEK:
        return moved(when, -WEEK)
    return when


def _names_month(text: str) -> bool:
    """As in "Monday, Feb. 9, 2015": the weekday stands beside a date, which is what it is."""
    return any(word[:3] in _MONTHS for word in text.lower().split())


def _year_fitted(when: When, day: dt.date, status: str, published: dt.date) -> When:
    """A month without a year, turned to the side of publication that the status asks for."""
    last = dt.date.fromisoformat(when.end[:10]) if when.end else day
    if status in FUTURE and last < published and (published - last).days < YEAR:
        return _years(when, day, 1)
    if status in {"occurred", "ongoing"} and day > published:
        return _years(when, day, -1)
    return when


def _years(when: When, day: dt.date, years: int) -> When:
    """The same month of another year."""
    year = day.year + years
    last = calendar.monthrange(year, day.month)[1]
    return when.model_copy(update={"start": dt.date(year, day.month, 1).isoformat(), "end": dt.date(year, day.month, last).isoformat()})
