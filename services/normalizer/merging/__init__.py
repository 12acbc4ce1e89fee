"""Mentions of many articles become canonical events. Pure: a function of the set of mentions, whatever order they came in."""

from __future__ import annotations

from .alike import Likeness
from .clusters import partition
from .component import beside, component, likeness
from .compose import compose
from .crowd import Crowd
from .keys import Keys, keys_of
from .lineage import lineages, shared_sentences
from .rulings import NO_RULINGS, Command, Rulings, named_with, rulings
from .scratch import event_id, merge_all, tellings
from .settle import Around, content, settle
from .tables import tables
from .told import Told

__all__ = [
    "NO_RULINGS",
    "Around",
    "Command",
    "Crowd",
    "Keys",
    "Likeness",
    "Rulings",
    "Told",
    "beside",
    "component",
    "compose",
    "content",
    "event_id",
    "keys_of",
    "likeness",
    "lineages",
    "merge_all",
    "named_with",
    "partition",
    "ruleset",
    "rulings",
    "settle",
    "shared_sentences",
    "tellings",
]


def ruleset() -> str:
    """The version of the rules of merging, which every event carries."""
    return tables().ruleset
