"""The pattern and word files, read once into frozen tables. What they hold is said in the files themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from schemas.base import Model
from services.normalizer.reading.phrases import Table, expand

PATTERNS = Path(__file__).parent.parent / "patterns"
Part = Literal["noun", "verb"]
Frame = Literal["meeting", "directed", "exchange"]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # in C where it was built: the words are many
    """YAML in which "on", "off", "no" and "yes" are the words that they are."""

    yaml_implicit_resolvers = {
        first: [(tag, words) for tag, words in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _parse(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader without booleans


class Blocked(Model):
    """Words that take a trigger back: directly before it, directly after it, or anywhere in its sentence."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    sentence: tuple[str, ...] = ()


class PatternCard(Model):
    """One pattern as its file gives it, with sentences that it must, must not, and is known not to, match."""

    id: str
    part: Part
    form: str | None = None
    alone: bool = False
    reverse: bool = False
    participle: bool = False
    echo: bool = False
    destroys: bool = False
    of_bloc: bool = False
    trigger: tuple[str, ...]
    needs: tuple[str, ...]
    weapon_after: int | None = None
    weapon_near: int | None = None
    blocked_by: Blocked = Blocked()
    match: tuple[str, ...]
    not_: tuple[str, ...] = Field(alias="not")
    misses: tuple[str, ...] = ()


class KindCard(Model):
    """One kind's patterns, and the words that only it needs."""

    kind: str
    frame: Frame
    classes: dict[str, tuple[str, ...]] = {}
    weapons: dict[str, tuple[str, ...]] = {}
    measures: tuple[str, ...] = ()
    names_released: bool = False
    adversaries: tuple[tuple[str, str], ...] = ()
    raiders: tuple[str, ...] = ()
    contested: tuple[str, ...] = ()
    alliances: dict[str, tuple[str, ...]] = {}
    disputed: tuple[tuple[str, str], ...] = ()
    patterns: tuple[PatternCard, ...]


class Cue(Model):
    """Words that tell a status: where they stand from the trigger, how far at most, and how much they weigh."""

    place: Literal["before", "after", "either"]
    reach: int
    weight: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    card: PatternCard
    before: Table[str]
    after: Table[str]
    sentence: Table[str]

    @property
    def leads(self) -> bool:
        """Whether it may tell a happening of its own, and not only add to one that was told."""
        return not {"another", "told"} & set(self.card.needs)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind ready to match: its triggers are in the ruleset's one table."""

    name: str
    frame: Frame
    weapon: Table[str]
    classes: dict[str, Table[str]]
    adversaries: tuple[tuple[str, str], ...]
    raiders: tuple[str, ...]
    contested: tuple[str, ...]
    alliances: dict[str, tuple[str, ...]]
    disputed: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]
    names_released: bool
    patterns: tuple[Pattern, ...]


def load_yaml(name: str, home: Path = PATTERNS) -> Any:
    """One of the shared files of words, `common/<name>.yaml`."""
    return _parse(home / "common" / f"{name}.yaml")


def table(phrases: Iterable[str], label: str = "", classes: dict[str, tuple[str, ...]] | None = None) -> Table[str]:
    return Table(((phrase, label or phrase) for phrase in phrases), classes)


def _pattern(card: PatternCard) -> Pattern:
    blocked = card.blocked_by
    return Pattern(card, table(blocked.before), table(blocked.after), table(blocked.sentence))


def _kind(card: KindCard) -> Kind:
    weapons = ((phrase, name) for name, phrases in sorted(card.weapons.items()) for phrase in phrases)
    near = ((phrase, "weapon") for phrase in card.classes.get("weapon", ()))
    return Kind(
        name=card.kind,
        frame=card.frame,
        weapon=Table([*weapons, *near]),
        classes={name: table(members, name) for name, members in card.classes.items()},
        adversaries=card.adversaries,
        raiders=card.raiders,
        contested=card.contested,
        alliances=card.alliances,
        disputed=card.disputed,
        measures=card.measures,
        names_released=card.names_released,
        patterns=tuple(_pattern(pattern) for pattern in card.patterns),
    )


def read_cards(home: Path) -> tuple[KindCard, ...]:
    """Every `<kind>.yaml` of a folder, by name.

    Raises:
        pydantic.ValidationError: a file does not have the form of `KindCard`.
    """
    return tuple(KindCard(**_parse(path)) for path in sorted(home.glob("*.yaml")))


def deciding_files(home: Path) -> tuple[Path, ...]:
    """All that decides what is read: patterns, shared words, lexicons, and the code beside this file; in one order wherever they lie."""
    code = Path(__file__).parent
    shared = () if home == PATTERNS else (PATTERNS / "common").rglob("*.yaml")
    groups = (home.rglob("*.yaml"), shared, code.rglob("*.py"), code.rglob("*.yaml"), (code.parent / "lexicon").rglob("*.*"))
    return tuple(path for group in groups for path in sorted(group) if path.is_file() and "__pycache__" not in path.parts)


def version_of(files: Iterable[Path]) -> str:
    """A hash of the names and the bytes of files."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Rules:
    """All kinds, and one table of all their triggers; `version` changes with any word or line of code."""

    version: str
    kinds: tuple[Kind, ...]
    triggers: Table[tuple[int, int]]


@cache
def load_rules(home: Path = PATTERNS) -> Rules:
    """The kinds of a folder, compiled.

    Raises:
        pydantic.ValidationError: a pattern file does not have its form.
        KeyError: a trigger names a class that its file does not have.
    """
    cards = read_cards(home)
    entries = [
        (spelt, (n, m))
        for n, card in enumerate(cards)
        for m, pattern in enumerate(card.patterns)
        for phrase in pattern.trigger
        for spelt in expand(phrase, card.classes)
    ]
    return Rules(version_of(deciding_files(home)), tuple(_kind(card) for card in cards), Table(entries))
