"""Mentions at hand, taken together by structure, and which structures could be one event or are linked. It grows and shrinks at
the cost of the mention that comes or goes, so that a store can keep one crowd over many readings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from .alike import possible
from .cells import united
from .keys import Keys, keys_of
from .links import alternatives, part_and_whole
from .shapes import Shape, Structure, shape
from .told import Told, order

Relation = Callable[[Shape, Shape], bool]


@dataclass(slots=True)
class _Kin:
    """All mentions of one structure. `keys`: how many of them have each; `fresh`: those that nobody has asked a store for yet;
    `whole`: the shapes of all as one, None where it has to be worked out again.
    """

    told: dict[Told, None] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    fresh: Keys = field(default_factory=Keys)
    whole: Shape | None = None


class Crowd:
    """Two mentions of one id may be in it at a time: that which is taken back and that which takes its place."""

    def __init__(self, told: Iterable[Told] = ()) -> None:
        self._kin: dict[Structure, _Kin] = {}
        self._blocks: dict[str, dict[Structure, bool]] = defaultdict(dict)
        for one in told:
            self.add(one)

    def add(self, one: Told) -> None:
        structure, keys = shape(one).structure, keys_of(one)
        kin = self._kin.setdefault(structure, _Kin())
        if one in kin.told:
            return
        kin.told[one] = None
        kin.whole = None if kin.whole is None else united([kin.whole, shape(one)])
        new = Keys(keys.strong - kin.keys.keys(), keys.weak - kin.keys.keys())
        kin.fresh |= new
        for names, strong in ((keys.strong, True), (keys.weak, False)):
            for key in names:
                kin.keys[key] = kin.keys.get(key, 0) + 1
                self._blocks[key][structure] = strong

    def remove(self, one: Told) -> None:
        structure = shape(one).structure
        kin, keys = self._kin[structure], keys_of(one)
        del kin.told[one]
        kin.whole = None
        for key in keys.strong | keys.weak:
            kin.keys[key] -= 1
            if not kin.keys[key]:
                del kin.keys[key], self._blocks[key][structure]
        if not kin.told:
            del self._kin[structure]

    def component(self, seed: Iterable[Told]) -> tuple[Told, ...]:
        """All that could be one event with the seed, directly or through any number of others, in canonical order."""
        reached = dict.fromkeys(shape(one).structure for one in seed)
        open_ends = list(reached)
        while open_ends:
            fresh = [other for other in self._partners(open_ends.pop(), possible) if other not in reached]
            reached |= dict.fromkeys(fresh)
            open_ends += fresh
        return self._all_of(reached)

    def beside(self, core: Iterable[Told]) -> tuple[Told, ...]:
        """What is outside the core but linked to one of it, in canonical order."""
        inside = dict.fromkeys(shape(one).structure for one in core)
        found = (other for one in inside for other in self._partners(one, linked))
        return self._all_of(dict.fromkeys(other for other in found if other not in inside))

    def unasked(self, core: Iterable[Told]) -> Keys:
        """Keys of these structures, each given out once: what a store has to be asked for before the component is complete."""
        strong: set[str] = set()
        weak: set[str] = set()
        for kin in (self._kin[structure] for structure in dict.fromkeys(shape(one).structure for one in core)):
            strong |= kin.fresh.strong
            weak |= kin.fresh.weak
            kin.fresh = Keys()
        return Keys(frozenset(strong), frozenset(weak))

    def _partners(self, one: Structure, relation: Relation) -> Iterator[Structure]:
        """Those that share a key with one, of the two at least one strong, and stand in this relation to it; each once."""
        sharing: dict[Structure, None] = {}
        for key in self._kin[one].keys:
            block = self._blocks[key]
            if len(block) > 1:
                strong = block[one]
                sharing.update((other, None) for other, its in block.items() if strong or its)
        sharing.pop(one, None)
        return (other for other in sharing if relation(self._whole(one), self._whole(other)))

    def _whole(self, structure: Structure) -> Shape:
        kin = self._kin[structure]
        if kin.whole is None:
            kin.whole = united([shape(one) for one in kin.told])
        return kin.whole

    def _all_of(self, structures: Iterable[Structure]) -> tuple[Told, ...]:
        return tuple(sorted((one for structure in structures for one in self._kin[structure].told), key=order))


def linked(a: Shape, b: Shape) -> bool:
    """Are events of these two linked, if they are two?"""
    return part_and_whole(a, b) or alternatives(a.structure, b.structure)
