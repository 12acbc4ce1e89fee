"""Atom (RFC 4287): one entry an event, whose `updated` is when its last revision became known."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from schemas.events import CanonicalEvent
from services.timeline.cells import numbers_text, where_text, who_text
from services.timeline.dates import when_text
from services.timeline.exports._days import address_of

MEDIA_TYPE = "application/atom+xml"
SUFFIX = "atom"
_FIRST = "1970-01-01T00:00:00+00:00"


class _Feed:
    def begin(self) -> bytes:
        head = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Daybook</title><id>urn:daybook:timeline</id>'
        return f"{head}<updated>{_FIRST}</updated><author><name>Daybook</name></author>\n".encode()

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        return "".join(_entry(event) for event in events).encode("utf-8", "replace")

    def end(self) -> bytes:
        return b"</feed>\n"


def _entry(event: CanonicalEvent) -> str:
    updated = event.recorded_at.isoformat() if event.recorded_at else _FIRST
    told = [when_text(event.when), event.status, where_text(event), who_text(event), numbers_text(event)]
    url = address_of(event)
    link = f"<link href={quoteattr(_clean(url))}/>" if url else ""
    summary = _text("summary", " · ".join(part for part in told if part))
    names = _text("id", f"urn:daybook:event:{event.event_id}") + _text("title", event.title)
    return f"<entry>{names}<updated>{updated}</updated>{link}{summary}<category term={quoteattr(event.kind)}/></entry>\n"


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(_clean(text))}</{name}>"


def _clean(text: str) -> str:
    """Characters that XML 1.0 can't hold are left out."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")


writer = _Feed
