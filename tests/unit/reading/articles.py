"""Articles for tests: the least that reading needs."""

from __future__ import annotations

import datetime as dt

from schemas.articles import PageRef, Published, RawArticle
from schemas.base import sha256
from schemas.mentions import Mention
from services.normalizer.reading import Ruleset, read


def article(body: str, published: str | None = "2025-08-19T12:00:00+00:00", title: str = "", outlet: str = "The Sample") -> RawArticle:
    """One article; `published` is an instant with a zone, or None."""
    moment = dt.datetime.fromisoformat(published) if published else None
    when = Published(earliest=moment, latest=moment, precision="minute", basis="absolute") if moment else Published()
    return RawArticle(
        article_id="sample",
        page=PageRef(page_id="page"),
        outlet=outlet,
        title=title,
        body=body,
        published=when,
        content_sha256=sha256(body),
        extractor="test",
    )


def mentions(body: str, published: str | None = "2025-08-19T12:00:00+00:00", title: str = "", outlet: str = "The Sample") -> list[Mention]:
    """Every mention of every kind that is read from a text."""
    readings = read(article(body, published, title, outlet), Ruleset.load())
    return [mention for reading in readings for mention in reading.mentions]
