"""Cells become events: the best pair first among what is exactly dated, then what is roughly dated, then what is undated.

Nothing here depends on the order of arrival: cells come in canonical order, pairs by score and then by that order. Two clusters
come together only if no member of the one contradicts a member of the other. What is roughly dated or undated joins an event that
is better dated only if it is nearer to it than to any other by the margin; else it stays with its like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from .alike import Likeness, compare, enough
from .cells import Cell, cells, neighbours
from .conflicts import DATES_APART, contradiction
from .shapes import Shape, Structure
from .tables import tables
from .told import Told, order
from .windows import COARSE, EXACT, OPEN

Edges = dict[tuple[int, int], Likeness]


def partition(told: Iterable[Told]) -> tuple[tuple[Told, ...], ...]:
    """The events among these mentions, as groups; canonical order within a group and between groups.

    A function of the set of mentions. It can be taken apart: the partition of two sets that no likeness joins is the union of
    their partitions.
    """
    table = cells(told)
    groups = _Clusters(table).grown()
    found = (tuple(sorted((one for position in group for one in table[position].told), key=order)) for group in groups)
    return tuple(sorted(found, key=lambda group: order(group[0])))


class _Clusters:
    """The clustering under way. Clusters are lists of positions in the table of cells, named by their first position."""

    def __init__(self, table: Sequence[Cell]) -> None:
        self._shapes = [cell.shape for cell in table]
        self._edges = self._likely(neighbours(table))
        self._home = list(range(len(table)))
        self._members = {position: [position] for position in self._home}
        self._refused: dict[int, set[int]] = defaultdict(set)
        self._clashes: dict[tuple[int, int], str | None] = {}

    def grown(self) -> list[list[int]]:
        grains = [shape.structure.grain for shape in self._shapes]
        placed: set[int] = set()
        for grain in (EXACT, COARSE, OPEN):
            these = {position for position, its in enumerate(grains) if its == grain}
            self._agglomerate(these - self._attach(these, placed))
            placed |= these
        return list(self._members.values())

    def _likely(self, pairs: Iterator[tuple[int, int]]) -> Edges:
        found = ((pair, compare(self._shapes[pair[0]], self._shapes[pair[1]])) for pair in pairs)
        return {pair: likeness for pair, likeness in found if enough(self._shapes[pair[0]], likeness)}

    def _agglomerate(self, among: set[int]) -> None:
        inside = [(pair, found.score) for pair, found in self._edges.items() if pair[0] in among and pair[1] in among]
        for (one, other), _ in sorted(inside, key=lambda edge: (-edge[1], edge[0])):
            self._join(self._home[one], self._home[other])

    def _attach(self, these: set[int], placed: set[int]) -> set[int]:
        """Each cell chooses among the clusters that stand before any of them has moved; the surest choice is granted first."""
        choices = sorted((-best, position, home) for position, (best, home) in self._choices(these, placed))
        return {position for _, position, home in choices if self._join(self._home[home], position)}

    def _choices(self, these: set[int], placed: set[int]) -> Iterator[tuple[int, tuple[float, int]]]:
        best: dict[int, dict[int, float]] = {position: {} for position in sorted(these)}
        for (one, other), found in self._edges.items():
            for position, partner in ((one, other), (other, one)):
                if position in best and partner in placed:
                    home = self._home[partner]
                    best[position][home] = max(found.score, best[position].get(home, 0.0))
        for position, homes in best.items():
            ranked = sorted((-score, home) for home, score in homes.items() if self._fit(home, position))
            if _clear([-score for score, _ in ranked]):
                yield position, (-ranked[0][0], ranked[0][1])

    def _join(self, one: int, other: int) -> bool:
        if one == other or other in self._refused[one]:
            return one == other
        if not self._fit(one, other):
            self._refused[one].add(other)
            self._refused[other].add(one)
            return False
        self._unite(min(one, other), max(one, other))
        return True

    def _unite(self, kept: int, gone: int) -> None:
        for position in self._members[gone]:
            self._home[position] = kept
        self._members[kept] += self._members.pop(gone)
        enemies = self._refused.pop(kept, set()) | self._refused.pop(gone, set())
        for enemy in enemies:
            self._refused[enemy] -= {kept, gone}
        # A postponement may resolve what looked like two dates, so that what was refused must be looked at again.
        for enemy in () if self._postponements([kept]) else enemies:
            self._refused[kept].add(enemy)
            self._refused[enemy].add(kept)

    def _fit(self, one: int, other: int) -> bool:
        moves = self._postponements([one, other])
        return not any(self._clash(a, b, moves) for a in self._members[one] for b in self._members[other])

    def _clash(self, a: int, b: int, moves: list[Structure]) -> bool:
        pair = (min(a, b), max(a, b))
        if pair not in self._clashes:
            self._clashes[pair] = contradiction(self._shapes[pair[0]], self._shapes[pair[1]])
        rule = self._clashes[pair]
        if rule == DATES_APART and moves:
            return not _moved(self._shapes[a], self._shapes[b], moves)
        return rule is not None

    def _postponements(self, homes: Sequence[int]) -> list[Structure]:
        members = (self._shapes[position].structure for home in homes for position in self._members[home])
        return [member for member in members if member.status == "postponed"]


def _clear(scores: list[float]) -> bool:
    """Is there a best, ahead of the next by the margin?"""
    return bool(scores) and (len(scores) == 1 or scores[0] - scores[1] >= tables().margin)


def _moved(a: Shape, b: Shape, moves: list[Structure]) -> bool:
    """Is the earlier of two dates a plan, told before a postponement that reaches both dates?"""
    one, two = sorted((a.structure, b.structure), key=lambda it: it.reach.first if it.reach else 0)
    return one.stage == "plan" and any(_between(one, two, move) for move in moves)


def _between(plan: Structure, later: Structure, move: Structure) -> bool:
    if plan.reach is None or later.reach is None or move.reach is None or plan.told is None or move.told is None:
        return False
    return plan.told <= move.told and move.reach.meets(plan.reach) and move.reach.meets(later.reach)
