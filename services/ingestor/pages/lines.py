"""A page's text as lines with their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_SPACE = re.compile(r"\s+")
_DECORATION = " \t\u00a0\u200b\ufeff•·|–—-*»«›‹>:.…,;!↓→←↑▶►✓#[]()"


class Mark(NamedTuple):
    """A span of the text and what the page's markup says of it.

    `what` is one of `heading1` to `heading4`, `article:<number>`, `region:<name>`, `time:<datetime>`, `link:<address>`.
    """

    start: int
    end: int
    what: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `[start, end)` with its terminator, `[at, stop)` without the space around its words.

    Attributes:
        marks: what the page's markup says of it; see `Mark`.
    """

    start: int
    end: int
    at: int
    text: str
    marks: frozenset[str] = frozenset()

    @property
    def stop(self) -> int:
        """Where its words end."""
        return self.at + len(self.text)


def lines_of(text: str, marks: Sequence[Mark] = ()) -> list[Line]:
    """The lines of a text, in order; together they hold each code point once. A line bears the marks that overlap its words."""
    found: list[Line] = []
    waiting, open_marks = list(marks)[::-1], list[Mark]()
    start = 0
    for raw in text.splitlines(keepends=True):
        body = raw.strip()
        at = start + (len(raw) - len(raw.lstrip()) if body else 0)
        open_marks = [mark for mark in open_marks if mark.end > at]
        while waiting and waiting[-1].start < at + len(body):
            open_marks.append(waiting.pop())
        found.append(Line(start, start + len(raw), at, body, frozenset(mark.what for mark in open_marks if mark.end > at)))
        start += len(raw)
    return found


@lru_cache(maxsize=4096)  # a page's short lines are compared with each other again and again
def fold(text: str) -> str:
    """A line as it is compared: lower case, runs of space to one, decoration stripped from both ends."""
    return _SPACE.sub(" ", text).casefold().replace("’", "'").strip(_DECORATION)
