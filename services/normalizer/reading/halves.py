"""Exchanges told in two sentences, each of which tells of one side that lets the other's people go."""

from __future__ import annotations

from services.normalizer.reading import spans
from services.normalizer.reading.acting import side
from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.giving import givers
from services.normalizer.reading.grammar import words
from services.normalizer.reading.happening import PHASES, sides

# The second half is told at most so many sentences behind the first.
NEXT = 2


def is_other_half(pending: Candidate, candidate: Candidate) -> bool:
    """As in "Hamas freed three hostages on Saturday. … Israel then released 90 prisoners": what either gives is for the other's."""
    trigger = candidate.trigger
    near = 0 < trigger.sentence.index - pending.trigger.sentence.index <= NEXT
    if not near or trigger.kind.frame != "exchange" or not trigger.kind.names_released or pending.trigger.noun or trigger.noun:
        return False
    one, other = _gives(pending), _gives(candidate)
    agreed = trigger.sentence.lows[0] == "under" and not words("bargains").isdisjoint(trigger.sentence.lows[: trigger.first])
    theirs = bool(one and other) and one != other and (agreed or other in sides([pending]) or one in sides([candidate]))
    return theirs and _on_one_day(pending, candidate) and bool(pending.quantities) and PHASES[pending.status] == "past"


def _gives(candidate: Candidate) -> str | None:
    """The one side that the sentence tells to let people go."""
    found = {side(name) for name in givers(candidate.trigger.sentence)}
    return found.pop() if len(found) == 1 else None


def _on_one_day(one: Candidate, other: Candidate) -> bool:
    return one.when is None or other.when is None or spans.meet(one.when.value, other.when.value)
