"""What editors have put together or apart, while clusters grow: it wins over every likeness and every contradiction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from .rulings import Rulings


class Bonds:
    """Cells by position. Clusters that hold cells of one label are one event in the end, each grown by the rules for itself."""

    def __init__(self, labels: Sequence[str | None], rulings: Rulings) -> None:
        self._apart = rulings.apart
        self._root = list(range(len(labels)))
        self._labels: dict[int, set[str]] = defaultdict(set)
        first: dict[str, int] = {}
        for position, label in enumerate(labels):
            if label is not None:
                self._labels[position].add(label)
                self.unite(first.setdefault(label, position), position)

    def root(self, position: int) -> int:
        while self._root[position] != position:
            self._root[position] = position = self._root[self._root[position]]
        return position

    def unite(self, one: int, other: int) -> None:
        """The rules have put these together; so is whatever is bound to either."""
        kept, gone = sorted((self.root(one), self.root(other)))
        if kept != gone:
            self._root[gone] = kept
            if labels := self._labels.pop(gone, None):
                self._labels[kept] |= labels

    def forbid(self, one: int, other: int) -> bool:
        """Would bringing these together bring together what is to be kept apart?"""
        if not self._apart:
            return False
        mine, yours = (self._labels.get(self.root(position), set()) for position in (one, other))
        return any(not self._apart.get(label, frozenset()).isdisjoint(yours) for label in mine)

    def best(self, scores: Iterable[tuple[float, int]]) -> list[float]:
        """Of scores by cluster, the best of each event, the highest first: clusters that are bound are no rivals."""
        found: dict[int, float] = {}
        for score, home in scores:
            root = self.root(home)
            found[root] = max(score, found.get(root, score))
        return sorted(found.values(), reverse=True)

    def whole(self, members: Mapping[int, Sequence[int]]) -> list[list[int]]:
        """The events: all positions of clusters that are bound together."""
        found: dict[int, list[int]] = defaultdict(list)
        for home, positions in members.items():
            found[self.root(home)] += positions
        return list(found.values())
