"""The words of a text as names need them: with offsets, keys without case and accents, and which may stand in one name."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate, compress
from operator import not_

from msgspec import Struct

from services.normalizer.reading.lazily import ByWord

# In a group, so that what lies between is kept when a text is split; most words are of few letters and stand before a blank or a stop.
_WORD = re.compile(r"((?! )(?:[A-Za-z0-9]++(?=[ ,.\n])|[^\W_]+(?:['’ʼʻ`](?!s\b)[^\W_]+)*))")
_QUIET = str.maketrans("", "", "'’ʼʻ`")
_JOINTS = frozenset((" ", "\n", "\u00a0", "-", "‑", "‐", "'", "’", "/", "–"))
_ABBREVIATED = frozenset(
    "st mt ft gen lt col maj sgt capt adm gov sen rep dr mr mrs ms brig cmdr prof rev hon pres".split()  # noqa: SIM905  # reads as words
)
_MOST_BLANKS = 12  # indentation of an old wire's lines


@ByWord
def key_of(word: str) -> str:
    """Lower case, without accents and apostrophes: "Sana'a" and "Sanaa" have one key."""
    if word.isascii():
        return word.translate(_QUIET).lower()
    plain = unicodedata.normalize("NFKD", word.translate(_QUIET))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


@ByWord
def _is_capital(word: str) -> bool:
    return word[0].isupper() or (word[0].isdigit() and not word.isdigit())


def phrase_key(name: str) -> str:
    """The key of a whole name: the keys of its words with single blanks between."""
    return " ".join(map(key_of.__getitem__, _WORD.findall(name)))


class Text(Struct, frozen=True):
    """A body cut into words; the lists run in parallel.

    `joined[i]`: nothing but a blank, a hyphen, an apostrophe or the full stop of an abbreviation parts word i from the next.
    """

    body: str
    gaps: list[str]  # before each word, and behind the last
    starts: list[int]
    ends: list[int]
    words: list[str]
    keys: list[str]
    capital: list[bool]
    joined: list[bool]
    size: int

    @classmethod
    def of(cls, body: str) -> Text:
        parts = _WORD.split(body)
        gaps, words, edges = parts[::2], parts[1::2], list(accumulate(map(len, parts)))
        joined = list(map(" ".__eq__, gaps[1:]))
        for i in compress(range(len(words) - 1), map(not_, joined)):
            joined[i] = _joined(words[i], gaps[i + 1], words[i + 1])
        joined[-1:] = [False] * bool(words)
        keys, capital = list(map(key_of.__getitem__, words)), list(map(_is_capital.__getitem__, words))
        return cls(body, gaps, edges[:-1:2], edges[1::2], words, keys, capital, joined, len(words))

    def gap(self, i: int) -> str:
        """What stands between word i and the next (to the end of the body after the last; "" before the first)."""
        return self.gaps[i + 1] if i >= 0 else self.gaps[0]

    def key(self, i: int) -> str:
        """The key of word i, "" outside the text."""
        return self.keys[i] if 0 <= i < self.size else ""

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of words first to last (exclusive); the last stop of "U.S." belongs to it."""
        end = self.ends[last - 1]
        dotted = (
            last - first > 1 and len(self.words[last - 1]) == 1 and self.body[end - 2 : end - 1] == "." and self.body[end : end + 1] == "."
        )
        return self.starts[first], end + dotted


def _joined(word: str, gap: str, after: str) -> bool:
    if len(gap) == 1:
        return gap in _JOINTS or (gap == "." and len(word) == 1)
    if gap == ". ":
        return len(word) == 1 or word.lower() in _ABBREVIATED
    if gap in ("' ", "’ "):
        return after.lower() in ("al", "el")  # "Shia' al-Sudani"
    return gap.isspace() and len(gap) <= _MOST_BLANKS and gap.count("\n") < 2  # noqa: PLR2004  # a blank line ends a name
