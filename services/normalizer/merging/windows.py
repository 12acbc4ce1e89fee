"""When a mention's event may have happened, as an interval of half days, and how exact that is.

A day is two halves, 2n and 2n + 1; a night runs from the second half of its evening to the first half of its morning. So the
night of the 18th to the 19th meets the 18th and the 19th, but not the night after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schemas.events import When

from .tables import Reach

EXACT, COARSE, OPEN = 0, 1, 2
COARSE_AFTER = 3  # days: a longer interval of unknown precision is a rough date


@dataclass(frozen=True, slots=True)
class Window:
    """Half days `first` to `last`, inclusive; `word` names the feature's value in the table."""

    first: int
    last: int
    grain: int
    word: str

    def meets(self, other: Window) -> bool:
        return self.first <= other.last and other.first <= self.last

    def weeks(self) -> range:
        return range(self.first // 14, self.last // 14 + 1)


def dated(when: When) -> Window | None:
    """The window of a date as told; None where the text gives none."""
    start, end = when.start or when.end, when.end or when.start
    if start is None or end is None:
        return None
    first, last = sorted((_day(start), _day(end)))
    if when.precision == "night" and first < last:
        return Window(2 * first + 1, 2 * last, EXACT, "exact")
    word = _word(when.precision, last - first)
    return Window(2 * first, 2 * last + 1, EXACT if word == "exact" else COARSE, word)


def assumed(window: Window, days: int) -> Window:
    """Of a date that no words tell, only the day of publication: the event may lie some days before it."""
    return Window(window.first - 2 * days, window.last, COARSE, "assumed")


def around(published: int, reach: Reach) -> Window:
    """The window of an event without a date, from the day of publication (proleptic ordinal)."""
    return Window(2 * (published - reach.before), 2 * (published + reach.after) + 1, OPEN, "open")


def widened(own: Window | None, reach: Window) -> Window:
    """Of what was postponed: both the date that it had and the dates that it may get."""
    first, last = (reach.first, reach.last) if own is None else (min(own.first, reach.first), max(own.last, reach.last))
    return Window(first, last, EXACT, "moved")


def _day(moment: str) -> int:
    return date.fromisoformat(moment[:10]).toordinal()


def _word(precision: str, days: int) -> str:
    if precision in {"week", "month", "year"}:
        return precision
    if precision == "unknown" and days > COARSE_AFTER:
        return "month"
    return "exact"
