"""Where sentences begin and end: one pass over the text, no model, offsets in code points of the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from services.normalizer.reading.rules import load_yaml

# All begin with one of few marks, which are found many times as fast as either of two forms would be at each letter.
_BREAK = re.compile(r"[\n.!?…](?:(?<=\n)(?:[ \t]*\n\s*)?|(?<!\n)[.!?…]*[\"'”’)\]]{0,3})")
_ITEM = re.compile(r"[ \t]*[*•+#-]{1,6} |[ \t]{2,}")
LONGEST_HEADING = 80
# Code points; the longest sentences of news have half of it.
LONGEST = 1000
# Old wires capitalise what stands behind a land's full stop: "the U.S. And Japan", "leaves the U.S. On May 4.", but not "On Friday, he".
_WIRED = re.compile(r"\s+(?:(?:And|Or)\s+[A-Z]|On\s+[A-Z][a-z]{2,8}(?:\s+\d{1,2})?(?:\.|\s+(?:for|to|and|with)\b))")
_NEXT = re.compile(r"[ \t\n\r\xa0\u200b]*[\"'“‘(\[]{0,3}(\w?)")


@cache
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """(abbreviations, those of them that may end a sentence, words that start one)"""
    words = load_yaml("sentences")
    ending = frozenset(words["may_end"])
    return frozenset(words["abbreviations"]) | ending, ending, frozenset(words["starters"])


def _word_before(body: str, at: int) -> str:
    """The last word before a full stop, lower case; never looks back further than a long word."""
    words = body[max(0, at - 16) : at].split()
    return words[-1].lower().lstrip("\"'“‘([") if words else ""


def _glued(body: str, stop: int, end: int) -> bool:
    """Whether sentences run together, "month.The ministry": a lower-case word, a stop, and a capitalised word with no blank between."""
    return (
        end < len(body) - 1
        and stop >= 2  # noqa: PLR2004 - the two letters looked at
        and body[stop - 2 : stop].isalpha()
        and body[stop - 2 : stop].islower()
        and body[end].isupper()
        and body[end + 1 : end + 2].islower()
    )


def _ends(body: str, stop: int, end: int) -> bool:
    """Whether the run of closing marks body[stop:end] ends a sentence."""
    follows = _NEXT.match(body, end)
    letter = follows.group(1) if follows else ""
    if follows and follows.end() == end + bool(letter) and letter:
        return body[stop] == "." and end - stop == 1 and _glued(body, stop, end)
    if letter and not (letter.isupper() or letter.isdigit()):
        return False
    if body[stop] != "." or end - stop > 1:
        return True
    word = _word_before(body, stop)
    initial = len(word) == 1 and word.isalpha()
    if initial or word in _words()[1] or (word[-2:-1] == "." and word[-1].isalpha()):
        return _starts(body, end)
    return word not in _words()[0]


def _starts(body: str, at: int) -> bool:
    words = body[at : at + 24].split()
    return bool(words) and words[0].lower().strip("\"'“‘,") in _words()[2] and not _WIRED.match(body, at)


def _is_heading(body: str, start: int, end: int) -> bool:
    """A line in capitals that stands where a sentence would start: a crosshead."""
    line = body[start:end].strip() if end - start < LONGEST_HEADING else ""
    return len(line) > 1 and line.isupper()


def _opens_item(body: str, at: int) -> bool:
    return _ITEM.match(body, at) is not None


def _trim(body: str, start: int, end: int) -> tuple[int, int]:
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return start, end


def _cut(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence longer than any writer's, in pieces cut at blanks: what follows may look at each word with each other."""
    while end - start > LONGEST:
        blank = body.rfind(" ", start + 1, start + LONGEST)
        stop = blank if blank > start else start + LONGEST
        yield from (piece for piece in [_trim(body, start, stop)] if piece[0] < piece[1])
        start = stop
    yield from (piece for piece in [_trim(body, start, end)] if piece[0] < piece[1])


def split(body: str) -> tuple[tuple[int, int], ...]:
    """Spans [start, end) of the sentences of `body`, without surrounding blanks, in order; linear in its length.

    Knows abbreviations and initials, closing quotes, blank lines, list items, and sentences that run together.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _BREAK.finditer(body):
        newline = found.group()[0] == "\n"
        if found.group() == "\n" and not _is_heading(body, start, found.start()) and not _opens_item(body, found.end()):
            continue
        if not newline and not _ends(body, found.start(), found.end()):
            continue
        spans.extend(_cut(body, start, found.start() if newline else found.end()))
        start = found.end()
    return (*spans, *_cut(body, start, len(body)))
