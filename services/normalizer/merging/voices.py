"""Counting voices: how many lineages say a thing, which is what a choice between tellings rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.events import Corroboration

from .lineage import lineages
from .names import fold
from .told import Told

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Voices:
    """`lineage`: article id to the smallest article id of its lineage."""

    lineage: dict[str, str]


@dataclass(frozen=True, slots=True)
class Said(Generic[Key]):
    """`lineages` that say it, and the position in the group of the last that did."""

    value: Key
    lineages: int
    latest: int


def voices(group: Iterable[Told]) -> Voices:
    sentences = {one.article.article_id: one.sentences for one in group}
    return Voices({name: min(lineage) for lineage in lineages(sentences) for name in lineage})


def tally(told: Sequence[tuple[Key, Told]], heard: Voices) -> list[Said[Key]]:
    """Each value said, with who says it; `told` is in canonical order. The most lineages first, of equals the latest told."""
    who: dict[Key, set[str]] = defaultdict(set)
    latest: dict[Key, int] = {}
    for position, (value, one) in enumerate(told):
        who[value].add(heard.lineage[one.article.article_id])
        latest[value] = position
    rows = [Said(value, len(names), latest[value]) for value, names in who.items()]
    return sorted(rows, key=lambda row: (-row.lineages, -row.latest))


def corroboration(group: Iterable[Told], heard: Voices) -> Corroboration:
    group = tuple(group)
    return Corroboration(
        articles=len({one.article.article_id for one in group}),
        publishers=len({fold(one.article.outlet) for one in group}),
        lineages=len(set(heard.lineage.values())),
    )
