"""iCalendar (RFC 5545): one entry for each event with a day, what was called off as such. Undated events are left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import icalendar

from schemas.events import CanonicalEvent
from services.timeline.exports._days import address_of, days_of

MEDIA_TYPE = "text/calendar; charset=utf-8"
SUFFIX = "ics"
_STATUS = {
    "proposed": "TENTATIVE",
    "postponed": "TENTATIVE",
    "disputed": "TENTATIVE",
    "declined": "CANCELLED",
    "cancelled": "CANCELLED",
    "retracted": "CANCELLED",
}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Calendar:
    def begin(self) -> bytes:
        calendar = icalendar.Calendar()
        calendar.add("prodid", "-//Daybook//timeline//EN")
        calendar.add("version", "2.0")
        calendar.add("x-wr-calname", "Daybook")
        return bytes(calendar.to_ical()).partition(b"END:VCALENDAR")[0]

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        return b"".join(bytes(_entry(event).to_ical()) for event in events if days_of(event))

    def end(self) -> bytes:
        return b"END:VCALENDAR\r\n"


def _entry(event: CanonicalEvent) -> icalendar.Event:
    """Days without hours, as news tells them; the end is the day after the last one."""
    first, last = days_of(event) or (_NEVER.date(), _NEVER.date())
    entry = icalendar.Event()
    entry.add("uid", f"{event.event_id}@daybook")
    entry.add("sequence", event.revision - 1)
    entry.add("dtstamp", event.recorded_at or _NEVER)
    entry.add("dtstart", first)
    entry.add("dtend", min(last, date.max - timedelta(days=1)) + timedelta(days=1))
    entry.add("summary", _clean(event.title))
    entry.add("status", _STATUS.get(event.status, "CONFIRMED"))
    entry.add("categories", [event.kind])
    entry.add("transp", "TRANSPARENT")
    if event.where:
        entry.add("location", _clean("; ".join(place.name for place in event.where)))
    if url := address_of(event):
        entry.add("url", url)
    return entry


def _clean(text: str) -> str:
    """What no line of a calendar may hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


writer = _Calendar
