"""Lengths and repetitions: "two weeks", "the past three days", "every day"."""

from __future__ import annotations

import datetime
from dataclasses import replace

from .calendar import DAY, add_months
from .context import UNDATED, Context, Made, Stretch
from .matcher import Found
from .relative import count_of

_LETTERS = {
    "second": "PT{}S", "minute": "PT{}M", "hour": "PT{}H", "day": "P{}D", "night": "P{}D", "week": "P{}W", "fortnight": "P{}W", "weekend": "P{}WE",
    "month": "P{}M", "quarter": "P{}Q", "year": "P{}Y", "decade": "P{}Y", "century": "P{}Y", "millennium": "P{}Y",
}  # fmt: skip
_TIMES = {"fortnight": 2, "decade": 10, "century": 100, "millennium": 1000}
_VAGUE = {"decade": "PXDE", "century": "PXCE", "millennium": "PXML"}
_HALVES = {"year": "P{}Y6M", "hour": "PT{}H30M", "minute": "PT{}M30S", "day": "P{}DT12H"}


def period_value(unit: str, count: float | None) -> str:
    """The TIMEX3 value of a length: P3D, PT24H, P2Y6M, PXW where the number is not told."""
    if count is None:
        return _VAGUE.get(unit) or _LETTERS[unit].format("X")
    count *= _TIMES.get(unit, 1)
    if count != int(count):
        whole = _HALVES.get(unit)
        return (
            whole.format(int(count)).replace("P0Y", "P").replace("PT0H", "PT")
            if whole and count % 1 == 0.5
            else _LETTERS[unit].format(count)
        )
    return _LETTERS[unit].format(int(count))


def _unit(found: Found) -> str:
    named = found.one("UNIT") or found.one("UNITS") or found.one("QUARTERS") or found.one("SPAN")
    if named:
        return str(named)
    return next((name.removesuffix("long") for name, _ in found.taken if name.removesuffix("long") in _LETTERS), "day")


def _count(found: Found) -> float | None:
    count = count_of(found)
    if count is None and not any(found.has(n) for n in ("VAGUE", "UNITS", "number", "hundreds", "thousands", "dozens", "few", "several")):
        return 1.0
    return count


def length(found: Found, context: Context) -> Made:
    """ "three days", "a couple of years", "several months". What is coming is told to come, but not dated."""
    value = period_value(_unit(found), _count(found))
    return Made("DURATION", value, UNDATED if found.has("coming") else None)


def stretch(found: Found, context: Context) -> Made:
    """ "the past 48 hours" reaches back from the anchor's day; "the next few weeks" are told to come, not dated."""
    made = Made("DURATION", period_value(_unit(found), _count(found)))
    if any(found.has(word) for word in ("next", "coming", "ahead", "following")):
        return replace(made, when=UNDATED, anchor=context.today)
    count = _count(found)
    if count is None or context.today is None or not (found.has("past") or found.has("last")):
        return made
    start = _back(context.today, _unit(found), count)
    return made if start is None else replace(made, when=Stretch(start, context.today, "day"), anchor=context.today)


def _back(day: datetime.date, unit: str, count: float) -> datetime.date | None:
    days = {"hour": count / 24, "day": count, "night": count, "week": count * 7, "fortnight": count * 14}.get(unit)
    months = {"month": count, "quarter": count * 3, "year": count * 12, "decade": count * 120, "century": count * 1200}.get(unit)
    try:
        if days is not None:
            return day - round(days + 0.49) * DAY
        return None if months is None else add_months(day, -round(months))
    except (ValueError, OverflowError):
        return None


def set_of(found: Found, context: Context) -> Made:
    """ "every day" is P1D, "every Thursday" XXXX-WXX-4."""
    if fixed := found.one("SET"):
        return Made("SET", str(fixed))
    day = next((value for name, value in found.taken if name in ("WEEKDAY", "WEEKDAYS")), None)
    if day is not None:
        part = found.one("PART") or found.one("PARTS")
        return Made("SET", f"XXXX-WXX-{day}" + (f"T{part}" if part else ""))
    month = found.one("MONTH") or found.one("MAYISH") or found.one("ABBREVIATED")
    if month is not None:
        return Made("SET", f"XXXX-{int(month):02}")
    return Made("SET", period_value(_unit(found), _rate(found)))


def _rate(found: Found) -> float | None:
    if found.has("few"):
        return None
    if found.has("other"):
        return 2.0
    each = found.has("a") or found.has("per") or found.has("each")
    return float(found.one("ORD") or (1 if each else count_of(found)) or 1)


def literal(found: Found, context: Context) -> Made:
    """Words whose value the rule itself gives."""
    return Made(found.rule.give["type"], str(found.rule.give["value"]))
