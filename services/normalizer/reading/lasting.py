"""How many days a meeting takes, where its words tell it: "on September 3 and 4", "a three-day visit that begins on Monday"."""

from __future__ import annotations

import datetime as dt
import re

from msgspec.structs import replace

from schemas.events import When
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.grammar import words
from services.normalizer.reading.spans import days
from services.normalizer.reading.turning import FUTURE, moved

_DAYS = re.compile(r"P([2-9])D")
# "a three-day official visit", "two days of peace talks": so many words between the length and the noun.
NEAR = 4
# "opened on Friday for a three-day visit": so many words before the length may say that it begins or is over.
TOLD = 9
# "wrapped up a three-day summit on Friday": so many words before the length.
ENDED = 4
# No visit takes more days.
LONGEST = 21


def lasting(trigger: Trigger, status: str, when: Said[When] | None) -> Said[When] | None:
    """The same time, to the last day that the words tell; a time that is not one day stays as it is."""
    told = days(when.value) if when else None
    if when is None or told is None or told[0] != told[1] or when.value.precision != "day":
        return when
    if before := _days_over(trigger, status):
        return replace(when, value=when.value.model_copy(update={"start": moved(when.value, -before).start}))
    more = _and_next(trigger, when, told[0]) or _until(trigger, when, told[0]) or _length(trigger, status) - 1
    return replace(when, value=when.value.model_copy(update={"end": moved(when.value, more).end})) if more > 0 else when


def _and_next(trigger: Trigger, when: Said[When], day: dt.date) -> int:
    """1 as in "on September 3 and 4", "on Monday and Tuesday"; else 0."""
    tokens = trigger.sentence.tokens
    at = next((n for n, token in enumerate(tokens) if token.start >= when.end), len(tokens))
    if at + 1 >= len(tokens) or tokens[at].low not in {"and", "&"}:
        return 0
    following = [t.expression.when for t in trigger.sentence.times if t.first == at + 1]
    tomorrow = day + dt.timedelta(1)
    bare = tokens[at + 1].low == str(tomorrow.day) and not following
    named = any((d := days(one)) is not None and (d[0] - day).days % 7 == 1 and d[0] == d[1] for one in following)
    return int(bare or named)


def _until(trigger: Trigger, when: Said[When], day: dt.date) -> int:
    """How many days later it ends, as in "his visit, April 29 to May 5"; 0 where no such day is told."""
    tokens = trigger.sentence.tokens
    at = next((n for n, token in enumerate(tokens) if token.start >= when.end), len(tokens))
    if at + 1 >= len(tokens) or tokens[at].low not in {"to", "through"}:
        return 0
    last = next((d for t in trigger.sentence.times if t.first == at + 1 and (d := days(t.expression.when)) is not None), None)
    more = (last[0] - day).days if last is not None and last[0] == last[1] else 0
    return more if 0 < more <= LONGEST else 0


def _days_over(trigger: Trigger, status: str) -> int:
    """How many days before its last it began, as in "ended two days of talks on Sunday"; 0 where that is not told."""
    lows = trigger.sentence.lows
    for time in trigger.sentence.times:
        length = _DAYS.fullmatch(time.expression.value)
        if length and status not in FUTURE and trigger.noun and time.last <= trigger.last <= time.last + NEAR:
            ahead = lows[max(time.first - ENDED, 0) : time.first]
            over = not words("ended").isdisjoint(ahead)
            return int(length[1]) - 1 if over or ahead[-1:] == ("after",) else 0
    return 0


def _length(trigger: Trigger, status: str) -> int:
    """How many days its own noun phrase gives to a meeting that begins; 0 where it gives none, or is over."""
    tokens = trigger.sentence.tokens
    for time in trigger.sentence.times:
        length = _DAYS.fullmatch(time.expression.value)
        if length and trigger.noun and time.first - 1 <= trigger.first <= time.last + NEAR and time.last <= trigger.last:
            before = {token.low for token in tokens[max(time.first - TOLD, 0) : time.first]}
            begins = status in FUTURE or bool(before & words("beginnings"))
            return int(length[1]) if begins and not before & words("endings") else 0
    return 0
