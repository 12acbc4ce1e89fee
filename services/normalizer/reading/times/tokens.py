"""The tokens of a text, as columns: runs of letters, runs of digits, marks and paragraph breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from .lexicon import Classes

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

    def cut(self, i: int, j: int, classes: Classes) -> None:
        """Tokens i to j (exclusive) become one, which keeps the first one's text; the others are left for the caller to take out."""
        self.end[i], self.classes[i] = self.end[j - 1], classes

    def only(self, kept: Sequence[bool]) -> Tokens:
        """Those of the tokens that are kept."""
        start, end = list(compress(self.start, kept)), list(compress(self.end, kept))
        return Tokens(list(compress(self.text, kept)), start, end, list(compress(self.classes, kept)))
