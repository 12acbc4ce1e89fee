"""From what a page tells to an interval of instants, counted from the capture and never after it."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from schemas.articles import Published
from services.ingestor.pages.resources import resource
from services.ingestor.pages.told import Age, DaysBack, Stated, Told

EAST = timedelta(hours=14)  # the zone farthest ahead of Greenwich: Kiritimati
SKEW = timedelta(minutes=10)  # by how much the clocks of a site and of its reader may differ
_STEPS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_MONTHS = {"month": 1, "year": 12}
_DAY = timedelta(days=1) - timedelta(seconds=1)


class Dated(NamedTuple):
    """A publication, and what had to be assumed or refused to get it."""

    published: Published
    notes: tuple[str, ...] = ()


def date(told: Told, captured_at: datetime | None) -> Dated:
    """When the story was published, as far as the page told it; `basis` is unknown, with a note, where that cannot be used."""
    try:
        if isinstance(told.when, Stated):
            return _stated(told.when, told.raw, captured_at)
        return _relative(told.when, told.raw, captured_at)
    except (OverflowError, ValueError):
        return _unknown(told.raw, "is no date of the calendar")


def _unknown(raw: str, why: str) -> Dated:
    return Dated(Published(raw=raw), (f"publication {raw!r} {why}: left unknown",))


def _relative(when: Age | DaysBack, raw: str, captured_at: datetime | None) -> Dated:
    if captured_at is None:
        return _unknown(raw, "counts from a capture whose time is not known")
    if isinstance(when, DaysBack):
        start = captured_at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=when.days)
        return Dated(_published(start, min(start + _DAY, captured_at), "day", "relative_to_capture", raw))
    precision = resource("ages")["units"][when.unit]["precision"]
    earliest, latest = _back(captured_at, when.unit, when.count + 1), _back(captured_at, when.unit, when.count)
    return Dated(_published(earliest, latest, precision, "relative_to_capture", raw))


def _back(moment: datetime, unit: str, count: int) -> datetime:
    return moment - _STEPS[unit] * count if unit in _STEPS else _months_back(moment, _MONTHS[unit] * count)


def _months_back(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _stated(when: Stated, raw: str, captured_at: datetime | None) -> Dated:
    days = [day for day in (_with_year(day, captured_at) for day in when.days) if day is not None]
    if not days:
        return _unknown(raw, "has no year, and no capture time to count it from")
    possible = [found for found in (_dated(day, when, raw) for day in days) if captured_at is None or _past(found, when, captured_at)]
    if not possible:
        return _unknown(raw, "is later than the capture")
    if len(possible) > 1:
        return _unknown(raw, "may be day and month or month and day")
    return Dated(_capped(possible[0], captured_at), _assumed(when, raw))


def _assumed(when: Stated, raw: str) -> tuple[str, ...]:
    said = (
        (when.days[0][0] is None, "the latest such day before the capture"),
        (when.clock is not None and when.offset is None, "UTC, as no zone is said"),
    )
    return tuple(f"publication {raw!r} taken as {what}" for true, what in said if true)


def _with_year(day: tuple[int | None, int, int], captured_at: datetime | None) -> tuple[int, int, int] | None:
    """A day with no year is the latest such day not after the capture, wherever on earth it was written."""
    year, month, number = day
    if year is not None:
        return year, month, number
    if captured_at is None:
        return None
    ahead = captured_at + EAST
    return ahead.year - ((month, number) > (ahead.month, ahead.day)), month, number


def _dated(day: tuple[int, int, int], when: Stated, raw: str) -> Published:
    guessed = when.days[0][0] is None or (when.clock is not None and when.offset is None)
    basis = "inferred" if guessed else "absolute"
    start = datetime(*day, tzinfo=UTC)
    if when.clock is None:
        return _published(start, start + _DAY, "day", basis, raw)
    hour, minute, second = when.clock
    local = start + timedelta(hours=hour, minutes=minute, seconds=second)
    moment = _in_its_zone(local, _offset(when, local))
    return _published(moment, moment, "second" if when.seconds else "minute", basis, raw)


def _in_its_zone(local: datetime, minutes: int) -> datetime:
    """The instant, said in the zone that the page says it in: "today" in the story is the day of its outlet's calendar."""
    return local.replace(tzinfo=timezone(timedelta(minutes=minutes)) if minutes else UTC)


def _offset(when: Stated, local: datetime) -> int:
    return (when.offset or 0) + (60 if when.daylight and _us_daylight(local) else 0)


def _us_daylight(local: datetime) -> bool:
    """Whether US daylight time holds: second Sunday of March, 2 a.m., to first Sunday of November, 2 a.m. (Energy Policy Act of 2005)."""
    march, november = datetime(local.year, 3, 8, 2, tzinfo=UTC), datetime(local.year, 11, 1, 2, tzinfo=UTC)
    first, last = (day + timedelta(days=(6 - day.weekday()) % 7) for day in (march, november))
    return first <= local < last


def _past(found: Published, when: Stated, captured_at: datetime) -> bool:
    """Not after the capture: to the clock's skew where a zone is said, else wherever on earth it may have been written."""
    slack = SKEW if when.clock is not None and when.offset is not None else EAST
    return found.earliest is not None and found.earliest - slack <= captured_at


def _capped(found: Published, captured_at: datetime | None) -> Published:
    if captured_at is None or found.earliest is None or found.latest is None or found.latest <= captured_at:
        return found
    return found.model_copy(update={"earliest": min(found.earliest, captured_at), "latest": captured_at})


def _published(earliest: datetime, latest: datetime, precision: str, basis: str, raw: str) -> Published:
    return Published.model_validate({"earliest": earliest, "latest": latest, "precision": precision, "basis": basis, "raw": raw})
