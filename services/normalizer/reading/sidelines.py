"""Meetings beside another: "met at the G20 summit in Bali last month" tells where and when by what it stands beside."""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.triggers import phrase_start

# "on the sidelines of the annual": so many words between a meeting and what it stands beside.
NEAR = 12
# "prepare for a summit": so many words before it.
TWO = 2


def widened(trigger: Trigger) -> Trigger | None:
    """The trigger with the words of the gathering that it stands beside as its own; None where it stands by itself."""
    tokens = trigger.sentence.tokens
    behind = [scope for scope in trigger.rivals if trigger.last < scope[0] <= trigger.last + NEAR]
    if not behind or trigger.clause != trigger.sentence.clause(behind[0][0]):
        return None
    scope = min(behind)
    between = [token.low for token in tokens[trigger.last : scope[0]]]
    beside = between[-1] in words("beside_at") or (between[-1] == "of" and bool(words("beside_of") & set(between)))
    if not beside or "," in between:
        return None
    return replace(trigger, high=scope[1], rivals=tuple(rival for rival in trigger.rivals if rival != scope))


def does_more(trigger: Trigger, before: int) -> bool:
    """As in "will meet X and sign a pact on a port in Y": what is told behind the verb of another deed is not of the meeting."""
    behind = trigger.sentence.tokens[trigger.last : before]
    return any(one.low in {"and", "then"} and other.low in words("deeds") for one, other in pairwise(behind))


def takes_place(trigger: Trigger, name: Name) -> bool:
    """As in "Talks to end the long war in the east will resume in X": its own verb stands right before the place, however far off."""
    if not trigger.noun or name.governor_at < trigger.last:
        return False
    at = name.governor_at - 1
    while at > trigger.last and (at in trigger.sentence.at_times or trigger.sentence.lows[at] in words("speech_fillers")):
        at -= 1
    crossed = any(low <= at and name.governor_at < high for low, high in trigger.rivals)
    return at >= trigger.last and trigger.sentence.lows[at] in words("takes_place") and not crossed


def _readied(trigger: Trigger) -> bool:
    """As in "will visit Oslo to prepare for a summit": what the one that is told readies is still another."""
    start = phrase_start(trigger.sentence, trigger.first)
    ahead = trigger.sentence.lows[max(start - TWO, 0) : start]
    while ahead[-1:] in {("a",), ("the",), ("an",), ("their",)}:
        start -= 1
        ahead = trigger.sentence.lows[max(start - TWO, 0) : start]
    return trigger.noun and (ahead[-1:] == ("prepare",) or (ahead[-1:] == ("for",) and ahead[0] in words("readying")))


def stands_beside(trigger: Trigger, other: Trigger) -> bool:
    """As in "held a meeting on the sidelines of a summit": the other is the gathering, and not the meeting held there."""
    if trigger.sentence is not other.sentence or other.first < trigger.last:
        return False
    if _readied(other):
        return True
    wide = widened(trigger)
    return wide is not None and other.first < wide.high
