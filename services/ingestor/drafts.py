"""An article on its way into the log: the columns that are stored of it and the bytes of its record, made once, where it was cut. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from schemas.articles import Published, PubStatus, RawArticle, Span
from services.ingestor.notices import headline_of
from services.ingestor.pages.addresses import canonical_url


class Draft(NamedTuple):
    """What is needed of an article to store, publish and answer it; small to hand from one process to another.

    Attributes:
        page_url: canonical address of its page, where it has none of its own.
        span: where on its page it stands.
        about: all but its text, as JSON.
        value: all of it, as the JSON of its record at this revision and publication status.
    """

    article_id: str
    revision: int
    pubstatus: PubStatus
    content_sha256: str
    headline: str | None
    page_url: str | None
    captured_at: datetime | None
    span: Span
    about: str
    value: bytes
    title: str
    outlet: str
    published: Published

    @property
    def article(self) -> RawArticle:
        """The article itself."""
        return RawArticle.model_validate_json(self.value)


def draft_of(article: RawArticle, captured_at: datetime | None) -> Draft:
    """The article's draft. `captured_at` is what its sender said, None where nobody did."""
    return Draft(
        article_id=article.article_id,
        revision=article.revision,
        pubstatus=article.pubstatus,
        content_sha256=article.content_sha256,
        headline=headline_of(article),
        page_url=None if canonical_url(article.url) else canonical_url(article.page.url),
        captured_at=captured_at,
        span=article.page.span,
        about=article.model_dump_json(exclude={"body", "revision", "pubstatus", "content_sha256"}),
        value=article.model_dump_json().encode(),
        title=article.title,
        outlet=article.outlet,
        published=article.published,
    )


def named(draft: Draft, article_id: str) -> Draft:
    """The draft as one of that article."""
    if draft.article_id == article_id:
        return draft
    return draft_of(draft.article.model_copy(update={"article_id": article_id}), draft.captured_at)


def as_revision(draft: Draft, revision: int, pubstatus: PubStatus) -> Draft:
    """The draft at another revision or status: only then is its record made anew."""
    if (draft.revision, draft.pubstatus) == (revision, pubstatus):
        return draft
    return draft_of(draft.article.model_copy(update={"revision": revision, "pubstatus": pubstatus}), draft.captured_at)
