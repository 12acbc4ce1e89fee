"""Which article a notice ("KILL: …") means. Pure.

A wire's notice often comes under an address or a date of its own, and so with an identity of its own. It then means the one article
of its outlet and headline. Where several bear that headline nobody can tell which: a story wrongly withdrawn is worse than one missed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.articles import RawArticle
from services.ingestor.identity import folded
from services.ingestor.pages.credits import notice_of


@dataclass(frozen=True, slots=True)
class Held:
    """An article that is known. `had_text`: it is more than a notice of which no text ever came; `live`: not withdrawn."""

    article_id: str
    headline: str | None
    had_text: bool = True
    live: bool = True


def headline_of(article: RawArticle) -> str | None:
    """SHA-256 of outlet and headline, folded and without notices, in hexadecimal; None without a headline."""
    headline = folded(notice_of(article.title)[1])
    return hashlib.sha256(f"{folded(article.outlet)}\n{headline}".encode()).hexdigest() if headline else None


def aimed(articles: Sequence[RawArticle], held: Iterable[Held]) -> list[RawArticle]:
    """The articles, each notice with the identity of the article that it means, if that is known or comes in the same push."""
    known = [*held, *(Held(one.article_id, headline_of(one)) for one in articles if one.pubstatus != "withdrawn")]
    texts = [one for one in known if one.had_text]
    named: defaultdict[str | None, list[Held]] = defaultdict(list)
    for one in texts:
        named[one.headline].append(one)
    identities = {one.article_id for one in texts}
    return [_aim(one, identities, named[headline_of(one)]) if one.pubstatus == "withdrawn" else one for one in articles]


def _aim(notice: RawArticle, identities: set[str], named: Sequence[Held]) -> RawArticle:
    """The live article of that headline; where none is live, the withdrawn one, so that the notice again is no news."""
    meant = {one.article_id for one in named if one.live} or {one.article_id for one in named}
    if notice.article_id in identities or len(meant) != 1 or headline_of(notice) is None:
        return notice
    return notice.model_copy(update={"article_id": next(iter(meant))})
