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
    """Where to read of it: the first mention that has an address of the web."""
    return next((told.url for told in event.mentions if told.url and told.url.startswith(("https://", "http://"))), None)
