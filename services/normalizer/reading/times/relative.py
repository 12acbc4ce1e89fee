"""Dates counted from the anchor or from a date told before: "last Friday", "this month", "two weeks ago", "the next day"."""

from __future__ import annotations

import datetime
from dataclasses import replace

from .calendar import DAY, Period, Unit, add_months, containing
from .context import UNDATED, Context, Made, Stretch, dated
from .matcher import Found

SPANS: dict[str, Unit] = {
    "day": "day", "weekend": "weekend", "week": "week", "month": "month", "quarter": "quarter", "year": "year", "decade": "decade", "century": "century",
}  # fmt: skip


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


def _on(day: datetime.date, context: Context) -> Made:
    return dated(Period("day", day), "day", context.today)


def _weekday(found: Found) -> int:
    return int(next(value for name, value in found.taken if name == "WEEKDAY"))


def nearest_weekday(today: datetime.date, weekday: int, *, ahead: bool) -> datetime.date:
    """The latest such day on or before today, or the first on or after it (ISO weekdays: Monday is 1)."""
    gap = (weekday - today.isoweekday()) % 7 if ahead else -((today.isoweekday() - weekday) % 7)
    return today + gap * DAY


def weekday(found: Found, context: Context) -> Made:
    """ "Tuesday" is today on a Tuesday; "last Tuesday" and "next Tuesday" never are. "the previous Friday" counts from the date told last."""
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


def _shifted_weekday(context: Context, number: int, shift: int | None) -> datetime.date:
    today = context.today or datetime.date.min
    if shift == -1:
        return nearest_weekday(today - DAY, number, ahead=False)
    if shift == 1:
        return nearest_weekday(today + DAY, number, ahead=True)
    return nearest_weekday(today, number, ahead=context.ahead)


def weekday_of_week(found: Found, context: Context) -> Made:
    """ "Monday of last week"."""
    if context.today is None:
        return dated(None, "day")
    monday = containing("week", context.today).shift(found.number("SHIFT") or 0).start
    return part_of(_on(monday + (_weekday(found) - 1) * DAY, context), _part(found))


def weekday_week(found: Found, context: Context) -> Made:
    """ "a week from Friday", "a week ago Friday"."""
    if context.today is None:
        return dated(None, "day")
    ahead = found.has("from")
    return _on(nearest_weekday(context.today, _weekday(found), ahead=ahead) + (7 if ahead else -7) * DAY, context)


def beside_weekday(found: Found, context: Context) -> Made:
    """ "the day before last Friday"."""
    if context.today is None:
        return dated(None, "day")
    day = _shifted_weekday(context, _weekday(found), found.number("SHIFT"))
    return _on(day + (DAY if found.has("after") else -DAY), context)


def night(evening: datetime.date, context: Context) -> Made:
    """A night, from the evening's date to the morning's."""
    when = Stretch(evening, evening + DAY, "night")
    return Made("TIME", f"{evening.isoformat()}TNI", when, Period("day", evening + DAY), context.today)


def night_into(found: Found, context: Context) -> Made:
    """ "Friday night into Saturday"."""
    if context.today is None:
        return part_of(dated(None, "day"), "NI")
    return night(nearest_weekday(context.today, _weekday(found), ahead=context.ahead), context)


def overnight(found: Found, context: Context) -> Made:
    """ "overnight": the night that ends on the anchor's day; "overnight into Saturday": the one that ends on that day."""
    if context.today is None:
        return part_of(dated(None, "day"), "NI")
    morning = context.today
    if found.has("WEEKDAY"):
        morning = nearest_weekday(context.today, _weekday(found), ahead=context.ahead)
    elif context.ahead:
        morning += DAY
    return night(morning - DAY, context)


def deictic(found: Found, context: Context) -> Made:
    """ "today", "yesterday morning", "tonight", "the day after tomorrow"."""
    if context.today is None:
        return part_of(dated(None, "day"), _part(found))
    return part_of(_on(context.today + (found.number("DEICTIC") or 0) * DAY, context), _part(found))


