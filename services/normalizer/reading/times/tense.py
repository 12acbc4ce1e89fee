"""Which way an expression points: back or ahead, told by the nearest verb that tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .lexicon import load
from .model import Direction
from .tokens import Tokens

_REACH = 25
"""Tokens looked at on either side: a clause, and a bound that keeps reading linear."""


@dataclass(frozen=True, slots=True)
class _Cues:
    future: frozenset[str]
    ahead: frozenset[str]
    links: frozenset[str]
    alone: frozenset[str]
    before_it: frozenset[str]
    present: frozenset[str]
    past: frozenset[str]
    not_past: frozenset[str]
    stops: frozenset[str]


@cache
def _cues() -> _Cues:
    return _Cues(**{name: frozenset(listed) for name, listed in load("tense.yaml").items()})


def direction(tokens: Tokens, first: int, last: int) -> Direction:
    """Past or future as the nearest verb before the expression says; without one before it in the sentence, the nearest one after it."""
    cues = _cues()
    if _text(tokens, first - 1) == "of" and _text(tokens, first - 2) in cues.before_it:
        return "future"
    for k in range(first - 1, max(-1, first - 1 - _REACH), -1):
        if _stops(tokens, k, cues):
            break
        if told := _told(tokens, k, cues):
            return told
    for k in range(last + 1, min(len(tokens), last + 1 + _REACH)):
        if _stops(tokens, k, cues):
            break
        if told := _told(tokens, k, cues):
            return told
    return "unknown"


def _text(tokens: Tokens, k: int) -> str:
    return tokens.text[k].lower() if 0 <= k < len(tokens) else ""


def _stops(tokens: Tokens, k: int, cues: _Cues) -> bool:
    """A mark ends the sentence, unless it is the full stop of an abbreviation, which another word follows at once or in lower case."""
    mark = tokens.text[k]
    if mark[0] == "\n":
        return True
    if mark not in cues.stops:
        return False
    return mark != "." or k + 1 >= len(tokens) or not (tokens.glued(k + 1) or tokens.text[k + 1][0].islower())


def _told(tokens: Tokens, k: int, cues: _Cues) -> Direction | None:
    word = tokens.text[k]
    lowered = word.lower()
    if lowered in cues.ahead and _text(tokens, k + 1) in cues.links:
        return "future"
    if lowered in cues.alone or (lowered in cues.future and word != "May") or word in cues.present:
        return "future"
    if lowered in cues.past or _is_past_form(word, lowered, cues):
        return None if _text(tokens, k - 1) in ("be", "-") else "past"
    return None


def _is_past_form(word: str, lowered: str, cues: _Cues) -> bool:
    """Ends in -ed, in lower case (no "United"), and is none of the words that only look like it."""
    return len(word) > 3 and word.endswith("ed") and word[0].islower() and lowered not in cues.not_past
