"""Cells: mentions of one structure, taken together before anything is compared, and the pairs of cells worth comparing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .alike import compare, enough
from .conflicts import disagreeing
from .keys import keys
from .rulings import NO_RULINGS, Rulings
from .shapes import Number, Shape, Structure, shape
from .told import Told, canonical

Member = tuple[Shape, Told]


@dataclass(frozen=True, slots=True)
class Cell:
    """`told` in canonical order; `label`: what editors have ruled of them goes by it."""

    shape: Shape
    told: tuple[Told, ...]
    label: str | None = None


def cells(told: Iterable[Told], rulings: Rulings = NO_RULINGS) -> tuple[Cell, ...]:
    """A function of the set. Of five thousand reports of one night few dozen differ in more than their numbers."""
    groups: dict[tuple[Structure, str | None], list[Member]] = defaultdict(list)
    for one in canonical(told):
        found = shape(one)
        groups[found.structure, rulings.label.get(one.mention.mention_id)].append((found, one))
    return tuple(_cell(part, label) for (_, label), members in groups.items() for part in _parts(members))


def _parts(members: list[Member]) -> Iterator[list[Member]]:
    """All of one structure together, if that alone makes them one event and no article tells it twice; else those that also have
    the same numbers; else each by itself.
    """
    structure = members[0][0].structure
    if not _tells_twice(members) and _one_event(structure, frozenset()):
        yield members
        return
    parts: dict[tuple[frozenset[Number], frozenset[str]], list[Member]] = defaultdict(list)
    for found, one in members:
        parts[found.numbers, found.articles if found.parts else frozenset()].append((found, one))
    for (numbers, _), part in parts.items():
        yield from [part] if _one_event(structure, numbers) else [[member] for member in part]


@lru_cache(maxsize=65_536)
def _one_event(structure: Structure, numbers: frozenset[Number]) -> bool:
    nobody: frozenset[str] = frozenset()
    bare = Shape(structure, numbers, quotes=nobody, articles=nobody, mentions=nobody, parts=nobody)
    return enough(bare, compare(bare, bare))


def _tells_twice(members: list[Member]) -> bool:
    seen: dict[str, Shape] = {}
    for found, _ in members:
        (article,) = found.articles
        before = seen.setdefault(article, found)
        if before is not found and (disagreeing(before.numbers, found.numbers) or before.parts or found.parts):
            return True
    return False


def _cell(members: Sequence[Member], label: str | None) -> Cell:
    return Cell(united([found for found, _ in members]), tuple(one for _, one in members), label)


def united(shapes: Sequence[Shape]) -> Shape:
    """One shape of several with the same structure."""
    if len(shapes) == 1:
        return shapes[0]
    return Shape(
        structure=shapes[0].structure,
        numbers=frozenset().union(*(one.numbers for one in shapes)),
        quotes=frozenset().union(*(one.quotes for one in shapes)),
        articles=frozenset().union(*(one.articles for one in shapes)),
        mentions=frozenset().union(*(one.mentions for one in shapes)),
        parts=frozenset().union(*(one.parts for one in shapes)),
    )


def neighbours(all_cells: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Pairs of positions i < j that share a key of which at least one side is strong; each pair once."""
    blocks: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for position, cell in enumerate(all_cells):
        for key, strong in keys(cell.shape).items():
            blocks[key].append((position, strong))
    seen: set[tuple[int, int]] = set()
    for block in blocks.values():
        for pair in _pairs(block):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _pairs(block: list[tuple[int, bool]]) -> Iterator[tuple[int, int]]:
    strong = [position for position, is_strong in block if is_strong]
    weak = [position for position, is_strong in block if not is_strong]
    for at, one in enumerate(strong):
        for other in strong[at + 1 :]:
            yield one, other
        for other in weak:
            yield min(one, other), max(one, other)
