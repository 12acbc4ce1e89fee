"""Words and marks of a text, with their offsets. Hyphens are blanks: "face-to-face" and "face to face" read alike; so do "cease-fire", as
older wires write, and "ceasefire", of which no one is to cease to fire.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from services.normalizer.reading.lazily import ByWord

# The stop of a title is part of it: "Mr. X" is one name.
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Gen|Lt|Col|Sen|Rep|Gov|Prof|Adm|Maj|Capt|Sgt)\."
_TOKEN = re.compile(
    r"((?! )(?:[A-Za-z]++(?=[ ,\n])|"  # most are a word between blanks, which is then nothing else
    rf"(?i:cease[-‑]fires?)\b|(?:[A-Za-z]\.){{2,}}|\b{_TITLE}|"
    r"[A-Za-z]{1,4}-\d+|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?|['’]s\b|[^\w\s\-‐‑]))"
)  # in a group, so that what lies between is kept when a text is split
_WORD = re.compile(r"[a-z0-9]++(?=[ ,.\n])|[^\W_]+")
_QUOTES = str.maketrans("’‘“”", "''\"\"")


class Token(NamedTuple):
    """One word, number or mark: its span in the body, its lower-case form, and whether it is capitalised."""

    start: int
    end: int
    low: str
    capital: bool


# Cheaper than the call of the class, or its `_make`: most of reading is making and looking at these.
_make = partial(tuple.__new__, Token)


@ByWord
def _low(word: str) -> str:
    """In lower case without the stop of a title."""
    low = word.lower().translate(_QUOTES)
    if low.startswith("cease"):
        return low.replace("-", "").replace("‑", "")
    return low[:-1] if len(low) > 1 and low.endswith(".") and low.count(".") == 1 else low


def split(body: str, start: int, end: int) -> list[str]:
    """The words and marks of body[start:end], as they stand there, and before, between and behind them what is none."""
    return _TOKEN.split(body[start:end])


def lows(parts: Sequence[str]) -> tuple[str, ...]:
    """The words of a text that was split, as `low` has them."""
    return tuple(map(_low.__getitem__, parts[1::2]))


def placed(parts: Sequence[str], lows: Sequence[str], start: int) -> tuple[Token, ...]:
    """The tokens of a text that was split from there. They are made by columns: each word costs no more than its tuple."""
    edges = list(accumulate(map(len, parts), initial=start))
    capital = map(str.isupper, map(itemgetter(0), parts[1::2]))
    return tuple(map(_make, zip(edges[1:-1:2], edges[2::2], lows, capital, strict=True)))


def tokenise(body: str, start: int, end: int) -> tuple[Token, ...]:
    """The tokens of body[start:end]; apostrophes and quotes are folded to ' and " in `low`."""
    parts = split(body, start, end)
    return placed(parts, lows(parts), start)


def fold(text: str) -> str:
    """Lower-case words and numbers joined by single blanks: what lineage compares."""
    return " ".join(_WORD.findall(text.casefold()))


def positions(starts: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Tokens [first, last) of a span of text; `starts` are those of the tokens."""
    first = bisect_right(starts, start, 1) - 1
    return first, bisect_left(starts, end, first + 1)
