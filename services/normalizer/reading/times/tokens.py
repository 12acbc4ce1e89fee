"""Text into tokens: runs of letters, runs of digits, marks and paragraph breaks, each with what it can be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexicon import Classes, Lexicon
from .numbers import read_number

_TOKEN = re.compile(r"[^\W\d_]+|\d+|\n[^\S\n]*\n|[^\w\s]+?")
NOTHING: Classes = {}


@dataclass(slots=True)
class Tokens:
    """Columns of equal length. `glued[i]` holds where token i starts right after the one before it."""

    text: list[str]
    start: list[int]
    end: list[int]
    classes: list[Classes]

    def __len__(self) -> int:
        return len(self.text)

    def glued(self, i: int) -> bool:
        return i > 0 and self.end[i - 1] == self.start[i]

    def cut(self, i: int, j: int, classes: Classes, text: str) -> None:
        """Tokens i to j (exclusive) become one; what is left of them is emptied, not removed, so that the pass stays linear."""
        self.text[i], self.end[i], self.classes[i] = text, self.end[j - 1], classes


def tokenize(body: str, lexicon: Lexicon) -> Tokens:
    """The tokens of a text, with numbers and abbreviations put together. Linear in its length."""
    known = lexicon.classes
    found = [(m.group(), m.start()) for m in _TOKEN.finditer(body)]
    raw = Tokens([t for t, _ in found], [s for _, s in found], [s + len(t) for t, s in found], [known.get(t, NOTHING) for t, _ in found])
    return _joined(raw, lexicon)


def _joined(raw: Tokens, lexicon: Lexicon) -> Tokens:
    """The same tokens with "Aug.", "p.m.", "twenty-four", "1,000" and "18th" as one each."""
    keep: list[int] = []
    i, n = 0, len(raw)
    text, classes = raw.text, raw.classes
    while i < n:
        keep.append(i)
        word = text[i]
        if word.isdigit() or (classes[i] and ("NUMBER" in classes[i] or "ORDINAL" in classes[i] or "half" in classes[i])):
            j, what = read_number(raw, i)
            if what:
                raw.cut(i, j, what, word)
                i = j
                continue
        elif word in _MERIDIEM_LETTERS:
            j = _meridiem(raw, i)
            if j > i:
                raw.cut(i, j, {"MERIDIEM": word.upper() + "M"}, word)
                i = j
                continue
        elif word in lexicon.abbreviated and i + 1 < n and text[i + 1] == "." and raw.glued(i + 1) and _goes_on(raw, i + 2):
            raw.cut(i, i + 2, classes[i], word)
            i += 2
            continue
        i += 1
    return Tokens([text[k] for k in keep], [raw.start[k] for k in keep], [raw.end[k] for k in keep], [classes[k] for k in keep])


_MERIDIEM_LETTERS = frozenset("aApP")


def _meridiem(raw: Tokens, i: int) -> int:
    """The end of "a.m." or "p.m." that starts at i, or i."""
    letters = raw.text[i + 1 : i + 3]
    if letters in ([".", "m"], [".", "M"]) and raw.glued(i + 1) and raw.glued(i + 2):
        dotted = raw.text[i + 3 : i + 4] == ["."] and raw.glued(i + 3)
        return i + 4 if dotted else i + 3
    return i


def _goes_on(raw: Tokens, i: int) -> bool:
    """An abbreviation's full stop is its own where the sentence plainly goes on: a digit, a mark or a small letter follows."""
    return i < len(raw) and not raw.text[i][0].isupper()
