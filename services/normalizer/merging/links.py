"""How the events of one component hang together: a part and its whole, a refused venue and the wish to meet that outlives it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from schemas.events import Link

from .cells import Cell, cells, neighbours
from .conflicts import DECLINED_VENUE, incompatible
from .keys import alike_in_place_and_time
from .shapes import Shape, Structure
from .told import Told

Links = dict[str, tuple[Link, ...]]
PART = "told as a part of it"
WHOLE = "told as the whole of it"
ALTERNATIVE = "the same parties, of whom one refused this venue"


def alternatives(a: Structure, b: Structure) -> bool:
    """One is the refusal of a venue, the other the plan to meet that it does not end."""
    return "plan" in {a.stage, b.stage} and incompatible(a, b) == DECLINED_VENUE and alike_in_place_and_time(a, b)


def part_and_whole(a: Shape, b: Shape) -> bool:
    """Does one tell itself as a part of the other? Only within a kind, as each kind is merged by itself."""
    return a.structure.kind == b.structure.kind and bool(a.mentions & b.parts or b.mentions & a.parts)


def links(groups: Mapping[str, Sequence[Told]]) -> Links:
    """Links of each event to others of the same groups, by event id, sorted; each from both ends."""
    found: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for one, relation, other, reason in (*_parts(groups), *_refusals(groups)):
        if one != other:
            found[one].add((relation, other, reason))
    return {home: tuple(Link(relation=r, event_id=other, reason=why) for r, other, why in sorted(rows)) for home, rows in found.items()}


def _parts(groups: Mapping[str, Sequence[Told]]) -> Iterator[tuple[str, str, str, str]]:
    home = {(one.mention.kind, one.mention.mention_id): event_id for event_id, group in groups.items() for one in group}
    for event_id, group in groups.items():
        for whole in {home.get((one.mention.kind, one.mention.part_of or "")) for one in group} - {None}:
            yield event_id, "part_of", str(whole), PART
            yield str(whole), "has_part", event_id, WHOLE


def _refusals(groups: Mapping[str, Sequence[Told]]) -> Iterator[tuple[str, str, str, str]]:
    home = {one.mention.mention_id: event_id for event_id, group in groups.items() for one in group}
    table = _with_refusals(groups)
    for one, other in neighbours(table):
        if alternatives(table[one].shape.structure, table[other].shape.structure):
            ends = [home[table[position].told[0].mention.mention_id] for position in (one, other)]
            yield ends[0], "alternative_to", ends[1], ALTERNATIVE
            yield ends[1], "alternative_to", ends[0], ALTERNATIVE


def _with_refusals(groups: Mapping[str, Sequence[Told]]) -> tuple[Cell, ...]:
    declined = {one.mention.kind for group in groups.values() for one in group if one.mention.status == "declined"}
    plans = (one for group in groups.values() for one in group if one.mention.kind in declined)
    return cells(one for one in plans if one.mention.status in {"declined", "proposed", "scheduled", "postponed"})
