"""Which year's day is meant, when only day and month are told."""

from __future__ import annotations

import datetime as dt
from calendar import isleap

from .model import Direction

_FARTHEST = 300
"""Days: a date farther off than this on the verb's side is taken for the near one on the other."""


def nearest_day(month: int, day: int, today: dt.date, direction: Direction) -> dt.date:
    """The occurrence nearest to today; where the verb points one way, the one on that side unless it is far."""
    around = _around(month, day, today)
    side = [d for d in around if (d >= today if direction == "future" else d <= today)]
    nearest = _closest(around, today)
    if direction == "unknown" or not side:
        return nearest
    on_side = _closest(side, today)
    return on_side if abs((on_side - today).days) <= _FARTHEST else nearest


def shifted_day(month: int, day: int, today: dt.date, shift: int) -> dt.date:
    """The last such day before today (shift -1) or the next one after it (1)."""
    return _closest([d for d in _around(month, day, today) if (d - today).days * shift > 0], today)


def _closest(days: list[dt.date], today: dt.date) -> dt.date:
    return min(days, key=lambda d: abs((d - today).days))


def _around(month: int, day: int, today: dt.date) -> list[dt.date]:
    """That day of last year, this year and the next, where it exists; up to eight years off for 29 February."""
    leap = (month, day) == (2, 29)
    reach = range(-8, 9) if leap else range(-1, 2)
    years = [today.year + n for n in reach if dt.MINYEAR <= today.year + n <= dt.MAXYEAR]
    return [dt.date(year, month, day) for year in years if not leap or isleap(year)]
