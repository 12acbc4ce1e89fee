"""The days of an event, as formats want them."""

from __future__ import annotations

from datetime import date

from schemas.events import CanonicalEvent
from services.timeline.changes import days


def days_of(event: CanonicalEvent) -> tuple[date, date] | None:
    """First and last day, local to the place; None where it is undated."""
    first, last = days(event.when)
    return (first, last) if first and last else None


def address_of(event: CanonicalEvent) -> str | None:
    """Where to read of it: the first mention that has an address of the web, of which no character can break a line."""
    urls = (told.url for told in event.mentions if told.url)
    return next((url for url in urls if url.startswith(("https://", "http://")) and url.isprintable()), None)
