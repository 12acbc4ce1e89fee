"""How the events of one component hang together: a part and its whole, a refused venue and the wish to meet that outlives it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from schemas.events import Link

from .cells import cells, neighbours
from .conflicts import DECLINED_VENUE, incompatible
from .keys import alike_in_place_and_time
from .shapes import Shape, Structure
from .told import Told

Links = dict[str, tuple[Link, ...]]
PART = "told as a part of it"
WHOLE = "told as the whole of it"
PLANS = frozenset({"declined", "proposed", "scheduled", "postponed"})
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
    table = [(event_id, cell) for event_id, group in _with_refusals(groups) for cell in cells(group)]
    for one, other in neighbours([cell for _, cell in table]):
        (home, cell), (elsewhere, others) = table[one], table[other]
        if alternatives(cell.shape.structure, others.shape.structure):
            yield home, "alternative_to", elsewhere, ALTERNATIVE
            yield elsewhere, "alternative_to", home, ALTERNATIVE


def _with_refusals(groups: Mapping[str, Sequence[Told]]) -> Iterator[tuple[str, list[Told]]]:
    """What is planned or refused, event by event, of kinds of which anything is refused."""
    declined = {one.mention.kind for group in groups.values() for one in group if one.mention.status == "declined"}
    for event_id, group in groups.items():
        yield event_id, [one for one in group if one.mention.kind in declined and one.mention.status in PLANS]
