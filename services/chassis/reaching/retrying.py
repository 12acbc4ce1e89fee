"""When a server wants to be asked again. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST = 31 * 86_400.0  # seconds; what asks for more than a month is a mistake


def retry_after(said: str | None, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header, given as seconds or as a date (RFC 9110, 10.2.3); None where it says nothing usable."""
    text = (said or "").strip()[:64]
    if text.isascii() and text.isdigit():
        return min(float(text), MOST)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the library's, for a year that no calendar has
        return None
    return min(max((when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds(), 0.0), MOST)
