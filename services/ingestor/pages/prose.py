"""Telling the running text of a story from headlines, names and buttons."""

from __future__ import annotations

import re

LONG = 200  # code points from which a line is no headline
SAMPLE = 500  # code points of a long line that are looked at
_CLOSERS = "\"'”’»)]"
_END = re.compile(r"[.…。।؟](?=[\"'”’»)\]]*(?:\s|$))")
_ABBREVIATION = re.compile(r"(?:^|\s)(?:(?:[^\W\d_]\.){1,4}|(?:Inc|Ltd|Co|Corp|Jr|Sr|St|Mr|Mrs|Dr|vs|No|Gov|Sen|Rep)\.)$")


def is_prose(line: str) -> bool:
    """Whether a line reads as running text: it ends a sentence, holds several, or is longer than any headline and made of words."""
    if len(line) >= LONG:
        return _worded(line[:SAMPLE])
    words = len(line.split())
    last = line.rstrip(_CLOSERS)[-1:]
    if last and last in ".…。।؟":
        return _ends_sentence(line, words)
    inner = len(_END.findall(line))
    return inner > 1 or (inner == 1 and words > 12) or (last in ("?", "!") and last != "" and words > 20) or (last == ":" and words > 7)  # noqa: PLR2004 - words of a headline


def is_wrapped(lines: list[str]) -> bool:
    """Whether neighbouring lines are one text broken by width: several sentences, and many lines that open in the middle of one."""
    if len(lines) < 3 or max(map(len, lines)) > 120:  # noqa: PLR2004 - a paragraph; the width of a wide screen
        return False
    sentences = sum(len(_END.findall(line)) for line in lines)
    inside = sum(line[:1].islower() for line in lines)
    return sentences > 1 and inside * 3 >= len(lines)


def _ends_sentence(line: str, words: int) -> bool:
    if _ABBREVIATION.search(line) and not _END.search(line[: line.rfind(" ")]):
        return len(line) > 100  # noqa: PLR2004 - "… to visit U.S." is a headline
    return words > 3 or len(line) > 40 or (not line.isascii() and len(line) > 12)  # noqa: PLR2004 - a short sentence; scripts without spaces


def _worded(sample: str) -> bool:
    """Words, not data: nearly all letters and spaces."""
    return sum(map(str.isalpha, sample)) + sum(map(str.isspace, sample)) > len(sample) * 0.7
