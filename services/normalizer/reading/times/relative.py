"""Dates counted from the anchor or from a date told before: "last Friday", "this month", "two weeks ago", "the next day"."""

# ruff: noqa: ARG001 - makers share one signature

from __future__ import annotations

import datetime as dt
from typing import get_args

from msgspec.structs import replace

from .calendar import DAY, Period, Unit, add_months, containing
from .context import UNDATED, Context, Made, Stretch, dated
from .dates import date
from .matcher import Found
from .weekdays import part_of

SPANS: dict[str, Unit] = {unit: unit for unit in get_args(Unit)}


def shifted(found: Found, context: Context) -> Made:
    """Such as "last week": Monday to Sunday of it. "this week" is Monday to the anchor, or what is left of it for what is to come."""
    unit = SPANS[str(found.one("SPAN") or "year")]
    if context.today is None:
        return dated(None, unit)
    here = containing(unit, context.today)
    shift = found.number("SHIFT") or 0
    if found.has("past") or found.has("coming"):
        shift = -1 if found.has("past") else 1
    if unit == "weekend" and shift <= 0:
        return dated(_weekend(context, here, shift, named=found.has("SHIFT")), unit, context.today)
    made = dated(here.shift(shift), unit, context.today)
    if unit == "week" and shift == 0 and found.has("SHIFT"):
        return replace(made, when=_this_week(here, context))
    return made


_SATURDAY = 6


def _weekend(context: Context, here: Period, shift: int, *, named: bool) -> Period:
    """Such as "the weekend" on a weekday is the last one, unless it is to come; so is "last weekend". "This weekend" is to come, unless the
    verb tells that it is over: "meet this weekend".
    """
    today = context.today or here.start
    if today.isoweekday() >= _SATURDAY:
        return here.shift(shift)
    to_come = context.ahead or (named and context.direction == "unknown")
    return here if to_come and shift == 0 else here.shift(-1)


def _this_week(here: Period, context: Context) -> Stretch:
    today = context.today or here.start
    return Stretch(today, here.end, "week") if context.ahead else Stretch(here.start, today, "week")


def week_of(found: Found, context: Context) -> Made | None:
    """Such as "the week of August 18", "the week ended August 22"."""
    day = date(found, context)
    return None if day is None or day.period is None else dated(containing("week", day.period.start), "week", context.today)


def counted(origin: dt.date, unit: str, count: float) -> Made:
    """So many units from a day: a date as exact as the unit. OverflowError or ValueError outside of the calendar."""
    if unit in ("second", "minute", "hour", "night"):
        hours = {"second": 0.0, "minute": count / 60, "hour": count, "night": count * 24}[unit]
        return dated(Period("day", origin + round(hours / 24) * DAY), "day", origin)
    if unit == "fortnight":
        unit, count = "week", count * 2
    if unit == "millennium":
        unit, count = "century", count * 10
    if count != int(count) and unit == "year":
        return dated(Period("month", add_months(origin.replace(day=1), round(count * 12))), "month", origin)
    if unit == "decade":
        return dated(containing("year", origin).shift(round(count * 10)), "year", origin)
    return dated(containing(SPANS[unit], origin).shift(round(count)), SPANS[unit], origin)


def count_of(found: Found) -> float | None:
    """The number told, "a" as one, "a couple" as two; None for "a few" and for a bare plural."""
    numbers = [float(value) for name, value in found.taken if name == "NUM"]
    if numbers:
        return numbers[0] + (0.5 if found.has("half") else 0)
    if found.has("VAGUE") or found.has("few") or found.has("several") or found.has("many") or found.has("some"):
        return None
    if found.has("couple"):
        return 2.0
    if found.has("half"):
        return 0.5 if not found.has("and") else 1.5
    return 1.0 if found.has("a") or found.has("an") else None


def _unit(found: Found) -> str:
    return str(found.one("UNIT") or found.one("UNITS"))


def _from(found: Found, origin: dt.date | None, sign: int) -> Made:
    count = count_of(found)
    vague = Made("DATE", "PAST_REF" if sign < 0 else "FUTURE_REF", UNDATED)
    if count is None or origin is None:
        return vague
    try:
        return counted(origin, _unit(found), sign * count)
    except (ValueError, OverflowError):
        return vague


def ago(found: Found, context: Context) -> Made:
    """Such as "three weeks ago": a date as exact as the unit. Once a quarter is told, "a year ago" is that quarter a year before."""
    if (same := _same_quarter_before(found, context)) is not None:
        return same
    return _from(found, context.today, -1)


def from_now(found: Found, context: Context) -> Made:
    return _from(found, context.today, 1)


def from_last(found: Found, context: Context) -> Made:
    """Such as "two days earlier", "a week later": counted from the date told last, else from the anchor."""
    sign = found.number("sign") or 1
    if sign < 0 and (same := _same_quarter_before(found, context)) is not None:
        return same
    unit = _unit(found)
    fine = unit in ("hour", "minute", "day", "night")
    origin = context.reference("day") if fine else context.last or context.reference("day")
    return _from(found, origin.start if origin else None, sign)


def _same_quarter_before(found: Found, context: Context) -> Made | None:
    if _unit(found) == "year" and count_of(found) == 1 and context.quarter is not None:
        return dated(context.quarter.shift(-4), "quarter", context.today)
    return None


def following(found: Found, context: Context) -> Made:
    """Such as "the next day", "that year", "the same night": counted from the date told last; undated where none was told."""
    part = found.one("PART")
    unit = SPANS.get(str(found.one("SPAN") or next((n for n, _ in found.taken if n in SPANS), "day")), "day")
    origin = context.reference(unit)
    shift = found.number("FOLLOW") or 0
    if origin is None:
        return dated(None, unit)
    made = part_of(dated(origin.shift(shift), unit, context.today), None if part is None else str(part))
    return made if context.last is not None or shift == 0 else replace(made, when=UNDATED)


def nth_day(found: Found, context: Context) -> Made:
    """Such as "on the third day" of something: the day that the sentence is about, which is the one told last, else the anchor's."""
    return dated(context.reference("day"), "day", context.today)
