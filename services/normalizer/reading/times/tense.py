"""Which way an expression points: back or ahead, told by the nearest verb that tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from services.normalizer.reading.lazily import ByWord

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
    before_it: frozenset[tuple[str, ...]]
    with_object: frozenset[str]
    objects: frozenset[str]
    bare: frozenset[str]
    not_to_be: frozenset[str]
    present: frozenset[str]
    past: frozenset[str]
    not_past: frozenset[str]
    stops: frozenset[str]
    articles: frozenset[str]


@cache
def _cues() -> _Cues:
    data: dict[str, list[str]] = load("tense.yaml")
    phrases = frozenset(tuple(words.split()) for words in data.pop("before_it"))
    return _Cues(before_it=phrases, **{name: frozenset(map(str, words)) for name, words in data.items()})


def direction(tokens: Tokens, first: int, last: int) -> Direction:
    """Past or future as the nearest verb before the expression says; without one before it in the sentence, the nearest one after it."""
    cues = _cues()
    just_before = tuple(_text(tokens, k) for k in (first - 3, first - 2, first - 1))
    if any(just_before[k:] in cues.before_it for k in range(len(just_before))):
        return "future"
    for k in range(first - 1, max(-1, first - 1 - _REACH), -1):
        if not _tells[tokens.text[k]]:
            continue
        if _stops(tokens, k, cues):
            break
        if told := _told(tokens, k, cues):
            return told
    for k in range(last + 1, min(len(tokens), last + 1 + _REACH)):
        if not _tells[tokens.text[k]]:
            continue
        if _stops(tokens, k, cues):
            break
        if told := _told(tokens, k, cues):
            return told
    return "unknown"


@ByWord
def _tells(word: str) -> bool:
    """Whether a word may tell anything, wherever it stands: most words do not, and need no second look."""
    cues, lowered = _cues(), word.lower()
    marks = word[0] == "\n" or word in cues.stops
    verbs = lowered in cues.future | cues.ahead | cues.alone | cues.with_object | cues.past | {"be", "take"}
    return marks or verbs or word in cues.present or _is_past_form(word, lowered, cues)


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
    word, lowered = tokens.text[k], tokens.text[k].lower()
    before = _text(tokens, k - 1)
    if _points_ahead(tokens, k, lowered, cues) or word in cues.present:
        return "past" if before == "been" and _text(tokens, k - 2) == "had" else "future"
    if (
        before == "to"
        and (lowered == "be" or (lowered == "take" and _text(tokens, k + 1) == "place"))
        and _text(tokens, k - 2) not in cues.not_to_be
    ):
        return "future"
    if lowered in cues.past or _is_past_form(word, lowered, cues):
        return None if before in cues.bare else "past"
    return None


def _points_ahead(tokens: Tokens, k: int, lowered: str, cues: _Cues) -> bool:
    after = _text(tokens, k + 1)
    if lowered == "due" and after == "to" and _text(tokens, k + 2) in cues.articles:
        return False  # "hurt due to an attack": because of it
    return (
        lowered in cues.future
        or lowered in cues.alone
        or (lowered in cues.ahead and after in cues.links)
        or (lowered in cues.with_object and after in cues.objects)
    )


def _is_past_form(word: str, lowered: str, cues: _Cues) -> bool:
    """Ends in -ed, in lower case (no "United"), and is none of the words that only look like it."""
    return word.endswith("ed") and word[0].islower() and lowered not in cues.not_past
