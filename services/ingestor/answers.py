"""What a sender is told, and what is settled between cutting and storing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.articles import Published, RawArticle
from schemas.base import Model
from services.ingestor.pages.model import Capture, Cut, Refusal
from services.ingestor.store import Outcome, Taken


class ArticleTaken(Model):
    """What became of one article."""

    article_id: str
    revision: int
    outcome: Outcome
    title: str
    outlet: str
    published: Published


class Answer(Model):
    """What became of one page: everything named here is durable."""

    page_id: str
    articles: tuple[ArticleTaken, ...]
    boilerplate: Annotated[int, Field(description="spans of the page that are no article's body")] = 0
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()


def nothing(capture: Capture) -> Refusal:
    """The refusal of a page that gave neither an article nor a reason."""
    return Refusal(
        page=capture.label, reason="no_article", what="no article found", advice="Check that the page holds the text of a story."
    )


def within(cut: Cut, page: str, most: int) -> Cut:
    """The cut without articles that are too long for one record; those are refused."""
    sizes = [len(article.model_dump_json().encode()) for article in cut.articles]
    kept = tuple(article for article, size in zip(cut.articles, sizes, strict=True) if size <= most)
    long = tuple(_too_long(page, article, size, most) for article, size in zip(cut.articles, sizes, strict=True) if size > most)
    return cut.model_copy(update={"articles": kept, "refusals": cut.refusals + long}) if long else cut


def _too_long(page: str, article: RawArticle, size: int, most: int) -> Refusal:
    what = f"“{article.title[:80]}” is {size:,} bytes long, and {most:,} is the limit of one article"
    return Refusal(page=page, reason="too_large", what=what, advice="Split it, or raise DAYBOOK_ARTICLE_BYTES for the ingestor.")


def with_assumed_capture(cut: Cut, assumed: datetime) -> Cut:
    """The cut, with every date that was counted from an assumed capture marked as inferred."""
    said = f"no capture time was given: {assumed:%Y-%m-%dT%H:%M:%SZ} is assumed, and dates counted from it are marked as inferred"
    return cut.model_copy(update={"articles": tuple(map(_inferred, cut.articles)), "notes": (said, *cut.notes)})


def _inferred(article: RawArticle) -> RawArticle:
    if article.published.basis != "relative_to_capture":
        return article
    return article.model_copy(update={"published": article.published.model_copy(update={"basis": "inferred"})})


def became(done: Taken) -> ArticleTaken:
    """What the sender is told of one article."""
    told = done.article.model_dump(include={"article_id", "revision", "title", "outlet", "published"})
    return ArticleTaken(outcome=done.outcome, **told)


def answer(cut: Cut, taken: Sequence[Taken]) -> Answer:
    """What the sender is told once all of it is durable."""
    notes = (*cut.notes, *map(_early, filter(_is_early, taken)))
    return Answer(
        page_id=cut.page_id, articles=tuple(map(became, taken)), boilerplate=len(cut.boilerplate), refusals=cut.refusals, notes=notes
    )


def _is_early(done: Taken) -> bool:
    return done.outcome == "withdrawn" and done.article.revision == 1


def _early(done: Taken) -> str:
    return f"{done.article.title[:80]!r} withdraws no article that is known: kept, in case an older text of it comes"


def gone(page: str, url: str, taken: Sequence[Taken]) -> Answer:
    """What the sender of a page that is gone is told."""
    notes = () if taken else (f"no article of {url[:200]} is known: there was nothing to withdraw",)
    return Answer(page_id=page, articles=tuple(map(became, taken)), notes=notes)
