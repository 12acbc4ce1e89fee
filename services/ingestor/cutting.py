"""One capture, taken apart and ready to be stored: drafts of its articles, and the bytes of what was refused in it.

`piece_of` is pure and runs in a process of its own, with limits of time and memory that hold in any library (`chassis/workers.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import structlog

from services.chassis.workers import Died, Raised, TookTooLong, Workers, WorkFailed
from services.ingestor.drafts import Draft, draft_of
from services.ingestor.identity import page_id
from services.ingestor.pages.model import Capture, Cut, Limits, Reason, Refusal
from services.ingestor.pages.refuse import refuse
from services.ingestor.settings import IngestorSettings
from services.ingestor.settled import nothing, too_long, with_assumed_capture, within
from services.ingestor.store import Page

log = structlog.get_logger()
Cutter = Callable[[Capture, Limits], Cut]
_REASONS: dict[type[WorkFailed], Reason] = {TookTooLong: "too_slow", Died: "crashed", Raised: "stumbled"}


class Bounds(NamedTuple):
    """What one page may cost, and the most bytes of one article as JSON."""

    limits: Limits
    article_bytes: int


@dataclass(frozen=True, slots=True)
class Piece:
    """What is stored of one capture.

    Attributes:
        boilerplate: number of its spans that are no article's.
        refusals: why something was not taken in; never empty where there is no article.
        refused: the bytes of that; empty where nothing was refused, or nothing was there.
    """

    page: Page
    media_type: str | None = None
    drafts: tuple[Draft, ...] = ()
    boilerplate: int = 0
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    refused: bytes = b""

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to it but articles: nothing is to be quarantined, and none is a notice of another."""
        return bool(self.drafts) and not self.refused and all(draft.pubstatus != "withdrawn" for draft in self.drafts)

    @property
    def article_ids(self) -> frozenset[str]:
        """Which articles it tells."""
        return frozenset(draft.article_id for draft in self.drafts)

    @property
    def size(self) -> int:
        """Bytes of the records that may come of it."""
        return sum(len(draft.value) for draft in self.drafts)


@dataclass(frozen=True, slots=True)
class Cutting:
    """Cuts captures by `cut`, which is pure and found by its name, in the processes of `workers`."""

    cut: Cutter
    workers: Workers
    bounds: Bounds

    async def piece(self, capture: Capture, now: datetime) -> Piece:
        """The capture, cut; all refused if that takes too long, kills its process, or meets a bug of ours."""
        try:
            return await self.workers.run(piece_of, self.cut, self.bounds, capture, now)
        except WorkFailed as failed:
            log.error("page_not_cut", page=capture.label[:200], why=str(failed))  # noqa: TRY400 - the traceback is the worker's
            return unread(capture, refuse(capture, _REASONS[type(failed)], str(failed).strip().splitlines()[-1][:300]))


def workers_for(cut: Cutter, settings: IngestorSettings) -> Workers:
    """Processes that cut, each of which first reads its word lists over the simplest of pages."""
    first = (cut, Capture("<p>A page.", media_type="text/html"), Limits())
    return Workers(settings.cut_at_once, settings.cut_seconds, settings.cut_bytes, first)


def piece_of(cutter: Cutter, bounds: Bounds, capture: Capture, now: datetime) -> Piece:
    """The capture, cut. `now` stands in for a capture time that nobody said, and dates counted from it are marked."""
    dated = capture if capture.captured_at else replace(capture, captured_at=now)
    cut = cutter(dated, bounds.limits)
    cut = cut if capture.captured_at else with_assumed_capture(cut, now)
    kept, long = within([draft_of(one, capture.moment) for one in cut.articles], bounds.article_bytes)
    refusals = cut.refusals + tuple(too_long(capture.label, one, bounds.article_bytes) for one in long)
    content = _bytes(capture)
    return Piece(
        page=Page(cut.page_id, capture.url, capture.moment, hashlib.sha256(content).hexdigest()),
        media_type=capture.media_type,
        drafts=kept,
        boilerplate=len(cut.boilerplate),
        refusals=refusals or (() if kept else (nothing(capture),)),
        notes=cut.notes,
        refused=refused_bytes(cut, long) if kept else content,
    )


def unread(capture: Capture, refusal: Refusal) -> Piece:
    """A capture that is refused whole, whatever may be in it."""
    content = _bytes(capture)
    page = Page(page_id("", None), capture.url, capture.moment, hashlib.sha256(content).hexdigest())
    return Piece(page, capture.media_type, refusals=(refusal,), refused=content)


def refused_bytes(cut: Cut, long: tuple[Draft, ...]) -> bytes:
    """The bad lines, and the texts of articles that are too long, a line feed between them."""
    spans = {named.span for named in cut.boilerplate if named.name == "refused"} | {draft.span for draft in long}
    return "\n".join(cut.text[slice(*span)].strip("\n") for span in sorted(spans)).encode()


def _bytes(capture: Capture) -> bytes:
    content = capture.content
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
