"""Articles for these tests."""

from __future__ import annotations

import uuid

from schemas.articles import PageRef, Published, RawArticle
from schemas.base import sha256


def article(name: str = "ferry", body: str = "A ferry left the harbour.", **more: object) -> RawArticle:
    """A raw article whose identity follows from its name."""
    plain: dict[str, object] = {
        "article_id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "page": PageRef(page_id="page"),
        "outlet": "The Quay",
        "title": name,
        "body": body,
        "content_sha256": sha256(body),
        "extractor": "test/1",
    }
    return RawArticle.model_validate(plain | more)


def counted_from_capture() -> RawArticle:
    """An article that said only how long ago it was published."""
    return article(published=Published(precision="hour", basis="relative_to_capture", raw="3 hours ago"))
