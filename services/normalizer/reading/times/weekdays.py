"""Days named from the anchor: days of the week, today and its neighbours, nights and small hours."""

from __future__ import annotations

import datetime as dt

from msgspec.structs import replace

from .calendar import DAY, Period, containing
from .context import UNDATED, Context, Made, Stretch, dated
from .dates import month_number
from .matcher import Found
from .nearest import nearest_day


def _on(day: dt.date, context: Context) -> Made:
    return dated(Period("day", day), "day", context.today)


def part_of(made: Made, part: str | None) -> Made:
    """The morning, evening or night of a day: the same day for the calendar, another value and type."""
    if part is None:
        return made
    value = f"{made.value}T{part}"
    when = replace(made.when, precision="night") if made.when and part == "NI" and made.when.start else made.when
    return replace(made, type="TIME", value=value, when=when)


def _part(found: Found) -> str | None:
    part = found.one("PART") or found.one("LIGHT") or found.one("NOON")
    return None if part is None else str(part)


def _weekday(found: Found) -> int:
    return int(next(value for name, value in found.taken if name == "WEEKDAY"))


def nearest_weekday(today: dt.date, weekday: int, *, ahead: bool) -> dt.date:
    """The latest such day on or before today, or the first on or after it (ISO weekdays: Monday is 1)."""
    gap = (weekday - today.isoweekday()) % 7 if ahead else -((today.isoweekday() - weekday) % 7)
    return today + gap * DAY


def weekday(found: Found, context: Context) -> Made:
    """Such as "Tuesday", which is today on a Tuesday, as "last Tuesday" never is; "the previous Friday" counts from the date told last."""
    number = _weekday(found)
    if context.today is None:
        return part_of(Made("DATE", f"XXXX-WXX-{number}", UNDATED), _part(found))
    shift = found.number("SHIFT")
    if found.has("past") or found.has("coming"):
        shift = -1 if found.has("past") else 1
    day = _shifted_weekday(context, number, shift)
    if found.has("previous") or found.has("following"):
        origin = context.last.start if context.last and context.last.unit == "day" else context.today
        day = nearest_weekday(origin + (DAY if found.has("following") else -DAY), number, ahead=found.has("following"))
    return part_of(_on(day, context), _part(found))


def _shifted_weekday(context: Context, number: int, shift: int | None) -> dt.date:
    today = context.today or dt.date.min
    if shift == -1:
        return nearest_weekday(today - DAY, number, ahead=False)
    if shift == 1:
        return nearest_weekday(today + DAY, number, ahead=True)
    return nearest_weekday(today, number, ahead=context.ahead)


def weekday_of_week(found: Found, context: Context) -> Made:
    """Such as "Monday of last week"."""
    if context.today is None:
        return dated(None, "day")
    monday = containing("week", context.today).shift(found.number("SHIFT") or 0).start
    return part_of(_on(monday + (_weekday(found) - 1) * DAY, context), _part(found))


def weekday_week(found: Found, context: Context) -> Made:
    """Such as "a week from Friday", "a week ago Friday"."""
    if context.today is None:
        return dated(None, "day")
    ahead = found.has("from")
    return _on(nearest_weekday(context.today, _weekday(found), ahead=ahead) + (7 if ahead else -7) * DAY, context)


def beside_weekday(found: Found, context: Context) -> Made:
    """Such as "the day before last Friday"."""
    if context.today is None:
        return dated(None, "day")
    day = _shifted_weekday(context, _weekday(found), found.number("SHIFT"))
    return _on(day + (DAY if found.has("after") else -DAY), context)


def night(evening: dt.date, context: Context) -> Made:
    """A night, from the evening's date to the morning's."""
    when = Stretch(evening, evening + DAY, "night")
    return Made("TIME", f"{evening.isoformat()}TNI", when, Period("day", evening + DAY), context.today)


def night_into(found: Found, context: Context) -> Made:
    """Such as "Friday night into Saturday"."""
    if context.today is None:
        return part_of(dated(None, "day"), "NI")
    return night(nearest_weekday(context.today, _weekday(found), ahead=context.ahead), context)


def overnight(found: Found, context: Context) -> Made:
    """Such as "overnight", the night that ends on the anchor's day; "overnight into Saturday" ends on that day."""
    if context.today is None:
        return part_of(dated(None, "day"), "NI")
    morning = context.today
    days = [int(n) for name, n in found.taken if name in ("DAY", "D1", "D2")]
    if days:
        morning = nearest_day(month_number(found), days[-1], context.today, context.direction)
    elif found.has("WEEKDAY"):
        morning = nearest_weekday(context.today, _weekday(found), ahead=context.ahead)
    elif context.ahead:
        morning += DAY
    return night(morning - DAY, context)


def deictic(found: Found, context: Context) -> Made:
    """Such as "today", "yesterday morning", "tonight", "the day after tomorrow"."""
    if context.today is None:
        return part_of(dated(None, "day"), _part(found))
    return part_of(_on(context.today + (found.number("DEICTIC") or 0) * DAY, context), _part(found))


def small_hours(found: Found, context: Context) -> Made:
    """Such as "the early hours of Sunday": the morning of that day."""
    if found.has("WEEKDAY"):
        if context.today is None:
            return part_of(dated(None, "day"), "MO")
        return part_of(_on(nearest_weekday(context.today, _weekday(found), ahead=context.ahead), context), "MO")
    if found.has("DEICTIC"):
        return part_of(deictic(found, context), "MO")
    return part_of(dated(context.reference("day"), "day", context.today), "MO")
