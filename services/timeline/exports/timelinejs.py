"""TimelineJS: a slide for each event with a day, its texts escaped. Undated events are left out."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from schemas.events import CanonicalEvent
from services.timeline.cells import numbers_text, where_text, who_text
from services.timeline.dates import when_text
from services.timeline.exports._days import address_of, days_of

MEDIA_TYPE = "application/json"
SUFFIX = "json"


class _Slides:
    def __init__(self) -> None:
        self._first = True

    def begin(self) -> bytes:
        return b'{"events":['

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        told = ",\n".join(json.dumps(_slide(event)) for event in events if days_of(event))
        before = "" if self._first or not told else ",\n"
        self._first = self._first and not told
        return (before + told).encode()

    def end(self) -> bytes:
        return b"]}\n"


def _slide(event: CanonicalEvent) -> dict[str, Any]:
    first, last = days_of(event) or (date.min, date.min)
    told = [event.status, where_text(event), who_text(event), numbers_text(event)]
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in told if part)
    url = address_of(event)
    link = f'<p><a href="{html.escape(url)}" rel="noopener noreferrer">{html.escape(url)}</a></p>' if url else ""
    return {
        "unique_id": event.event_id,
        "group": event.kind.replace("_", " "),
        "display_date": html.escape(when_text(event.when)),
        "start_date": _day(first),
        "end_date": _day(last),
        "text": {"headline": html.escape(event.title), "text": paragraphs + link},
    }


def _day(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


writer = _Slides
