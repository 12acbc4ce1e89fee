"""Hours: "3 a.m. local time", "1430 GMT", "14:30"; and their day, told beside them or before."""

# ruff: noqa: PLR2004 - 12, 24 and 60 are the clock

from __future__ import annotations

import datetime as dt

from .calendar import Period
from .context import UNDATED, Context, Hour, Made, Stretch
from .matcher import Found

_PARTS = {"morning": False, "afternoon": True, "evening": True}


def clock(found: Found, context: Context) -> Made | None:
    """An hour of the day told last, else of the anchor's. With a zone that fixes it, an instant. None for no such hour."""
    read = _hour_and_minute(found)
    if read is None:
        return None
    exact = "minute" if found.has(":") or read[1] or found.has("D4") else "hour"
    zone = found.one("ZONE")
    hour = Hour(f"T{read[0]:02}:{read[1]:02}", "" if zone is None else str(zone).replace("+00:00", "Z"), exact == "hour")
    return at(hour, context.day_near(), context.today)


def part_of_day(found: Found, context: Context) -> Made:
    """Such as "the afternoon", "noon": of the day told last, else of the anchor's."""
    noon = found.one("NOON")
    part = found.one("PART") or found.one("LIGHT")
    hour = Hour(f"T{noon}", "", whole=True) if noon else Hour(f"T{part}", "", whole=True)
    return at(hour, context.day_near(), context.today)


def at(hour: Hour, day: Period | None, anchor: dt.date | None) -> Made:
    """That hour, or part, of that day."""
    if day is None:
        return Made("TIME", f"XXXX-XX-XX{hour.value}", UNDATED, hour=hour)
    value = day.value() + hour.value
    if hour.value[1:2].isdigit() and hour.value != "T24:00":
        when = Stretch(value + hour.zone, value + hour.zone, "hour" if hour.whole else "minute")
    else:
        when = Stretch(day.start, day.end, "night" if hour.value == "TNI" else "day")
    return Made("TIME", value, when, day, anchor, hour)


def _hour_and_minute(found: Found) -> tuple[int, int] | None:
    dotted = found.one("HOURDOT")
    if dotted is not None:
        hour, minute = map(int, str(dotted).split(":"))
    elif found.has("D4"):
        hour, minute = divmod(int(found.all("D4")[0]), 100)
    else:
        numbers = [int(value) for name, value in found.taken if name in ("D1", "D2", "WORDED")]
        hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    late = str(found.one("MERIDIEM") or ("PM" if found.has("pm") else "AM" if found.has("am") else ""))
    if late and not 1 <= hour <= 12:
        return None
    if late == "PM" or any(found.has(word) and afternoon for word, afternoon in _PARTS.items()):
        hour = hour + 12 if hour < 12 else hour
    elif late == "AM" and hour == 12:
        hour = 0
    return (hour, minute) if hour <= 24 and minute < 60 else None
