"""Block keys: cheap words such that two mentions which could be one event have one in common.

A key is kind, week and anchor. The week comes from when the event may have happened, the anchor from who or where. A weak anchor
only finds a strong one: two towns of one region have the region in common and still are two places, so that a night of five
thousand hits is not compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .shapes import Shape, Structure, shape
from .tables import tables
from .told import Told

Anchors = dict[str, bool]
REMEMBERED = 65_536


def anchors(shape: Shape) -> Anchors:
    """Each anchor, and whether it is strong."""
    if not tables().of(shape.structure.kind).local:
        return _standing(shape.structure)
    return _standing(shape.structure) | dict.fromkeys(_telling(shape), not shape.structure.where.own)


@lru_cache(maxsize=REMEMBERED)
def keys(shape: Shape) -> Mapping[str, bool]:
    """Every key of a shape, and whether its anchor is strong."""
    kind, reach = shape.structure.kind, shape.structure.reach
    weeks = ["?"] if reach is None else [str(week) for week in reach.weeks()]
    found = {f"{kind}|{week}|{anchor}": strong for anchor, strong in anchors(shape).items() for week in weeks}
    return found | dict.fromkeys((f"{kind}|told|{name}" for name in shape.mentions | shape.parts), True)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a mention, those of strong anchors apart from those of weak ones."""

    strong: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()

    def __or__(self, other: Keys) -> Keys:
        return Keys(self.strong | other.strong, self.weak | other.weak)

    def __sub__(self, other: Keys) -> Keys:
        return Keys(self.strong - other.strong, self.weak - other.weak)

    def __bool__(self) -> bool:
        return bool(self.strong or self.weak)

    def meets(self, other: Keys) -> bool:
        """Is a key in common of which at least one side is strong?"""
        return not (self.strong.isdisjoint(other.strong | other.weak) and self.weak.isdisjoint(other.strong))


@lru_cache(maxsize=16_384)
def keys_of(told: Told) -> Keys:
    """What a store finds a mention by."""
    found = keys(shape(told))
    return Keys(frozenset(key for key in found if found[key]), frozenset(key for key in found if not found[key]))


def grounds(a: Shape, b: Shape) -> bool:
    """Have these two anything in common that is worth a comparison? Implies a key in common."""
    one, two = a.structure, b.structure
    return _same_time(one, two) and (_common(one, two) or _number_in_common(a, b))


@lru_cache(maxsize=REMEMBERED)
def _standing(structure: Structure) -> Anchors:
    """The anchors that do not hang on numbers."""
    where, who, local = structure.where, structure.who, tables().of(structure.kind).local
    found = dict.fromkeys((f"in:{name}" for name in where.around), False)
    found |= dict.fromkeys((f"in:{name}" for name in where.own), True)
    found |= dict.fromkeys((f"who:{name}" for name in who.named), True)
    if not local or not where.known:
        found |= dict.fromkeys((f"by:{key}" for key in who.keys), True)
    if local and not where.own:
        found |= dict.fromkeys((f"of:{country}" for country in where.countries), True)
    return found


@lru_cache(maxsize=REMEMBERED)
def alike_in_place_and_time(a: Structure, b: Structure) -> bool:
    """Grounds for a comparison that do not hang on numbers."""
    return _same_time(a, b) and _common(a, b)


@lru_cache(maxsize=REMEMBERED)
def _common(a: Structure, b: Structure) -> bool:
    mine, yours = _standing(a), _standing(b)
    return any(mine[anchor] or yours[anchor] for anchor in mine.keys() & yours.keys())


def _same_time(a: Structure, b: Structure) -> bool:
    if a.reach is None or b.reach is None:
        return a.reach is b.reach
    return a.reach.meets(b.reach)


def _number_in_common(a: Shape, b: Shape) -> bool:
    table = tables()
    if not table.of(a.structure.kind).local or (a.structure.where.own and b.structure.where.own):
        return False
    mine, yours = ({(measure, value) for measure, _, value in side.numbers if value >= table.telling} for side in (a, b))
    return bool(mine & yours)


def _telling(shape: Shape) -> list[str]:
    return [f"n:{measure}:{value}" for measure, _, value in shape.numbers if value >= tables().telling]
