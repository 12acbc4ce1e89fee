"""`rules.yaml` and `tense.yaml` as the grammar: a trie of rules and the lexicon that feeds it. Read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from .lexicon import Lexicon, load, words
from .patterns import Node, Rule, build, literals


@dataclass(frozen=True, slots=True)
class Grammar:
    root: Node
    lexicon: Lexicon
    rules: tuple[Rule, ...]
    alone: frozenset[str]  # the classes of which one token is an expression


@cache
def grammar() -> Grammar:
    """The grammar of the data files. ValueError where a rule does not parse."""
    data = load("rules.yaml")
    rules = tuple(_rule(entry, order) for order, entry in enumerate(data["rules"]))
    short: dict[str, str] = data["short"]
    root = build(rules, short)
    alone = frozenset(name for name, node in root.next.items() if node.rules)
    return Grammar(root, Lexicon(words(), literals(rules, short)), rules, alone)


@cache
def examples() -> tuple[dict[str, Any], ...]:
    """The entries of `rules.yaml` as written, for the tests that run their examples."""
    return tuple(load("rules.yaml")["rules"])


def _rule(entry: dict[str, Any], order: int) -> Rule:
    neighbours = {name: frozenset(map(str, entry.get(name, ()))) for name in ("after", "not_after", "before", "not_before")}
    return Rule(id=entry["id"], make=entry["make"], match=tuple(entry["match"]), order=order, give=entry.get("give", {}), **neighbours)
