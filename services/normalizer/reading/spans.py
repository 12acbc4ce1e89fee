"""Which days a time takes up, and whether two share one."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from schemas.events import When


def days(when: When | None) -> tuple[dt.date, dt.date] | None:
    """First and last day; None where there is none."""
    return _between(when.start, when.end) if when is not None and when.start is not None else None


@lru_cache(maxsize=1024)
def _between(start: str, end: str | None) -> tuple[dt.date, dt.date]:
    first = dt.date.fromisoformat(start[:10])
    return first, dt.date.fromisoformat(end[:10]) if end else first


def same(one: When, other: When) -> bool:
    """Whether two times are the same day or night, or the same longer stretch."""
    exact = {"minute", "hour", "day", "night"}
    if one.precision in exact and other.precision in exact:
        return meet(one, other)
    return days(one) == days(other)


def meet(one: When | None, other: When | None) -> bool:
    """Whether two times share a day, or one of them is not known."""
    a, b = days(one), days(other)
    return a is None or b is None or (a[0] <= b[1] and b[0] <= a[1])


def narrows(one: When, other: When) -> bool:
    """Whether one is of a day among the days of the other: "on Saturday" of "over the weekend"."""
    here, there = days(one), days(other)
    if here is None or there is None or other.precision == "night":
        return False
    return here != there and here[0] == here[1] and there[0] <= here[0] <= there[1]
