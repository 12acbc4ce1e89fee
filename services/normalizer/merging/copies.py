"""Which spans of which article equal which of another: what a lineage rests on, kept so that anybody can look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from schemas.events import SharedSpan, SharedText

from .lineage import descend, shared_positions
from .told import Told
from .voices import Voices

SHOWN = 50  # articles of one lineage that are looked at, and pairs of an event; of thousands of copies the first say enough
SPANS = 12  # shared sentences of a pair


def copies(group: Sequence[Told], heard: Voices) -> tuple[SharedText, ...]:
    """For each article, in canonical order, the earliest that it descends with, and what they share; and where it brings two texts
    together that were strangers before, the earliest of each.
    """
    lineages: dict[str, dict[str, Told]] = defaultdict(dict)
    for one in group:
        lineages[heard.lineage[one.article.article_id]].setdefault(one.article.article_id, one)
    order = {one.article.article_id: at for at, one in reversed(list(enumerate(group)))}
    pairs = [pair for articles in lineages.values() if len(articles) > 1 for pair in _joins(list(articles.values())[: SHOWN + 1])]
    pairs.sort(key=lambda pair: tuple(order[one.article.article_id] for one in pair))
    return tuple(_shared(*pair) for pair in pairs[:SHOWN])


def _joins(articles: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """The pairs by which a lineage holds together: each article with the earliest of each text that is in it."""
    together: list[list[Told]] = []
    for one in articles:
        found = [(part, other) for part in together if (other := next((o for o in part if descend(one.sentences, o.sentences)), None))]
        yield from ((one, other) for _, other in found)
        together = [part for part in together if not any(part is joined for joined, _ in found)]
        together.append([*(held for part, _ in found for held in part), one])


def _shared(one: Told, other: Told) -> SharedText:
    positions = shared_positions(one.sentences, other.sentences)
    known = len(one.spans) == len(one.sentences) and len(other.spans) == len(other.sentences)
    pairs = ((*one.spans[a], *other.spans[b]) for a, b in positions[:SPANS]) if known else ()
    return SharedText(
        article_id=one.article.article_id,
        other_id=other.article.article_id,
        sentences=len(positions),
        spans=tuple(SharedSpan(start=a, end=b, other_start=c, other_end=d) for a, b, c, d in pairs),
    )
