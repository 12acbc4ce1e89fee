"""Mentions of many articles become canonical events. Pure: a function of the set of mentions, whatever order they came in."""

from __future__ import annotations

from .alike import Likeness
from .clusters import partition
from .component import component, likeness
from .compose import compose
from .keys import keys
from .lineage import lineages, shared_sentences
from .scratch import event_id, merge_all, tellings
from .settle import content, settle
from .shapes import shape
from .tables import tables
from .told import Told

__all__ = [
    "Likeness",
    "Told",
    "block_keys",
    "component",
    "compose",
    "content",
    "event_id",
    "likeness",
    "lineages",
    "merge_all",
    "partition",
    "ruleset",
    "settle",
    "shared_sentences",
    "tellings",
]


def block_keys(told: Told) -> frozenset[str]:
    """Two mentions that could ever be one event, or be linked, share a key."""
    return frozenset(keys(shape(told)))


def ruleset() -> str:
    """The version of the rules of merging, which every event carries."""
    return tables().ruleset
