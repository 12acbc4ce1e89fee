"""Hours: "3 a.m. local time", "1430 GMT", "14:30"; and their day, told beside them or before."""

from __future__ import annotations

from .context import Context, Made, Stretch
from .matcher import Found

_PARTS = {"morning": False, "afternoon": True, "evening": True}


def clock(found: Found, context: Context) -> Made | None:
    """An hour of the day told last, else of the anchor's. With a zone that fixes it, an instant. None for no such hour."""
    read = _hour_and_minute(found)
    if read is None:
        return None
    hour, minute = read
    time = f"T{hour:02}:{minute:02}"
    zone = found.one("ZONE")
    day = context.reference("day")
    if day is None:
        return Made("TIME", f"XXXX-XX-XX{time}")
    value = day.value() + time
    moment = f"{value}{'' if zone is None else str(zone).replace('+00:00', 'Z')}"
    if hour == 24:
        return Made("TIME", value, Stretch(day.start, day.end, "day"), day, context.today)
    exact = "minute" if found.has(":") or minute or found.has("D4") else "hour"
    return Made("TIME", value, Stretch(moment, moment, "hour" if exact == "hour" else "minute"), day, context.today)


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
