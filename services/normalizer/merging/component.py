"""What has to be looked at again when some mentions change, and what stands beside it and is only linked to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .alike import Likeness, compare, possible
from .crowd import Crowd, linked
from .rulings import Command, named_with
from .shapes import Shape, shape
from .told import Told


def likeness(a: Told, b: Told) -> Likeness:
    """How alike two mentions are, and by which rule they are or must not be one event. Symmetric."""
    return compare(shape(a), shape(b))


def component(seed: Iterable[Told], candidates: Iterable[Told], commands: Sequence[Command] = ()) -> tuple[Told, ...]:
    """Seed and candidates that could be one event with the seed, or that a command names along with one that could, directly or
    through any number of others, in canonical order.

    What changes in the seed can change nothing outside. To see also what it changed by going, let what was taken back be in the seed
    beside what takes its place. `candidates` holds at least every mention that shares a key with one of the result, one of the
    two strong; what is more does no harm.
    """
    seed, candidates = tuple(seed), tuple(candidates)
    crowd = Crowd((*seed, *candidates))
    core = crowd.component(seed)
    while more := named_with(core, candidates, commands):
        core = crowd.component((*core, *more))
    return core


def beside(core: Iterable[Told], candidates: Iterable[Told]) -> tuple[Told, ...]:
    """Candidates outside the core that are linked to one of it: a part or the whole, or the other venue; in canonical order."""
    core = tuple(core)
    return Crowd((*core, *candidates)).beside(core)


def joined(a: Shape, b: Shape) -> bool:
    """Could these two come to be one event, or be linked?"""
    return possible(a, b) or linked(a, b)
