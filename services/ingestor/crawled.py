"""Records that somebody else's crawler wrote: from bytes and headers to a capture, tolerantly. Pure.

The value is a page, or articles as JSON Lines; the headers `url`, `captured_at`, `content-type` and `status` say of it what the
parameters of `POST /v1/pages` say. None is needed, no key is, and no envelope; headers that are not known are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord

from services.ingestor.cutting import Piece, unread
from services.ingestor.pages.clean import clean
from services.ingestor.pages.model import Capture, Refusal
from services.ingestor.parameters import is_gone, moment, plain_url
from services.ingestor.problems import Problem


@dataclass(frozen=True, slots=True)
class Crawled:
    """What one record says. `gone`: the page was answered with 404 or 410."""

    capture: Capture
    gone: bool = False


def crawled(raw: ConsumerRecord, latest: datetime) -> Crawled | Piece:
    """What the record says; a piece that is all refused where its headers cannot be true, such as a capture after `latest`."""
    headers = {name.lower(): (value or b"").decode("utf-8", "replace").strip() for name, value in raw.headers}
    capture = Capture(raw.value or b"", name=f"{raw.topic}-{raw.partition}@{raw.offset}", media_type=headers.get("content-type") or None)
    try:
        url = plain_url(headers.get("url"))
        known = Capture(capture.content, url, moment(headers.get("captured_at") or None, latest), capture.media_type, capture.name)
        return Crawled(known, is_gone(_status(headers.get("status")), url))
    except Problem as problem:
        return _refused(capture, problem)


def written_at(raw: ConsumerRecord, now: datetime) -> datetime:
    """When the record was written, by its own word: stands in for a capture time, and is never later than now."""
    try:
        return min(datetime.fromtimestamp(max(raw.timestamp, 0) / 1000, UTC), now)
    except (OverflowError, ValueError, OSError):
        return now


def _status(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) == len("404") else 0


def _refused(capture: Capture, problem: Problem) -> Piece:
    what, advice = clean(problem.details.detail).text, problem.details.advice or ""
    return unread(capture, Refusal(page=capture.label, reason="unsupported", what=what, advice=advice))
