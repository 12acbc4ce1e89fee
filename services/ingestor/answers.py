"""What a sender is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from schemas.articles import Published
from schemas.base import Model
from services.ingestor.cutting import Piece
from services.ingestor.pages.model import Refusal
from services.ingestor.store import Outcome, Taken


class ArticleTaken(Model):
    """What became of one article."""

    article_id: Annotated[str, Field(description="names the article from now on")]
    revision: Annotated[int, Field(description="which revision this is")]
    outcome: Annotated[Outcome, Field(description="what became of it")]
    title: Annotated[str, Field(description="the headline")]
    outlet: Annotated[str, Field(description="who published it")]
    published: Published


class Answer(Model):
    """What became of one page: everything named here is durable."""

    page_id: Annotated[str, Field(description="names the capture")]
    articles: tuple[ArticleTaken, ...]
    boilerplate: Annotated[int, Field(description="spans of the page that are no article's body")] = 0
    refusals: tuple[Refusal, ...] = ()
    notes: Annotated[tuple[str, ...], Field(description="what the sender should know of the page")] = ()


def became(done: Taken) -> ArticleTaken:
    """What the sender is told of one article."""
    one = done.draft
    return ArticleTaken(
        article_id=one.article_id, revision=one.revision, outcome=done.outcome, title=one.title, outlet=one.outlet, published=one.published
    )


def answer(piece: Piece, taken: Sequence[Taken]) -> Answer:
    """What the sender is told once all of it is durable."""
    notes = (*piece.notes, *map(_early, filter(_is_early, taken)))
    return Answer(
        page_id=piece.page.page_id,
        articles=tuple(map(became, taken)),
        boilerplate=piece.boilerplate,
        refusals=piece.refusals,
        notes=notes,
    )


def _is_early(done: Taken) -> bool:
    return done.outcome == "withdrawn" and done.draft.revision == 1


def _early(done: Taken) -> str:
    return f"{done.draft.title[:80]!r} withdraws no article that is known: kept, in case an older text of it comes"


def gone(page: str, url: str, taken: Sequence[Taken]) -> Answer:
    """What the sender of a page that is gone is told."""
    notes = () if taken else (f"no article of {url[:200]} is known: there was nothing to withdraw",)
    return Answer(page_id=page, articles=tuple(map(became, taken)), notes=notes)