def small_hours(found: Found, context: Context) -> Made:
    """ "the early hours of Sunday": the morning of that day."""
    if found.has("WEEKDAY"):
        if context.today is None:
            return part_of(dated(None, "day"), "MO")
        return part_of(_on(nearest_weekday(context.today, _weekday(found), ahead=context.ahead), context), "MO")
    if found.has("DEICTIC"):
        return part_of(deictic(found, context), "MO")
    return part_of(dated(context.reference("day"), "day", context.today), "MO")


def shifted(found: Found, context: Context) -> Made:
    """ "last week" is Monday to Sunday of it; "this week" runs from Monday to the anchor, or from the anchor to Sunday where it is to come."""
    unit = SPANS[str(found.one("SPAN") or "year")]
    if context.today is None:
        return dated(None, unit)
    here = containing(unit, context.today)
    shift = found.number("SHIFT") or 0
    if found.has("past") or found.has("coming"):
        shift = -1 if found.has("past") else 1
    if unit == "weekend" and shift <= 0:
        return dated(_weekend(context, here, shift), unit, context.today)
    made = dated(here.shift(shift), unit, context.today)
    if unit == "week" and shift == 0 and found.has("this"):
        return replace(made, when=_this_week(here, context))
    return made


def _weekend(context: Context, here: Period, shift: int) -> Period:
    """ "the weekend" on a weekday is the last one, unless it is to come; so is "last weekend"."""
    today = context.today or here.start
    if today.isoweekday() >= 6:
        return here.shift(shift)
    return here if context.ahead and shift == 0 else here.shift(-1)


def _this_week(here: Period, context: Context) -> Stretch:
    today = context.today or here.start
    return Stretch(today, here.end, "week") if context.ahead else Stretch(here.start, today, "week")


def week_of(found: Found, context: Context) -> Made | None:
    """ "the week of August 18", "the week ended August 22"."""
    from .dates import date

    day = date(found, context)
    return None if day is None or day.period is None else dated(containing("week", day.period.start), "week", context.today)


def counted(origin: datetime.date, unit: str, count: float) -> Made:
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


def _from(found: Found, origin: datetime.date | None, sign: int) -> Made:
    count = count_of(found)
    vague = Made("DATE", "PAST_REF" if sign < 0 else "FUTURE_REF", UNDATED)
    if count is None or origin is None:
        return vague
    try:
        return counted(origin, _unit(found), sign * count)
    except (ValueError, OverflowError):
        return vague


def ago(found: Found, context: Context) -> Made:
    """ "three weeks ago": a date as exact as the unit. After quarters have been told, "a year ago" is that quarter of the year before."""
    if (same := _same_quarter_before(found, context)) is not None:
        return same
    return _from(found, context.today, -1)


def from_now(found: Found, context: Context) -> Made:
    return _from(found, context.today, 1)


def from_last(found: Found, context: Context) -> Made:
    """ "two days earlier", "a week later": counted from the date told last, else from the anchor."""
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


def year_ago(found: Found, context: Context) -> Made:
    """ "the year-earlier period": the period under report, a year before."""
    if context.quarter is not None:
        back = (
            context.quarter.start.year
            - found.number(
                "YEAR",
            )
            if found.has("YEAR")
            else 1
        )  # type: ignore[operator]
        return dated(context.quarter.shift(-4 * back), "quarter", context.today)
    if context.today is None:
        return dated(None, "year")
    return dated(containing("year", context.today).shift(-1), "year", context.today)


def following(found: Found, context: Context) -> Made:
    """ "the next day", "that year", "the same night": counted from the date told last."""
    part = found.one("PART")
    unit = SPANS.get(str(found.one("SPAN") or next((n for n, _ in found.taken if n in SPANS), "day")), "day")
    origin = context.reference(unit)
    shift = found.number("FOLLOW") or 0
    if origin is None:
        return dated(None, unit)
    return part_of(dated(origin.shift(shift), unit, context.today), None if part is None else str(part))


def nth_day(found: Found, context: Context) -> Made:
    """ "on the third day" of something: the day that the sentence is about, which is the one told last, else the anchor's."""
    return dated(context.reference("day"), "day", context.today)
