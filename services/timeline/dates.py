"""When something happened, for people: "18 Aug 2025", "night 18–19 Aug 2025", "Jul 2025", "undated (in the coming weeks)"."""

from __future__ import annotations

from datetime import date

from schemas.events import When
from services.timeline.words import words

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = len("2025-08-18")


def when_text(when: When) -> str:
    """A date as exact as it is known; undated events say what the text said."""
    first, last = _day(when.start), _day(when.end)
    if not first and not last:
        expression = when.basis.expression
        return f"{words().undated} ({expression})" if expression else words().undated
    if not first or not last:
        return _open_ended(when, first, last)
    return words().when.get(when.precision, "") + _period(when, first, last)


def _open_ended(when: When, first: date | None, last: date | None) -> str:
    if when.precision != "unknown":
        known = first or last or date.min
        return words().when.get(when.precision, "") + _period(when, known, known)
    return f"from {_full(first)}" if first else f"until {_full(last or date.min)}"


def _period(when: When, first: date, last: date) -> str:
    if when.precision == "year":
        return _range(str(first.year), str(last.year))
    if when.precision == "month":
        return _between(f"{_month(first)} {first.year}", f"{_month(last)} {last.year}", _month(first), same_year=first.year == last.year)
    if when.precision in {"hour", "minute"} and first == last:
        return f"{_full(first)}{_time(when.start)}"
    return _days(first, last)


def _days(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return _full(first) if first == last else f"{first.day}–{_full(last)}"
    return _between(_full(first), _full(last), f"{first.day} {_month(first)}", same_year=first.year == last.year)


def _between(first: str, last: str, short: str, *, same_year: bool) -> str:
    """The year once, where both have the same."""
    if first == last:
        return first
    return f"{short if same_year else first} – {last}"


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _time(moment: str | None) -> str:
    return f" {moment[_DAY + 1 : _DAY + 6]}" if moment and len(moment) > _DAY else ""


def _full(day: date) -> str:
    return f"{day.day} {_month(day)} {day.year}"


def _month(day: date) -> str:
    """English in any locale: `strftime` would follow the machine's."""
    return _MONTHS[day.month - 1]


def _day(moment: str | None) -> date | None:
    return date.fromisoformat(moment[:_DAY]) if moment else None
