"""What has to be looked at again when some mentions change: all that likeness or a link joins to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .alike import Likeness, compare
from .cells import cells, neighbours
from .links import alternatives, part_and_whole
from .shapes import Shape, shape
from .told import Told, canonical


def likeness(a: Told, b: Told) -> Likeness:
    """How alike two mentions are, and by which rule they are or must not be one event. Symmetric."""
    return compare(shape(a), shape(b))


def component(seed: Iterable[Told], candidates: Iterable[Told]) -> tuple[Told, ...]:
    """Seed and candidates that are connected to the seed, through any number of steps, in canonical order.

    `candidates` holds at least every mention that shares a block key with one of the result; what is more does no harm.
    """
    seed = tuple(seed)
    wanted = {one.mention.mention_id for one in seed}
    table = cells((*seed, *candidates))
    graph: dict[int, list[int]] = defaultdict(list)
    for one, other in neighbours(table):
        if joined(table[one].shape, table[other].shape):
            graph[one].append(other)
            graph[other].append(one)
    reached = _spread([position for position, cell in enumerate(table) if cell.shape.mentions & wanted], graph)
    return canonical(one for position in reached for one in table[position].told)


def joined(a: Shape, b: Shape) -> bool:
    """Could these two come to be one event, or be linked?"""
    return compare(a, b).edge or part_and_whole(a, b) or alternatives(a, b)


def _spread(start: Iterable[int], graph: dict[int, list[int]]) -> set[int]:
    reached, open_ends = set(start), list(start)
    while open_ends:
        fresh = [position for position in graph[open_ends.pop()] if position not in reached]
        reached.update(fresh)
        open_ends += fresh
    return reached
