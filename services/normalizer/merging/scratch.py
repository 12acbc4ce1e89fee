"""Everything from scratch: what a set of readings amounts to, with no log and no history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import NAMESPACE_URL, uuid5

from schemas.changes import Cause
from schemas.events import CanonicalEvent
from schemas.mentions import Reading

from .clusters import partition
from .rulings import Command, rulings
from .settle import settle
from .told import Told, canonical

EVENTS = uuid5(NAMESPACE_URL, "daybook/event")
FROM_SCRATCH = Cause(reason="read from scratch")


def event_id(group: Sequence[Told]) -> str:
    """An id that follows from the kind and the first mention in canonical order."""
    first = canonical(group)[0].mention
    return str(uuid5(EVENTS, f"{first.kind}|{first.mention_id}"))


def tellings(readings: Iterable[Reading]) -> tuple[Told, ...]:
    """The mentions that count: those of the latest revision of each article, as read last, and none of an article that was withdrawn."""
    readings = tuple(readings)
    latest: dict[str, int] = {}
    for reading in readings:
        article = reading.article
        latest[article.article_id] = max(article.revision, latest.get(article.article_id, 0))
    valid = _read_last(one for one in readings if one.article.revision == latest[one.article.article_id])
    withdrawn = {one.article.article_id for one in valid if one.article.pubstatus == "withdrawn"}
    return canonical(
        Told(mention, one.article, one.sentences, one.spans)
        for one in valid
        if one.article.article_id not in withdrawn
        for mention in one.mentions
    )


def _read_last(readings: Iterable[Reading]) -> list[Reading]:
    """Of those of one article and kind, the one of the latest rereading: what did not change was not told again."""
    last: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        slot = (reading.article.article_id, reading.kind)
        last[slot] = max(last.get(slot, reading), reading, key=lambda one: one.rereading)
    return list(last.values())


def merge_all(readings: Iterable[Reading], commands: Iterable[Command] = ()) -> tuple[CanonicalEvent, ...]:
    """The events of these readings under these commands of editors, in canonical order; a function of the two sets, ids included."""
    told = tellings(readings)
    ruled = rulings(commands, told)
    changes = settle((), partition(told, ruled), FROM_SCRATCH, None, event_id, rulings=ruled)
    return tuple(change.event for change in changes)
