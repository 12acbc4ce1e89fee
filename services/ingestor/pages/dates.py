"""Absolute times: "18 August 2025, 14:05 GMT", "Aug. 18, 2025 2:05 p.m. ET", "2025-08-18T14:05:00+02:00", "18.08.2025"."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from services.ingestor.pages.resources import either, resource
from services.ingestor.pages.told import Stated, Told

_CLOCK = re.compile(
    r"T?(?<![\d:.])(?P<h>\d{1,2})[:.](?P<m>\d\d)(?::(?P<s>\d\d)(?:[.,]\d{1,9})?)?(?:[ \u00a0]?(?P<half>[ap])\.?m\b\.?)?(?![\d:])"
    r"|(?<![\d:.])(?P<h2>\d{1,2})[ \u00a0]?(?P<half2>[ap])\.?m\b\.?"
    r"|(?<![\d:.])(?P<h3>\d\d)(?P<m3>\d\d)(?=[ \u00a0]?(?:GMT|UTC|Z|hrs|hours)\b)",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"[ \u00a0]?\(?(?:GMT|UTC)?[ \u00a0]?(?P<sign>[+\u2212-])(?P<h>\d{1,2}):?(?P<m>\d\d)?\)?")


class _Day(NamedTuple):
    days: tuple[tuple[int | None, int, int], ...]
    start: int
    end: int


def read_date(text: str) -> Told | None:
    """The date that a short text states, with time and zone where it states them, or None. The time may stand before the date."""
    day = _day(text)
    if day is None:
        return None
    rest = text[: day.start] + " " * (day.end - day.start) + text[day.end :]
    clock = _CLOCK.search(rest)
    hms = _hms(clock) if clock else None
    if clock is None or hms is None:
        return _told(text, day.start, day.end, Stated(day.days))
    offset, daylight, end = _zone(rest, clock.end())
    when = Stated(day.days, hms, clock["s"] is not None, offset, daylight)
    return _told(text, min(day.start, clock.start()), max(day.end, end), when)


@cache
def _months() -> dict[str, int]:
    return {word: number for number, words in resource("dates")["months"].items() for word in words}


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    month = rf"(?P<month>{either(list(_months()))})\b\.?"
    forms = (
        r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)",
        r"(?<![\d/.])(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?!\d)",
        rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ \u00a0.-]{{0,2}}(?:of )?{month},?(?:[ \u00a0-](?P<y>\d{{4}})(?!\d))?",
        rf"(?<![a-z]){month}[ \u00a0]?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?[ \u00a0](?P<y>\d{{4}}))?",
        r"(?<![\d/.-])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})(?!\d)",
        r"(?<![\d/.-])(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>\d{4})(?!\d)",
    )
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)


def _day(text: str) -> _Day | None:
    found = (match for form in _forms() for match in form.finditer(text))
    for match in found:
        days = tuple(day for day in _readings(match.groupdict()) if 1 <= day[1] <= 12 and 1 <= day[2] <= 31)  # noqa: PLR2004 - months, days
        if days:
            return _Day(days, match.start(), match.end())
    return None


def _readings(parts: dict[str, str | None]) -> list[tuple[int | None, int, int]]:
    year = int(parts["y"]) if parts["y"] else None
    if "a" in parts:
        a, b = int(parts["a"] or 0), int(parts["b"] or 0)
        return [(year, b, a)] if a == b else [(year, b, a), (year, a, b)]
    month = _months()[parts["month"].lower()] if parts.get("month") else int(parts["m"] or 0)  # type: ignore[union-attr] # just tested
    return [(year, month, int(parts["d"] or 0))]


def _hms(clock: re.Match[str]) -> tuple[int, int, int] | None:
    hour = int(clock["h"] or clock["h2"] or clock["h3"])
    minute, second = int(clock["m"] or clock["m3"] or 0), int(clock["s"] or 0)
    half = (clock["half"] or clock["half2"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None  # noqa: PLR2004 - hours, minutes, seconds


def _zone(text: str, at: int) -> tuple[int | None, bool, int]:
    """Offset in minutes, whether it follows US daylight time, and where the zone's words end."""
    match = _OFFSET.match(text, at)
    if match:
        minutes = int(match["h"]) * 60 + int(match["m"] or 0)
        within = minutes <= 14 * 60
        return (minutes if match["sign"] == "+" else -minutes) if within else None, False, match.end()
    named = _named().match(text, at)
    if named is None:
        return None, False, at
    word = named["zone"].lower()
    daylight = resource("dates")["daylight"]
    return (daylight[word], True, named.end()) if word in daylight else (resource("dates")["zones"][word], False, named.end())


@cache
def _named() -> re.Pattern[str]:
    names = either([name.upper() for name in [*resource("dates")["zones"], *resource("dates")["daylight"]]])
    return re.compile(rf"[ \u00a0]?\(?(?P<zone>{names})\b\)?")


def _told(text: str, start: int, end: int, when: Stated) -> Told:
    return Told(when, text[start:end].strip(), text[:start], text[end:])
