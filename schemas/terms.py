"""What a participant can be asked for by: any run of whole words of a name, or a country code, all folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from schemas.events import Participant

MOST_WORDS = 8  # of a name: the number of runs grows with the square
MOST_NAMES = 10_000  # kept in memory: the same states and persons come again and again
LONGEST = 200  # code points; an index entry of Postgres has about 2,700 bytes
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """What a name is known by: its words, the first `LONGEST` code points of them."""
    return _known(text) if len(text) <= LONGEST else _folded(text)


def _folded(text: str) -> str:
    return words_of(text)[:LONGEST].strip()


_known = lru_cache(MOST_NAMES)(_folded)


def words_of(text: str) -> str:
    """Words in lower case without accents, with one space between: "Zelenskyy, Volodymyr" → "zelenskyy volodymyr"."""
    plain = text if text.isascii() else "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.casefold()))


def terms(participants: Iterable[Participant]) -> list[str]:
    """All terms, sorted, each once."""
    found = {term for participant in participants for term in _terms(fold(participant.name), participant.country)}
    return sorted(found - {""})


@lru_cache(MOST_NAMES)
def _terms(name: str, country: str | None) -> frozenset[str]:
    words = name.split()[:MOST_WORDS]
    runs = {" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
    return frozenset(runs | {name, (country or "").lower()})
