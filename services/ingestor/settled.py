"""What is settled between cutting and storing: dates counted from an assumed capture, and articles too long for a record. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.articles import RawArticle
from services.ingestor.drafts import Draft
from services.ingestor.pages.model import Capture, Cut, Refusal


def nothing(capture: Capture) -> Refusal:
    """The refusal of a page that gave neither an article nor a reason."""
    return Refusal(
        page=capture.label, reason="no_article", what="no article found", advice="Check that the page holds the text of a story."
    )


def within(drafts: Sequence[Draft], most: int) -> tuple[tuple[Draft, ...], tuple[Draft, ...]]:
    """The drafts whose records have at most so many bytes, and those that are too long."""
    return tuple(draft for draft in drafts if len(draft.value) <= most), tuple(draft for draft in drafts if len(draft.value) > most)


def too_long(page: str, draft: Draft, most: int) -> Refusal:
    """The refusal of an article that does not fit into a record."""
    what = f"“{draft.title[:80]}” is {len(draft.value):,} bytes long, and {most:,} is the limit of one article"
    return Refusal(page=page, reason="too_large", what=what, advice="Split it, or raise DAYBOOK_ARTICLE_BYTES for the ingestor.")


def with_assumed_capture(cut: Cut, assumed: datetime) -> Cut:
    """The cut, with every date that was counted from an assumed capture marked as inferred."""
    said = f"no capture time was given: {assumed:%Y-%m-%dT%H:%M:%SZ} is assumed, and dates counted from it are marked as inferred"
    return cut.model_copy(update={"articles": tuple(map(_inferred, cut.articles)), "notes": (said, *cut.notes)})


def _inferred(article: RawArticle) -> RawArticle:
    if article.published.basis != "relative_to_capture":
        return article
    return article.model_copy(update={"published": article.published.model_copy(update={"basis": "inferred"})})
