"""A mention with what merging needs of its article, and the one order in which all of merging goes through them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from schemas.mentions import ArticleRef, Mention

LAST = datetime.max.replace(tzinfo=UTC)
Order = tuple[datetime, str, int, int, str]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One mention; `sentences` are its article's, folded, for telling lineage, and `spans` where each stands in the body, if that is
    known. Each is itself alone: what is worked out of it is kept by identity, which costs nothing to look up.
    """

    mention: Mention
    article: ArticleRef
    sentences: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


def told_at(article: ArticleRef) -> datetime | None:
    """When the article's public could first have read it; None where nobody knows."""
    return article.published.earliest or article.published.latest


@lru_cache(maxsize=16_384)
def order(told: Told) -> Order:
    """First published first; what has no date of publication comes last. Total, as mention ids are unique."""
    article = told.article
    return (told_at(article) or LAST, article.article_id, article.revision, told.mention.evidence.start, told.mention.mention_id)


def canonical(told: Iterable[Told]) -> tuple[Told, ...]:
    """Each mention once, in canonical order; of two that share an id, the one of the later revision."""
    latest: dict[str, Told] = {}
    for one in sorted(told, key=order):
        held = latest.get(one.mention.mention_id)
        if held is None or held.article.revision < one.article.revision:
            latest[one.mention.mention_id] = one
    return tuple(sorted(latest.values(), key=order))
