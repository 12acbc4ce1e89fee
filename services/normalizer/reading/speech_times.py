"""Times where they stand in a sentence, and whether they date what happened or what was said."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from services.normalizer.reading.datelines import DATELINE_LENGTH
from services.normalizer.reading.grammar import words
from services.normalizer.reading.times import TimeExpression
from services.normalizer.reading.tokens import Token, positions

SPEECH_REACH = 8
DATELINE_TOKENS = 6
# "TOKYO, March 27 -", but not "Vice President Harris today met".
DATELINE_ENDS = frozenset({",", "(", ")", "/"})


class Time(Struct, frozen=True):
    """A time at tokens [first, last); `of_speech` where it dates what was said, not what happened."""

    first: int
    last: int
    expression: TimeExpression
    of_speech: bool


def place_times(
    found: Sequence[TimeExpression], tokens: Sequence[Token], starts: Sequence[int], says: Sequence[tuple[int, int]], index: int
) -> tuple[Time, ...]:
    """The times of a sentence at its tokens, which begin at `starts`; `says` is where its verbs of saying stand, `index` which
    sentence of the text it is.
    """
    said = frozenset(n for first, last in says for n in range(first, last))
    spans = [positions(starts, time.start, time.end) for time in found]
    opening = index == 0
    return tuple(
        Time(first, last, time, _of_speech(tokens, first, last, said) or (opening and _in_dateline(tokens, first)))
        for (first, last), time in zip(spans, found, strict=True)
    )


def _of_speech(tokens: Sequence[Token], first: int, last: int, said: frozenset[int]) -> bool:
    """As in "said on Tuesday", "on Friday told": the time stands at a verb of saying, with at most "on", "late" between."""
    before = next(
        (
            n
            for n in range(first - 1, max(first - 4, -1), -1)
            if tokens[n].low not in {"on", "late", "early", "in", "earlier", "here", "there"}
        ),
        -1,
    )
    if last < len(tokens) and tokens[last].low == "'s":
        return False
    if before in said or _told_then(tokens, first, last, said):
        return True
    return last < len(tokens) and last in said and first > 0 and tokens[first - 1].low == "on"


def _told_then(tokens: Sequence[Token], first: int, last: int, said: frozenset[int]) -> bool:
    """As in "told the agency on Sunday that …", "said in an interview on Friday, "…": the clause that is said follows the time."""
    opens = last < len(tokens) and (
        tokens[last].low in {"that", '"'} or (tokens[last].low == "," and last + 1 < len(tokens) and tokens[last + 1].low == '"')
    )
    return opens and any(at in said for at in range(max(first - SPEECH_REACH, 0), first))


def of_calling_off(lows: Sequence[str], time: Time) -> bool:
    """As in "was called off on Thursday": the day of the word, and not of what was planned."""
    if "'s" in lows[time.last : time.last + 1]:
        return False  # "called off Thursday's summit"
    at = time.first - 1
    while at > 0 and lows[at] in words("speech_fillers"):
        at -= 1
    return at > 0 and lows[at] in words("called_off")


def _in_dateline(tokens: Sequence[Token], first: int) -> bool:
    """As in "TOKYO, March 27 -": only capitals before it."""
    before = tokens[:first]
    return (
        0 < len(before) <= DATELINE_TOKENS
        and all(token.capital or not token.low.isalpha() for token in before)
        and before[-1].low in DATELINE_ENDS
        and any(len(t.low) >= DATELINE_LENGTH for t in before)
    )
