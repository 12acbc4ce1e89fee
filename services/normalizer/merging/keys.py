"""Block keys: cheap words such that two mentions which could be one event have one in common.

A key is kind, week and anchor. The week comes from when the event may have happened, the anchor from who or where. A weak anchor
only finds a strong one: two towns of one region have the region in common and still are two places, so that a night of five
thousand hits is not compared pair by pair.
"""

from __future__ import annotations

from .shapes import Shape
from .tables import tables

Anchors = dict[str, bool]


def anchors(shape: Shape) -> Anchors:
    """Each anchor, and whether it is strong."""
    where, who = shape.structure.where, shape.structure.who
    local = tables().of(shape.structure.kind).local
    found = dict.fromkeys((f"in:{name}" for name in where.around), False)
    found |= dict.fromkeys((f"in:{name}" for name in where.own), True)
    found |= dict.fromkeys((f"who:{name}" for name in who.named), True)
    if not local or not where.known:
        found |= dict.fromkeys((f"by:{key}" for key in who.keys), True)
    if local:
        found |= dict.fromkeys((f"of:{country}" for country in where.countries), True) if not where.own else {}
        found |= dict.fromkeys(_telling(shape), not where.own)
    return found


def keys(shape: Shape) -> dict[str, bool]:
    """Every key of a shape, and whether its anchor is strong."""
    kind, reach = shape.structure.kind, shape.structure.reach
    weeks = ["?"] if reach is None else [str(week) for week in reach.weeks()]
    found = {f"{kind}|{week}|{anchor}": strong for anchor, strong in anchors(shape).items() for week in weeks}
    return found | dict.fromkeys((f"{kind}|told|{name}" for name in shape.mentions | shape.parts), True)


def grounds(a: Shape, b: Shape) -> bool:
    """Have these two anything in common that is worth a comparison? Implies a key in common."""
    mine, yours = anchors(a), anchors(b)
    if not any(mine[anchor] or yours[anchor] for anchor in mine.keys() & yours.keys()):
        return False
    one, two = a.structure, b.structure
    if one.reach is None or two.reach is None:
        return one.reach is two.reach
    return one.reach.meets(two.reach)


def _telling(shape: Shape) -> list[str]:
    return [f"n:{measure}:{value}" for measure, _, value in shape.numbers if value >= tables().telling]
