"""How alike two mentions are, told as features, a score, and the rule that decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from .conflicts import contradiction, disagreeing, incompatible
from .keys import grounds
from .parties import agreement
from .places import relation
from .shapes import Number, Shape, Structure
from .tables import Tables, tables
from .windows import EXACT, OPEN, Window

REMEMBERED = 65_536
NOTHING = "nothing-in-common"


@dataclass(frozen=True, slots=True)
class Likeness:
    """`features`: weight x value by name, which sum up to `score`; `forbidden`: `rule` keeps the two apart whatever the score."""

    score: float
    features: dict[str, float] = field(default_factory=dict)
    rule: str = NOTHING
    forbidden: bool = False

    @property
    def edge(self) -> bool:
        """Could the two come together, by themselves or through others?"""
        return bool(self.features) and not self.forbidden


@lru_cache(maxsize=REMEMBERED)
def compare(a: Shape, b: Shape) -> Likeness:
    """Symmetric, and a function of the two shapes alone."""
    rule = contradiction(a, b)
    if rule is not None:
        return Likeness(0.0, rule=rule, forbidden=True)
    if not grounds(a, b) or _too_long_silent(a.structure, b.structure):
        return Likeness(0.0)
    return _weighed(a, b)


def enough(a: Shape, found: Likeness) -> bool:
    return found.edge and found.score >= tables().of(a.structure.kind).threshold


@lru_cache(maxsize=REMEMBERED)
def possible(a: Shape, b: Shape) -> bool:
    """Could mentions told like a and like b be one event, whichever of their numbers and words decide? True wherever `enough` is for
    any parts of them, and the more so the more is told: this, unlike `enough`, never ends because another mention comes.
    """
    one, two = a.structure, b.structure
    if incompatible(one, two) is not None or _too_long_silent(one, two) or not grounds(a, b):
        return False
    weights, table = tables().of(one.kind).weights, tables()
    score = sum(value for _, value in _by_structure(one, two)) + weights["quantities"] * _at_best(a.numbers, b.numbers, table)
    return round(score + (weights["wording"] if a.quotes & b.quotes else 0.0), 4) >= table.of(one.kind).threshold


def _at_best(a: frozenset[Number], b: frozenset[Number], table: Tables) -> float:
    agreed = max((_equal(measure, value, table) for measure, _, value in a & b), default=0.0)
    if agreed >= table.quantities["near"]:
        return agreed
    measures = {measure for measure, _, _ in a} & {measure for measure, _, _ in b} - table.tolls
    return max(agreed, *(table.quantities["near"] for measure in measures if _near(measure, a, b, table)), 0.0)


def _weighed(a: Shape, b: Shape) -> Likeness:
    features, weights = dict(_by_structure(a.structure, b.structure)), tables().of(a.structure.kind).weights
    if weights["quantities"] and (value := _quantities(a.numbers, b.numbers, tables())):
        features["quantities"] = round(weights["quantities"] * value, 4)
    if a.quotes & b.quotes:
        features["wording"] = weights["wording"]
    rule = "+".join(name for name, value in features.items() if value > 0)
    return Likeness(round(sum(features.values()), 4), features, rule)


@lru_cache(maxsize=REMEMBERED)
def _by_structure(a: Structure, b: Structure) -> tuple[tuple[str, float], ...]:
    """The features that do not hang on numbers: name and weight x value, where not zero."""
    table = tables()
    values = {
        "time": _time(a, b),
        "place": table.place["local" if table.of(a.kind).local else "default"][relation(a.where, b.where)],
        "parties": agreement(a.who, b.who, table),
        "named": 1.0 if a.who.named & b.who.named else 0.0,
        "form": 1.0 if a.form is not None and a.form == b.form else 0.0,
    }
    weights = table.of(a.kind).weights
    return tuple((name, round(weights[name] * value, 4)) for name, value in values.items() if weights[name] * value)


def _too_long_silent(a: Structure, b: Structure) -> bool:
    both = a.grain == b.grain == OPEN and a.told is not None and b.told is not None
    return both and abs((a.told or 0) - (b.told or 0)) > tables().gap


def _time(a: Structure, b: Structure) -> float:
    if a.reach is None or b.reach is None:
        return tables().time["open"]
    if a.window is not None and b.window is not None and a.window.meets(b.window):
        return tables().time[_rougher(a.window, b.window).word]
    return tables().time[_rougher(a.reach, b.reach).word]


def _rougher(a: Window, b: Window) -> Window:
    return max(a, b, key=lambda window: (window.word != "exact", window.grain != EXACT, window.last - window.first, window.word))


def _quantities(a: frozenset[Number], b: frozenset[Number], table: Tables) -> float:
    """The strongest agreement counts; only where there is none does the worst disagreement."""
    agreed = [_equal(measure, value, table) for measure, _, value in a & b]
    if agreed:
        return max(agreed)
    apart = disagreeing(a, b)
    if not apart:
        return 0.0
    return min(_apart(measure, a, b, table) for measure in apart)


def _equal(measure: str, value: int, table: Tables) -> float:
    if value < table.telling:
        return table.quantities["small"]
    return table.quantities["toll" if measure in table.tolls else "equal"]


def _apart(measure: str, a: frozenset[Number], b: frozenset[Number], table: Tables) -> float:
    if measure in table.tolls:
        return table.quantities["toll_apart"]
    return table.quantities["near" if _near(measure, a, b, table) else "apart"]


def _near(measure: str, a: frozenset[Number], b: frozenset[Number], table: Tables) -> bool:
    mine, yours = ([value for name, _, value in side if name == measure] for side in (a, b))
    return any(abs(x - y) <= table.near * max(x, y) for x in mine for y in yours)
