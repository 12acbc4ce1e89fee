"""What a maker of values may know beside the words themselves, and what it answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from msgspec import Struct

from schemas.base import Precision

from .calendar import Period, Unit, containing
from .model import Direction, TimeType


class Stretch(Struct, frozen=True):
    """An interval meant, inclusive; both ends None for what is told to come and not dated."""

    start: dt.date | str | None
    end: dt.date | str | None
    precision: Precision


UNDATED = Stretch(None, None, "unknown")


class Hour(Struct, frozen=True):
    """An hour or a part of a day, still without its day: "T15:00", "TAF"; `whole` where no minutes are told."""

    value: str
    zone: str
    whole: bool


class Made(Struct, frozen=True):
    """A value in TIMEX3 terms, what it means as an interval, and the period that later words may count from."""

    type: TimeType
    value: str
    when: Stretch | None = None
    period: Period | None = None
    anchor: dt.date | None = None
    hour: Hour | None = None


_SENTENCE = 30
"""Tokens."""


@dataclass(slots=True)
class Context:
    """One article's state while its expressions are resolved from first to last.

    `today` is the anchor. `last` is the period told last, `quarter` the quarter told last; `direction` and `at`, its
    first token, belong to the expression in hand; `day_at` is where a day was told last.
    """

    today: dt.date | None
    direction: Direction = "unknown"
    last: Period | None = None
    quarter: Period | None = None
    recent: dict[Unit, Period] = field(default_factory=dict)
    at: int = 0
    day_at: int = -1000

    @property
    def ahead(self) -> bool:
        return self.direction == "future"

    def told(self, period: Period) -> None:
        """Remember a period that the text has named."""
        self.last = period
        self.recent[period.unit] = period
        if period.unit == "day":
            self.day_at = self.at

    def day_near(self) -> Period | None:
        """The day that an hour is of: the one told within a sentence's length before it, else the anchor."""
        if self.at - self.day_at <= _SENTENCE and "day" in self.recent:
            return self.recent["day"]
        return None if self.today is None else containing("day", self.today)

    def reference(self, unit: Unit) -> Period | None:
        """The period of that unit that "the next" and "earlier" count from: the one told last, else the anchor's."""
        if self.last is not None and (unit == "day") <= (self.last.unit == "day"):
            return containing(unit, self.last.start)
        if unit in self.recent:
            return self.recent[unit]
        return None if self.today is None else containing(unit, self.today)


_WILD = {
    "day": "XXXX-XX-XX",
    "week": "XXXX-WXX",
    "weekend": "XXXX-WXX-WE",
    "month": "XXXX-XX",
    "quarter": "XXXX-QX",
    "half": "XXXX-HX",
    "season": "XXXX-XX",
}


def dated(period: Period | None, unit: Unit, anchor: dt.date | None = None) -> Made:
    """A date; without a period, the wild card of its unit, which says that a date was told and could not be resolved."""
    if period is None:
        return Made("DATE", _WILD.get(unit, "XXXX"), UNDATED)
    return Made("DATE", period.value(), Stretch(period.start, period.end, period.precision), period, anchor)
