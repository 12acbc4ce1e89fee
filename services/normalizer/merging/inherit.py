"""Which group carries on which event: ids survive as long as something of their event does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.events import CanonicalEvent

from .told import Told

SAME, QUOTED, SAME_ARTICLE = 1.0, 0.9, 0.5
LAST = datetime.max.replace(tzinfo=UTC)
Votes = dict[tuple[int, int], float]


@dataclass(slots=True)
class Estate:
    """Positions in `groups` and `previous`. `heir`: group to the event it carries on; `merged`: event to the group it went into;
    `split_from`: group to the event that most of it came from.
    """

    heir: dict[int, int] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    split_from: dict[int, int] = field(default_factory=dict)


def inherit(previous: Sequence[CanonicalEvent], groups: Sequence[Sequence[Told]], born: Mapping[str, datetime]) -> Estate:
    """Each group carries on the event with which it shares most mentions, each event lives on in one group at most (of equals what
    resembles more, then the older). An event all of whose mentions went elsewhere is merged into the group that has most of them,
    and of all events in one group the oldest gives the id.
    """
    votes = _votes(previous, groups)
    estate = Estate()
    ranked = sorted(votes, key=lambda pair: _rank(pair, votes, previous, groups, born))
    for event, group in ranked:
        if group not in estate.heir and event not in estate.heir.values():
            estate.heir[group] = event
    for event, group in ranked:
        _settle_rest(event, group, votes, previous, estate)
    _oldest_first(previous, estate, born)
    return estate


def age(event: CanonicalEvent, born: Mapping[str, datetime]) -> tuple[datetime, str]:
    return (born.get(event.event_id) or event.recorded_at or LAST, event.event_id)


def _settle_rest(event: int, group: int, votes: Votes, previous: Sequence[CanonicalEvent], estate: Estate) -> None:
    if votes[event, group] < QUOTED:
        return  # the same article still tells something, but not of this
    if group not in estate.heir:
        estate.split_from.setdefault(group, event)
    elif event not in estate.heir.values() and previous[event].status != "retracted":
        estate.merged.setdefault(event, group)


def _oldest_first(previous: Sequence[CanonicalEvent], estate: Estate, born: Mapping[str, datetime]) -> None:
    for event, group in sorted(estate.merged.items()):
        holder = estate.heir[group]
        if age(previous[event], born) < age(previous[holder], born) and previous[holder].status != "retracted":
            estate.heir[group] = event
            estate.merged[holder] = estate.merged.pop(event)


def _votes(previous: Sequence[CanonicalEvent], groups: Sequence[Sequence[Told]]) -> Votes:
    """How many mentions of each event are in each group. A mention that a new revision tells anew is known by its quote, or else
    counts half for every group of its article.
    """
    by_id = {one.mention.mention_id: at for at, group in enumerate(groups) for one in group}
    by_quote = {(one.article.article_id, one.mention.evidence.quote_sha256): at for at, group in enumerate(groups) for one in group}
    by_article: dict[str, set[int]] = defaultdict(set)
    for at, group in enumerate(groups):
        for one in group:
            by_article[one.article.article_id].add(at)
    votes: Votes = defaultdict(float)
    for event, state in enumerate(previous):
        for mention in state.mentions:
            quote = (mention.article_id, mention.evidence.quote_sha256)
            if mention.mention_id in by_id:
                votes[event, by_id[mention.mention_id]] += SAME
            elif quote in by_quote:
                votes[event, by_quote[quote]] += QUOTED
            else:
                for at in by_article[mention.article_id]:
                    votes[event, at] += SAME_ARTICLE / len(state.mentions)
    return votes


def _rank(
    pair: tuple[int, int],
    votes: Votes,
    previous: Sequence[CanonicalEvent],
    groups: Sequence[Sequence[Told]],
    born: Mapping[str, datetime],
) -> tuple[bool, float, float, tuple[datetime, str], int]:
    event, group = previous[pair[0]], groups[pair[1]]
    return (event.status == "retracted", -votes[pair], -_resemblance(event, group), age(event, born), pair[1])


def _resemblance(event: CanonicalEvent, group: Sequence[Told]) -> float:
    """0 to 3: the same day, a place and a participant in common."""
    days = {one.mention.when.start for one in group}
    places = {place.name for one in group for place in one.mention.where}
    cast = {person.name for one in group for person in one.mention.participants}
    same_day = float(event.when.start in days)
    place = float(any(place.name in places for place in event.where))
    people = {person.name for person in event.participants}
    return same_day + place + len(people & cast) / max(1, len(people | cast))
