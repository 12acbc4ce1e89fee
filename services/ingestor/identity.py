"""Who is who: the same story from two captures is one article, and the same text is the same content.

The rules, and why they are so, stand in `docs/architecture/ingestor-pages.md`; the lists in `pages/resources/urls.yaml`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC
from uuid import NAMESPACE_URL, UUID, uuid5

from schemas.articles import Published
from services.ingestor.pages.addresses import canonical_url
from services.ingestor.pages.credits import notice_of

ARTICLES: UUID = uuid5(NAMESPACE_URL, "urn:daybook:article")
PAGES: UUID = uuid5(NAMESPACE_URL, "urn:daybook:page")
_APART = re.compile(r"[\W_]+")


def article_id(*, url: str | None, outlet: str, title: str, published: Published, body: str) -> str:
    """uuid5 of the canonical address; else of outlet, headline and, where it is stated and not counted back, day of publication.

    A story with neither address nor headline is known by its text.
    """
    canonical = canonical_url(url)
    if canonical:
        return str(uuid5(ARTICLES, f"url\n{canonical}"))
    return str(uuid5(ARTICLES, "\n".join(("story", folded(outlet), *_story(title, published, body)))))


def content_sha256(title: str, body: str) -> str:
    """SHA-256 of headline, line feed and body, as UTF-8, in hexadecimal: what tells whether a text has changed."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


def page_id(text: str, url: str | None) -> str:
    """uuid5 of a page's text and address: the same capture read twice is one page."""
    return str(uuid5(PAGES, f"{hashlib.sha256(text.encode()).hexdigest()}\n{canonical_url(url) or ''}"))


def folded(text: str) -> str:
    """A name or headline as it is compared: compatibility forms made one, case and marks of punctuation dropped, accents kept."""
    return _APART.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _story(title: str, published: Published, body: str) -> tuple[str, ...]:
    headline = folded(notice_of(title)[1])
    if not headline:
        return ("body", hashlib.sha256(body.encode()).hexdigest())
    stated = published.basis in ("absolute", "inferred") and published.earliest is not None
    return (headline, published.earliest.astimezone(UTC).date().isoformat() if stated and published.earliest else "")
