"""The notation of `rules.yaml`, and the trie in which all rules are matched at once.

A pattern is a sequence of words (lower case), classes (upper case) and marks. `[x]` may be missing, `(x | y)` is one of them, `~x` stands
right after the token before it, `{NAME}` is one of the file's own abbreviations. Every pattern is spelled out into its finite sequences,
so that a match is a walk of bounded depth and nothing ever has to be tried again from the left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

_PIECE = re.compile(r"[\[\]()|]|[^\s\[\]()|]+")
_CLOSING = {"[": "]", "(": ")"}
Sequences: TypeAlias = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, what makes a value of it, and which neighbours it asks for or refuses; of equally long ones, the lowest `order` wins."""

    id: str
    make: str
    match: tuple[str, ...]
    order: int = 0
    give: Mapping[str, Any] = field(default_factory=dict)
    after: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    not_before: frozenset[str] = frozenset()


@dataclass(slots=True)
class Node:
    """What may follow: `next` by class, `glued` by class where it stands right after the token before."""

    next: dict[str, Node] = field(default_factory=dict)
    glued: dict[str, Node] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)


def spell_out(pattern: str, short: Mapping[str, str]) -> Sequences:
    """All sequences of a pattern, without the empty one, in the order written. ValueError for brackets that do not close."""
    for name, text in short.items():
        pattern = pattern.replace("{" + name + "}", f"({text})")
    if "{" in pattern:
        raise ValueError(f"unknown abbreviation in {pattern!r}")
    sequences, rest = _alternatives(_PIECE.findall(pattern))
    if rest:
        raise ValueError(f"{rest[0]!r} closes nothing in {pattern!r}")
    return [s for s in dict.fromkeys(sequences) if s]


def _alternatives(pieces: list[str]) -> tuple[Sequences, list[str]]:
    found, rest = _sequence(pieces)
    while rest and rest[0] == "|":
        more, rest = _sequence(rest[1:])
        found = found + more
    return found, rest


def _sequence(pieces: list[str]) -> tuple[Sequences, list[str]]:
    items: list[Sequences] = []
    while pieces and pieces[0] not in ("|", "]", ")"):
        head, pieces = pieces[0], pieces[1:]
        if head not in _CLOSING:
            items.append([(head,)])
            continue
        inner, pieces = _alternatives(pieces)
        if not pieces or pieces[0] != _CLOSING[head]:
            raise ValueError(f"{head!r} is not closed")
        items.append(inner if head == "(" else [*inner, ()])
        pieces = pieces[1:]
    return [tuple(word for part in choice for word in part) for choice in product(*items)], pieces


def build(rules: Sequence[Rule], short: Mapping[str, str]) -> Node:
    """The trie of all rules."""
    root = Node()
    for rule in rules:
        for pattern in rule.match:
            for sequence in spell_out(pattern, short):
                _plant(root, sequence, rule)
    return root


def _plant(root: Node, sequence: tuple[str, ...], rule: Rule) -> None:
    node = root
    for word in sequence:
        ahead, name = (node.glued, word[1:]) if word[0] == "~" else (node.next, word)
        node = ahead.setdefault(name, Node())
    if rule not in node.rules:
        node.rules.append(rule)


def literals(rules: Sequence[Rule], short: Mapping[str, str]) -> set[str]:
    """The words and marks that rules name, in patterns and as neighbours."""
    named = {word.lstrip("~") for rule in rules for pattern in rule.match for s in spell_out(pattern, short) for word in s}
    named |= {word for rule in rules for words in (rule.after, rule.not_after, rule.before, rule.not_before) for word in words}
    return {word for word in named if not word[:1].isupper()}
