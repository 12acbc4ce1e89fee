"""From the partition that was to the partition that is: the changes that tell every subscriber of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from schemas.changes import Cause, ChangeType, EventChange
from schemas.events import CanonicalEvent, Link

from .compose import compose
from .corrections import BLANK, edits_of, facts_by_event, is_retracted
from .inherit import Estate, age, inherit
from .kept import same_evidence
from .links import Links, links
from .membership import rivals
from .rulings import NO_RULINGS, Command, Rulings
from .tables import tables
from .told import Told, canonical, order

MERGES = uuid5(NAMESPACE_URL, "daybook/merge")
Mint = Callable[[Sequence[Told]], str]
NOT_CONTENT = {"revision", "recorded_at"}


@dataclass(frozen=True, slots=True)
class Around:
    """An event of another component, and those of its mentions that are linked to what is settled."""

    event: CanonicalEvent
    told: tuple[Told, ...]


def settle(  # noqa: PLR0913, PLR0917  what was, what is, and all that its change hangs on
    previous: Sequence[CanonicalEvent],
    groups: Sequence[Sequence[Told]],
    cause: Cause,
    recorded_at: datetime | None,
    mint: Mint,
    born: Mapping[str, datetime] | None = None,
    around: Sequence[Around] = (),
    rulings: Rulings = NO_RULINGS,
    anew: AbstractSet[Told] = frozenset(),
) -> tuple[EventChange, ...]:
    """What has to be told when `groups` take the place of `previous`, both of the same components.

    Args:
        previous: the live events; retracted ones may be among them, and live again if their mentions come back.
        groups: the partition as it is now; no two hold the same mention.
        cause: the record that made the change.
        recorded_at: log time of that record.
        mint: gives an id for a group that carries on no event.
        born: when each id was first recorded, so that on a merge the older wins; without it the `recorded_at` of the state counts.
        around: events of other components that are, or were, linked to one of these; only their links can change.
        rulings: what editors say of these mentions; the partition was made with it.
        anew: what a revision that was read before tells now, by another ruleset; though nothing else is new, its events are composed again.

    Returns:
        First what became of each group, in canonical order (identified, split, revised; nothing where the content is the same), then
        events around whose links changed, events merged away, and events retracted, the oldest first. All records of one merge carry
        one `merge_id`.
    """
    born = born or {}
    ordered = sorted((canonical(group) for group in groups), key=lambda group: order(group[0]))
    estate = inherit(previous, ordered, born)
    ids = {at: previous[estate.heir[at]].event_id if at in estate.heir else mint(group) for at, group in enumerate(ordered)}
    by_id = {ids[at]: group for at, group in enumerate(ordered)}
    facts = facts_by_event(by_id, rulings)
    standing = {event_id: group for event_id, group in by_id.items() if not is_retracted(facts.get(event_id, ()))}
    related = links(standing | {one.event.event_id: one.told for one in around if one.event.status != "retracted"})
    ruled = _Ruled(rulings, facts, related, rivals(standing, rulings), anew)
    states = _states(by_id, ruled, {event.event_id: event for event in previous})
    news = _News(previous, estate, ids, cause, recorded_at)
    living = [news.of_group(at, states[ids[at]]) for at in range(len(ordered))]
    gone = sorted(set(range(len(previous))) - set(estate.heir.values()), key=lambda event: age(previous[event], born))
    away = [news.merged(event) for event in gone if event in estate.merged]
    back = [news.retracted(event) for event in gone if event not in estate.merged and previous[event].status != "retracted"]
    inside = {*by_id, *(event.event_id for event in previous)}
    nearby = [news.of_neighbour(one.event, _relinked(one.event, related.get(one.event.event_id, ()), inside)) for one in around]
    return tuple(change for change in (*living, *nearby, *away, *back) if change is not None)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """All that a state is made of beside its mentions. `facts`: corrections and retractions by event id."""

    rulings: Rulings
    facts: Mapping[str, Sequence[Command]]
    related: Links
    runners_up: Mapping[str, str]
    anew: AbstractSet[Told]


def _states(groups: Mapping[str, Sequence[Told]], ruled: _Ruled, previous: Mapping[str, CanonicalEvent]) -> dict[str, CanonicalEvent]:
    """The events of these groups, each in its first revision, or as it was where nothing that it is made of has changed."""
    return {
        event_id: previous[event_id]
        if event_id in previous and _unchanged(previous[event_id], group, ruled)
        else compose(
            group,
            event_id=event_id,
            revision=1,
            recorded_at=None,
            ruleset=tables().ruleset,
            links=ruled.related.get(event_id, ()),
            runners_up=ruled.runners_up,
            rulings=ruled.rulings,
            facts=ruled.facts.get(event_id, ()),
        )
        for event_id, group in groups.items()
    }


def _unchanged(before: CanonicalEvent, group: Sequence[Told], ruled: _Ruled) -> bool:
    """A group is told by the same revisions of the same articles, with the same rivals, links and commands, under the same rules."""
    if before.status == "retracted" or before.ruleset != tables().ruleset or not ruled.anew.isdisjoint(group):
        return False
    if not same_evidence(before, group) or before.links != tuple(ruled.related.get(before.event_id, ())):
        return False
    if any(m.membership is None or m.membership.runner_up != ruled.runners_up.get(m.mention_id) for m in before.mentions):
        return False
    return before.edits == edits_of(group, ruled.facts.get(before.event_id, ()), ruled.rulings)


def _relinked(event: CanonicalEvent, related: Sequence[Link], inside: set[str]) -> tuple[Link, ...]:
    """Its links to events that are looked at again come from what these are now; its others stay."""
    kept = {(link.relation, link.event_id, link.reason) for link in event.links if link.event_id not in inside}
    found = {(link.relation, link.event_id, link.reason) for link in related if link.event_id in inside}
    return tuple(Link(relation=relation, event_id=other, reason=why) for relation, other, why in sorted(kept | found))


class _News:
    """Puts states into changes: revision, log time, cause, and the ids that tie the records of a merge or split together."""

    def __init__(
        self, previous: Sequence[CanonicalEvent], estate: Estate, ids: Mapping[int, str], cause: Cause, recorded_at: datetime | None
    ) -> None:
        self._previous, self._estate, self._ids, self._cause, self._at = previous, estate, ids, cause, recorded_at

    def of_group(self, group: int, state: CanonicalEvent) -> EventChange | None:
        if state.status == "retracted":
            return self._taken_back(group, state)
        if group not in self._estate.heir:
            origin = self._estate.split_from.get(group)
            source = None if origin is None else self._previous[origin].event_id
            return self._change("identified" if source is None else "split", state, split_from=source)
        before = self._previous[self._estate.heir[group]]
        merge_id = self._merge_id(group)
        if merge_id is None and (state is before or same(before, state)):
            return None
        return self._change("revised", state, merge_id=merge_id, revision=before.revision + 1)

    def _taken_back(self, group: int, state: CanonicalEvent) -> EventChange | None:
        """An editor says that it never happened; told once, however many articles go on telling it."""
        before = self._previous[self._estate.heir[group]] if group in self._estate.heir else None
        if before is None or before.status == "retracted":
            return None
        return self._change("retracted", state, merge_id=self._merge_id(group), revision=before.revision + 1)

    def of_neighbour(self, before: CanonicalEvent, links: tuple[Link, ...]) -> EventChange | None:
        if links == before.links:
            return None
        return self._change("revised", before, revision=before.revision + 1, links=links)

    def merged(self, event: int) -> EventChange:
        group = self._estate.merged[event]
        before = self._previous[event]
        return self._change("merged", before, merge_id=self._merge_id(group), revision=before.revision + 1, merged_into=self._ids[group])

    def retracted(self, event: int) -> EventChange:
        """Nothing of what was taken back stays but which mentions it were, so that their return can bring the event back."""
        before = self._previous[event]
        return self._change("retracted", before.model_copy(update={**BLANK, "edits": ()}), revision=before.revision + 1)

    def _merge_id(self, group: int) -> str | None:
        away = sorted(self._previous[event].event_id for event, into in self._estate.merged.items() if into == group)
        before = self._previous[self._estate.heir[group]] if away else None
        return str(uuid5(MERGES, f"{self._ids[group]}|{before.revision}|{'|'.join(away)}")) if before else None

    def _change(
        self, change: ChangeType, state: CanonicalEvent, *, merge_id: str | None = None, split_from: str | None = None, **update: object
    ) -> EventChange:
        """`update`: what is different in the event after it."""
        event = state.model_copy(update={"recorded_at": self._at, **update})
        return EventChange(change=change, event=event, cause=self._cause, merge_id=merge_id, split_from=split_from)


def same(one: CanonicalEvent, other: CanonicalEvent) -> bool:
    """Do they say the same? What is told by fewer or more is seen at once."""
    if len(one.mentions) != len(other.mentions) or len(one.claims) != len(other.claims):
        return False
    return content(one) == content(other)


def content(event: CanonicalEvent) -> dict[str, object]:
    """What an event says, whatever its revision and whenever it was recorded."""
    return event.model_dump(mode="json", exclude=NOT_CONTENT)
