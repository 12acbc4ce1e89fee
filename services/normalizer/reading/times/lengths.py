"""Lengths and repetitions: "two weeks", "the past three days", "every day"."""

# ruff: noqa: ARG001 - makers share one signature, whether they need the context or not

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from msgspec.structs import replace

from .calendar import DAY, add_months
from .context import UNDATED, Context, Made, Stretch
from .lexicon import load
from .matcher import Found
from .relative import count_of

_HALF = 0.5


@cache
def _units() -> dict[str, dict[str, Any]]:
    """`units.yaml`: unit → TIMEX3 template, by what is told of the number."""
    units: dict[str, dict[str, Any]] = load("units.yaml")
    return units


def period_value(unit: str, count: float | None) -> str:
    """The TIMEX3 value of a length: P3D, PT24H, P2Y6M, PXW where the number is not told."""
    units = _units()
    template: str = units["length"][unit]
    if count is None:
        return str(units["vague"].get(unit) or template.format("X"))
    count *= units["times"].get(unit, 1)
    if count % 1 == _HALF and unit in units["halves"]:
        return str(units["halves"][unit].format(int(count))).replace("P0Y", "P").replace("PT0H", "PT").replace("P0D", "P")
    return template.format(int(count) if count == int(count) else count)


def _unit(found: Found) -> str:
    named = found.one("UNIT") or found.one("UNITS") or found.one("QUARTERS") or found.one("SPAN")
    if named:
        return str(named)
    return next((name.removesuffix("long") for name, _ in found.taken if name.removesuffix("long") in _units()["length"]), "day")


def _count(found: Found) -> float | None:
    count = count_of(found)
    if count is None and not any(found.has(n) for n in ("VAGUE", "UNITS", "number", "hundreds", "thousands", "dozens", "few", "several")):
        return 1.0
    return count


def length(found: Found, context: Context) -> Made:
    """Such as "three days", "a couple of years", "several months". What is coming is told to come, but not dated."""
    value = period_value(_unit(found), _count(found))
    return Made("DURATION", value, UNDATED if found.has("coming") else None)


def due(found: Found, context: Context) -> Made:
    """Such as "within days", "in two weeks' time": to come but not dated, where the verb points ahead; else a length."""
    made = length(found, context)
    return replace(made, when=UNDATED, anchor=context.today) if context.ahead else made


def stretch(found: Found, context: Context) -> Made:
    """Such as "the past 48 hours" reaches back from the anchor's day; "the next few weeks" are told to come, not dated."""
    made = Made("DURATION", period_value(_unit(found), _count(found)))
    if any(found.has(word) for word in ("next", "coming", "ahead", "following")):
        return replace(made, when=UNDATED, anchor=context.today)
    count = _count(found)
    if count is None or context.today is None or not (found.has("past") or found.has("last")):
        return made
    start = _back(context.today, _unit(found), count)
    return made if start is None else replace(made, when=Stretch(start, context.today, "day"), anchor=context.today)


def _back(day: dt.date, unit: str, count: float) -> dt.date | None:
    days = {"hour": count / 24, "day": count, "night": count, "week": count * 7, "fortnight": count * 14}.get(unit)
    months = {"month": count, "quarter": count * 3, "year": count * 12, "decade": count * 120, "century": count * 1200}.get(unit)
    try:
        if days is not None:
            return day - round(days + 0.49) * DAY
        return None if months is None else add_months(day, -round(months))
    except (ValueError, OverflowError):
        return None


def set_of(found: Found, context: Context) -> Made:
    """Such as "every day" is P1D, "every Thursday" XXXX-WXX-4."""
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


def nothing(found: Found, context: Context) -> None:
    """For words that look like an expression of time and are none, such as ages."""
