"""One capture, taken apart and ready to be stored: its articles, and the bytes of what was refused in it. Pure; it runs in a thread."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.ingestor.answers import nothing, with_assumed_capture, within
from services.ingestor.pages.model import Capture, Cut, Limits, Refusal
from services.ingestor.settings import IngestorSettings
from services.ingestor.store import Page

Cutter = Callable[[Capture, Limits], Cut]


@dataclass(frozen=True, slots=True)
class Piece:
    """What is stored of one capture. `refused` is empty where nothing was refused, or nothing was there."""

    capture: Capture
    page: Page
    cut: Cut
    refused: bytes

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why something was not taken in; never empty where there is no article."""
        return self.cut.refusals or (() if self.cut.articles else (nothing(self.capture),))


def piece_of(cutter: Cutter, settings: IngestorSettings, capture: Capture, now: datetime) -> Piece:
    """The capture, cut. `now` stands in for a capture time that nobody said, and dates counted from it are marked."""
    dated = capture if capture.captured_at else replace(capture, captured_at=now)
    whole = cutter(dated, Limits(max_bytes=settings.page_bytes))
    kept = within(whole, capture.label, settings.article_bytes)
    content = _bytes(capture)
    page = Page(whole.page_id, capture.url, capture.moment, hashlib.sha256(content).hexdigest())
    cut = kept if capture.captured_at else with_assumed_capture(kept, now)
    return Piece(capture, page, cut, refused_bytes(content, whole, kept))


def refused_bytes(content: bytes, whole: Cut, kept: Cut) -> bytes:
    """Of a page without articles all of it; else the bad lines, and the texts of articles that are too long, a line feed between them."""
    if not kept.articles:
        return content
    lines = {named.span for named in whole.boilerplate if named.name == "refused"}
    long = {article.page.span for article in whole.articles} - {article.page.span for article in kept.articles}
    return "\n".join(whole.text[slice(*span)].strip("\n") for span in sorted(lines | long)).encode()


def _bytes(capture: Capture) -> bytes:
    content = capture.content
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
