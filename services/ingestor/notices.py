"""Which article a notice ("KILL: …") means. Pure.

A wire's notice often comes under an address or a date of its own, and so with an identity of its own. It then means the one article
of its outlet and headline. Where several bear that headline nobody can tell which: a story wrongly withdrawn is worse than one missed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.articles import PubStatus
from services.ingestor.identity import folded
from services.ingestor.pages.credits import notice_of


@dataclass(frozen=True, slots=True)
class Held:
    """An article that is known. `had_text`: it is more than a notice of which no text ever came; `live`: not withdrawn."""

    article_id: str
    headline: str | None
    had_text: bool = True
    live: bool = True


class Told(Protocol):
    """An article, or what there is of one."""

    @property
    def article_id(self) -> str: ...
    @property
    def pubstatus(self) -> PubStatus: ...
    @property
    def title(self) -> str: ...
    @property
    def outlet(self) -> str: ...


def headline_of(article: Told) -> str | None:
    """SHA-256 of outlet and headline, folded and without notices, in hexadecimal; None without a headline."""
    headline = folded(notice_of(article.title)[1])
    return hashlib.sha256(f"{folded(article.outlet)}\n{headline}".encode()).hexdigest() if headline else None


def aimed(articles: Sequence[Told], held: Iterable[Held]) -> list[str]:
    """The identity of each: of a notice that of the article which it means, if that is known or comes in the same push."""
    known = [*held, *(Held(one.article_id, headline_of(one)) for one in articles if one.pubstatus != "withdrawn")]
    texts = [one for one in known if one.had_text]
    named: defaultdict[str | None, list[Held]] = defaultdict(list)
    for one in texts:
        named[one.headline].append(one)
    identities = {one.article_id for one in texts}
    return [_aim(one, identities, named[headline_of(one)]) if one.pubstatus == "withdrawn" else one.article_id for one in articles]


def _aim(notice: Told, identities: set[str], named: Sequence[Held]) -> str:
    """The live article of that headline; where none is live, the withdrawn one, so that the notice again is no news."""
    meant = {one.article_id for one in named if one.live} or {one.article_id for one in named}
    if notice.article_id in identities or len(meant) != 1 or headline_of(notice) is None:
        return notice.article_id
    return next(iter(meant))
