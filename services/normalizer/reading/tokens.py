"""Words and marks of a text, with their offsets. Hyphens are blanks: "face-to-face" and "face to face" read alike."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[A-Za-z]{1,4}-\d+|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?|['’]s\b|[^\w\s\-‐‑]")
_WORD = re.compile(r"[^\W_]+")
_QUOTES = str.maketrans("’‘“”", "''\"\"")


class Token(NamedTuple):
    """One word, number or mark: its span in the body, its lower-case form, and whether it is capitalised."""

    start: int
    end: int
    low: str
    capital: bool


# Cheaper than the call of the class; a text has one word in five only once.
_make = Token._make


@lru_cache(maxsize=65536)
def _read(word: str) -> tuple[str, bool]:
    return word.lower().translate(_QUOTES), word[0].isupper()


def tokenise(body: str, start: int, end: int) -> tuple[Token, ...]:
    """The tokens of body[start:end]; apostrophes and quotes are folded to ' and " in `low`."""
    found = _TOKEN.finditer(body, start, end)
    return tuple([_make((m.start(), m.end(), *_read(m[0]))) for m in found])


def fold(text: str) -> str:
    """Lower-case words and numbers joined by single blanks: what lineage compares."""
    return " ".join(_WORD.findall(text.casefold()))
