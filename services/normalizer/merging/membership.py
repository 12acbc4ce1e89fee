"""Why a mention belongs to its event, and which event it might else have belonged to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from schemas.events import Membership

from .alike import Likeness, compare, enough
from .cells import Cell, cells, neighbours
from .rulings import NO_RULINGS, Rulings
from .shapes import shape
from .told import Told

ALONE = "alone"
CORE = 16  # mentions of the event that each is compared with: of thousands, the first told say enough


def memberships(group: Sequence[Told], runners_up: Mapping[str, str], edits: Mapping[str, str]) -> dict[str, Membership]:
    """By mention id: the likeness to the most alike other mention among the first of the event. `edits`: the command by mention that
    has put it there, whatever it is like.
    """
    table = cells(group)
    by_name = ((one.mention.mention_id, one, cell) for cell in table for one in cell.told)
    return {name: _membership(one, cell, table, runner_up=runners_up.get(name), edit_id=edits.get(name)) for name, one, cell in by_name}


def _membership(one: Told, cell: Cell, table: Sequence[Cell], **fate: str | None) -> Membership:
    mine = shape(one)
    likes = [compare(mine, other.shape) for other in table[:CORE] if other is not cell]
    best = _best((*likes, _within(one, cell.told[:CORE])))
    if best is None:
        return Membership(rule=ALONE, score=0.0, **fate)
    return Membership(rule=best.rule, score=best.score, features=best.features, **fate)


@lru_cache(maxsize=16_384)
def _within(one: Told, first: tuple[Told, ...]) -> Likeness | None:
    """Of its own cell the other mentions count each by itself: all together have every number, and would agree with anything."""
    return _best([compare(shape(one), shape(other)) for other in first if other is not one])


def _best(likes: Iterable[Likeness | None]) -> Likeness | None:
    """The first of the most alike."""
    return max((like for like in likes if like and like.edge), key=lambda like: like.score, default=None)


def rivals(groups: Mapping[str, Sequence[Told]], rulings: Rulings = NO_RULINGS) -> dict[str, str]:
    """By mention id: the other event with which the mention has most in common, if that would be enough to belong there."""
    if len(groups) < 2:  # noqa: PLR2004  one event has no rival
        return {}
    home = {one.mention.mention_id: event_id for event_id, group in groups.items() for one in group}
    table = cells((one for group in groups.values() for one in group), rulings)
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for one, other in neighbours(table):
        if _home(table[one], home) == _home(table[other], home):
            continue
        like = compare(table[one].shape, table[other].shape)
        if enough(table[one].shape, like):
            found[one].append((-like.score, other))
            found[other].append((-like.score, one))
    nearest = {position: _home(table[min(ranked)[1]], home) for position, ranked in found.items()}
    return {one.mention.mention_id: event_id for position, event_id in nearest.items() for one in table[position].told}


def _home(cell: Cell, home: Mapping[str, str]) -> str:
    return home[cell.told[0].mention.mention_id]
