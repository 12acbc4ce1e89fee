"""Cells become events: the best pair first among what is exactly dated, then what is roughly dated, then what is undated.

Nothing here depends on the order of arrival: cells come in canonical order, pairs by score and then by that order. Two clusters
come together only if no member of the one contradicts a member of the other, unless a third one explains it: a postponement two
dates, a fuller list of those who met two partial ones. What is roughly dated or undated joins an event that
is better dated only if it is nearer to it than to any other by the margin; else it stays with its like.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from .alike import Likeness, compare, enough
from .bonds import Bonds
from .cells import Cell, cells, neighbours
from .conflicts import COUNTERPARTS, DATES_APART, contradiction, covers_both
from .rulings import NO_RULINGS, Rulings
from .shapes import Structure
from .tables import tables
from .told import Told, order
from .windows import COARSE, EXACT, OPEN

EXPLAINED = {DATES_APART, COUNTERPARTS}  # by a postponement, by a fuller list
Edges = dict[tuple[int, int], Likeness]


def partition(told: Iterable[Told], rulings: Rulings = NO_RULINGS) -> tuple[tuple[Told, ...], ...]:
    """The events among these mentions, as groups; canonical order within a group and between groups.

    A function of the set of mentions and of what editors have ruled of them. It can be taken apart: the partition of two sets that
    neither a likeness nor a ruling joins is the union of their partitions.
    """
    table = cells(told, rulings)
    groups = _Clusters(table, rulings).grown()
    found = (tuple(sorted((one for position in group for one in table[position].told), key=order)) for group in groups)
    return tuple(sorted(found, key=lambda group: order(group[0])))


class _Clusters:
    """The clustering under way. Clusters are lists of positions in the table of cells, named by their first position."""

    def __init__(self, table: Sequence[Cell], rulings: Rulings) -> None:
        self._shapes = [cell.shape for cell in table]
        self._bonds = Bonds([cell.label for cell in table], rulings)
        self._edges = self._likely(neighbours(table))
        self._home = list(range(len(table)))
        self._members = {position: [position] for position in self._home}
        self._refused: dict[int, set[int]] = defaultdict(set)
        self._contradictions: dict[tuple[int, int], str | None] = {}

    def grown(self) -> list[list[int]]:
        grains = [shape.structure.grain for shape in self._shapes]
        placed: set[int] = set()
        for grain in (EXACT, COARSE, OPEN):
            these = {position for position, its in enumerate(grains) if its == grain}
            self._agglomerate(these - self._attach(these, placed))
            placed |= these
        return self._bonds.whole(self._members)

    def _likely(self, pairs: Iterator[tuple[int, int]]) -> Edges:
        found = ((pair, compare(self._shapes[pair[0]], self._shapes[pair[1]])) for pair in pairs)
        return {pair: likeness for pair, likeness in found if enough(self._shapes[pair[0]], likeness)}

    def _agglomerate(self, among: set[int]) -> None:
        inside = [(pair, found.score) for pair, found in self._edges.items() if pair[0] in among and pair[1] in among]
        ranked = [pair for pair, _ in sorted(inside, key=lambda edge: (-edge[1], edge[0]))]
        while sum(self._joined(pair) for pair in ranked):
            ranked = [pair for pair in ranked if self._home[pair[0]] != self._home[pair[1]]]

    def _joined(self, pair: tuple[int, int]) -> bool:
        """Has this pair brought two clusters together? What was refused may go later, when a member has come that explains it."""
        one, other = self._home[pair[0]], self._home[pair[1]]
        return one != other and self._join(one, other)

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
            ranked = sorted((-score, home) for home, score in homes.items() if self._open(home, position))
            if _clear(self._bonds.best((-score, home) for score, home in ranked)):
                yield position, (-ranked[0][0], ranked[0][1])

    def _open(self, home: int, position: int) -> bool:
        return not self._bonds.forbid(home, position) and not self._clashes_of(home, position)

    def _join(self, one: int, other: int) -> bool:
        if one == other or other in self._refused[one]:
            return one == other
        if self._bonds.forbid(one, other):
            return False
        clashes = self._clashes_of(one, other)
        if not clashes:
            self._unite(min(one, other), max(one, other))
        elif not clashes & EXPLAINED:
            self._refused[one].add(other)
            self._refused[other].add(one)
        return not clashes

    def _unite(self, kept: int, gone: int) -> None:
        self._bonds.unite(kept, gone)
        for position in self._members[gone]:
            self._home[position] = kept
        self._members[kept] += self._members.pop(gone)
        enemies = self._refused.pop(kept, set()) | self._refused.pop(gone, set())
        for enemy in enemies:
            self._refused[enemy] = (self._refused[enemy] - {gone}) | {kept}
        self._refused[kept] = enemies

    def _clashes_of(self, one: int, other: int) -> set[str]:
        """The first contradiction between members of two clusters that no member of either explains; a final one before others."""
        both = [self._shapes[position].structure for home in (one, other) for position in self._members[home]]
        found: set[str] = set()
        for a in self._members[one]:
            for b in self._members[other]:
                rule = self._contradiction(a, b)
                if rule is not None and rule not in EXPLAINED:
                    return {rule}
                if rule is not None and not found and not self._explained(rule, a, b, both):
                    found.add(rule)
        return found

    def _contradiction(self, a: int, b: int) -> str | None:
        pair = (min(a, b), max(a, b))
        if pair not in self._contradictions:
            self._contradictions[pair] = contradiction(self._shapes[pair[0]], self._shapes[pair[1]])
        return self._contradictions[pair]

    def _explained(self, rule: str, a: int, b: int, members: list[Structure]) -> bool:
        one, other = self._shapes[a].structure, self._shapes[b].structure
        if rule == COUNTERPARTS:
            return any(covers_both(full, one, other) for full in members)
        return _moved(one, other, [member for member in members if member.status == "postponed"])


def _clear(scores: list[float]) -> bool:
    """Is there a best, ahead of the next by the margin?"""
    return bool(scores) and (len(scores) == 1 or scores[0] - scores[1] >= tables().margin)


def _moved(a: Structure, b: Structure, moves: list[Structure]) -> bool:
    """Is the earlier of two dates a plan, told before a postponement that reaches both dates?"""
    one, two = sorted((a, b), key=lambda it: it.reach.first if it.reach else 0)
    return one.stage == "plan" and any(_between(one, two, move) for move in moves)


def _between(plan: Structure, later: Structure, move: Structure) -> bool:
    if plan.reach is None or later.reach is None or move.reach is None or plan.told is None or move.told is None:
        return False
    return plan.told <= move.told and move.reach.meets(plan.reach) and move.reach.meets(later.reach)
