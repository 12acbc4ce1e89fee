"""Text into tokens: runs of letters, runs of digits, marks and paragraph breaks, each with what it can be."""

from __future__ import annotations

import re
from itertools import accumulate, compress, repeat
from operator import or_

from .lexicon import MERIDIEM_LETTERS, NUMERALS, Classes, Lexicon
from .numbers import read_number
from .tokens import NOTHING, Tokens

# In a group, so that what lies between is kept when a text is split; of most words all letters are of the few that are quickly known.
_TOKEN = re.compile(r"((?! )(?:[A-Za-z]++(?=[ ,.\n])|[^\W\d_]+|\d+|\n[^\S\n]*\n|[^\w\s]))")


def tokenize(body: str, lexicon: Lexicon) -> Tokens:
    """The tokens of a text, with numbers and abbreviations put together. Linear in its length."""
    known = lexicon.classes.get
    parts = _TOKEN.split(body)
    text, edges = parts[1::2], list(accumulate(map(len, parts)))
    return _joined(Tokens(text, edges[:-1:2], edges[1::2], list(map(known, text, repeat(NOTHING)))), lexicon)


def _joined(raw: Tokens, lexicon: Lexicon) -> Tokens:
    """The same tokens with "Aug.", "p.m.", "twenty-four", "1,000" and "18th" as one each."""
    after, kept = 0, [True] * len(raw)
    beginning = map(or_, map(lexicon.joining.__contains__, raw.text), map(str.isdigit, raw.text))
    for i in compress(range(len(raw)), beginning):
        if i < after:
            continue
        after, what = _one(raw, i, lexicon)
        if what:
            raw.cut(i, after, what)
            kept[i + 1 : after] = [False] * (after - i - 1)
    return raw if all(kept) else raw.only(kept)


def _one(raw: Tokens, i: int, lexicon: Lexicon) -> tuple[int, Classes]:
    """Where the number or abbreviation that starts at token i ends, and what it can be; nothing where there is none."""
    word, classes = raw.text[i], raw.classes[i]
    if word.isdigit() or not NUMERALS.isdisjoint(classes):
        return read_number(raw, i)
    if word in MERIDIEM_LETTERS:
        j = _meridiem(raw, i)
        return (j, {"MERIDIEM": word.upper() + "M"}) if j > i else (i + 1, NOTHING)
    dotted = word in lexicon.abbreviated and raw.text[i + 1 : i + 2] == ["."] and raw.glued(i + 1) and _goes_on(raw, i + 2)
    return (i + 2, classes) if dotted else (i + 1, NOTHING)


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
