"""Words and marks of a text, with their offsets. Hyphens are blanks: "face-to-face" and "face to face" read alike."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from operator import add
from typing import NamedTuple

# The stop of a title is part of it: "Mr. X" is one name.
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sen|Rep|Gov|Prof|Adm|Maj|Capt|Sgt)\."
_TOKEN = re.compile(
    rf"(?:[A-Za-z]\.){{2,}}|\b{_TITLE}|"
    r"[A-Za-z]{1,4}-\d+|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?|['’]s\b|[^\w\s\-‐‑]"
)
_WORD = re.compile(r"[^\W_]+")
_QUOTES = str.maketrans("’‘“”", "''\"\"")


class Token(NamedTuple):
    """One word, number or mark: its span in the body, its lower-case form, and whether it is capitalised."""

    start: int
    end: int
    low: str
    capital: bool


# Cheaper than the call of the class, or its `_make`: most of reading is making and looking at these.
_make = partial(tuple.__new__, Token)


@lru_cache(maxsize=65536)
def _low(word: str) -> str:
    """In lower case without the stop of a title."""
    low = word.lower().translate(_QUOTES)
    return low[:-1] if len(low) > 1 and low.endswith(".") and low.count(".") == 1 else low


def split(body: str, start: int, end: int) -> list[str]:
    """The words and marks of body[start:end], as they stand there."""
    return _TOKEN.findall(body, start, end)


def lows(words: Iterable[str]) -> tuple[str, ...]:
    """The words as `low` has them."""
    return tuple(map(_low, words))


def placed(words: Sequence[str], body: str, start: int) -> tuple[Token, ...]:
    """The tokens of words that were split from there: what parts two of them is none that a word begins with."""
    starts, at, index = [], start, body.index
    for word in words:
        at = index(word, at)
        starts.append(at)
        at += len(word)
    ends = map(add, starts, map(len, words))
    return tuple(map(_make, zip(starts, ends, map(_low, words), [word[0].isupper() for word in words], strict=True)))


def tokenise(body: str, start: int, end: int) -> tuple[Token, ...]:
    """The tokens of body[start:end]; apostrophes and quotes are folded to ' and " in `low`."""
    return placed(split(body, start, end), body, start)


def fold(text: str) -> str:
    """Lower-case words and numbers joined by single blanks: what lineage compares."""
    return " ".join(_WORD.findall(text.casefold()))


def positions(starts: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Tokens [first, last) of a span of text; `starts` are those of the tokens."""
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_left(starts, end), first + 1)
