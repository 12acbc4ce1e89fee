"""The figures and words of merging, read once from the three YAML files here into frozen models."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from schemas.base import Model
from schemas.events import Status

HOME = Path(__file__).parent


class Reach(Model):
    """Days before and after publication."""

    before: int
    after: int


class KindTable(Model):
    """What counts how much for one kind, and from which sum on two mentions may be one event."""

    threshold: float
    weights: dict[str, float]
    local: bool = False
    sides: bool = False
    counterparts: bool = False


class Tables(Model):
    """`likeness.yaml`; what each entry means is said there."""

    ruleset: str
    kinds: dict[str, KindTable]
    time: dict[str, float]
    place: dict[str, dict[str, float]]
    delegation: dict[str, float]
    lone_party: float
    overlap: float
    quantities: dict[str, float]
    wording: int
    near: float
    telling: int
    tolls: frozenset[str]
    margin: float
    windows: dict[str, Reach]
    assumed: int
    gap: int
    stages: dict[str, str]
    groups: dict[str, frozenset[str]]

    def of(self, kind: str) -> KindTable:
        return self.kinds.get(kind) or self.kinds["default"]


class Life(Model):
    """`life.yaml`: which status may follow which."""

    order: tuple[Status, ...]
    follows: dict[Status, frozenset[Status]]
    background: frozenset[Status]


class Phrase(Model):
    """Verbs of a title by status; `default` where a status has none of its own."""

    default: str
    by_status: dict[str, str] = {}

    def of(self, status: str) -> str:
        return self.by_status.get(status, self.default)


class Words(Model):
    """`telling.yaml`: the templates of titles and the words that go into them."""

    definite: frozenset[str]
    shown_names: int
    shown_numbers: tuple[str, ...]
    nobody: str
    nowhere: str
    others: str
    titles: dict[str, dict[str, Phrase]]


@cache
def tables() -> Tables:
    return Tables.model_validate(yaml.safe_load((HOME / "likeness.yaml").read_text(encoding="utf-8")))


@cache
def life() -> Life:
    return Life.model_validate(yaml.safe_load((HOME / "life.yaml").read_text(encoding="utf-8")))


@cache
def words() -> Words:
    return Words.model_validate(yaml.safe_load((HOME / "telling.yaml").read_text(encoding="utf-8")))
