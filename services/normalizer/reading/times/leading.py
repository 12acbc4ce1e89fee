"""The words before an expression that belong to it: "early", "the end of", "more than"."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

from .lexicon import load
from .model import Direction
from .tokens import Tokens

_Leads: TypeAlias = dict[tuple[str, ...], Direction]
_LONGEST = 4
_MOST = 3


@cache
def _leads(kind: str) -> _Leads:
    return {
        tuple(words.split()): entry.get("direction", "unknown")
        for entry in load("leads.yaml")
        if kind in entry["type"]
        for words in entry["words"]
    }


@cache
def _ends(kind: str) -> frozenset[str]:
    """The words that end one: before most expressions stands none of them."""
    return frozenset(words[-1] for words in _leads(kind))


def lead(tokens: Tokens, first: int, floor: int, kind: str) -> tuple[int, Direction]:
    """The first token of an expression with its leads, none of them before token `floor`, and the way they point."""
    known, direction = _leads(kind), "unknown"
    for _ in range(_MOST):
        if first <= floor or tokens.text[first - 1].lower() not in _ends(kind):
            break
        size = next((n for n in range(_LONGEST, 0, -1) if first - n >= floor and _words(tokens, first - n, first) in known), 0)
        if not size or (kind == "DURATION" and tokens.text[first].lower() == "the" and size == 1):
            break
        told = known[_words(tokens, first - size, first)]
        direction = told if told != "unknown" else direction
        first -= size
    return first, direction  # type: ignore[return-value]


def _words(tokens: Tokens, i: int, j: int) -> tuple[str, ...]:
    return tuple(map(str.lower, tokens.text[i:j]))
