"""Words and marks of a text, with their offsets. Hyphens are blanks: "face-to-face" and "face to face" read alike."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(r"(?:[A-Za-z]\.){2,}|[A-Za-z]{1,4}-\d+|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?|['’]s\b|[^\w\s\-‐‑]")
_QUOTES = str.maketrans("’‘“”", "''\"\"")


class Token(NamedTuple):
    """One word, number or mark: its span in the body, its lower-case form, and whether it is capitalised."""

    start: int
    end: int
    low: str
    capital: bool


@lru_cache(maxsize=65536)
def _plain(word: str) -> str:
    return word.lower().translate(_QUOTES)


def tokenise(body: str, start: int, end: int) -> tuple[Token, ...]:
    """The tokens of body[start:end]; apostrophes and quotes are folded to ' and " in `low`."""
    found = _TOKEN.finditer(body, start, end)
    return tuple([Token(m.start(), m.end(), _plain(m[0]), m[0][0].isupper()) for m in found])


def fold(text: str) -> str:
    """Lower-case words and numbers joined by single blanks: what lineage compares."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
