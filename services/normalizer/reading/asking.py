"""Times that date what was done for a meeting, and not the meeting: asking for it, answering, setting out."""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.grammar import words
from services.normalizer.reading.speech_times import Time
from services.normalizer.reading.turning import FUTURE

# "leaves for Hanoi on Monday": so many words between.
LEAVING = 5
# "arrived in Rome on Monday to meet X": so many words from the verb to its day.
ARRIVING = 5


def of_offer(trigger: Trigger, time: Time, status: str) -> bool:
    """As in "offered on Monday to host talks": the day of the offer."""
    if status not in FUTURE or time.last > trigger.first:
        return False
    tokens, at = trigger.sentence.tokens, time.first - 1
    while at > 0 and tokens[at].low in words("speech_fillers"):
        at -= 1
    verb = tokens[at].low if at >= 0 else ""
    offered = verb.endswith("ed") and verb not in words("set_for") and tokens[time.first - 1].low != "for"
    return offered and at < time.first - 1


def of_asking(trigger: Trigger, time: Time, status: str) -> bool:
    """As in "X on Sunday invited Y to talks", "on Monday rejected a proposal for talks": the day of the asking or of the answer."""
    lows, at = trigger.sentence.lows, time.last
    if trigger.kind.frame != "meeting" or status not in FUTURE | {"declined"} or at > trigger.first:
        return False
    before = lows[time.first - 1] if time.first else ""
    called = before in words("asking") and lows[at] in {"for", "to", "that"}  # "called Sunday for talks"
    return called or lows[at] in words("asking")


def of_leaving(trigger: Trigger, time: Time, status: str) -> bool:
    """As in "departs on Monday for Hanoi to meet …": the day of leaving."""
    if time.last > trigger.first:
        return False
    tokens, at = trigger.sentence.tokens, time.first - 1
    while at > 0 and (tokens[at].low in words("speech_fillers") or tokens[at].low == "later"):
        at -= 1
    leaves = at >= 0 and tokens[at].low in words("departures") and tokens[time.last].low == "for"
    here, _ = trigger.clause
    elsewhere = trigger.sentence.clause(time.first)[0] != here and tokens[here].low != "where"
    low, _ = trigger.sentence.clause(time.first)
    gone = elsewhere and any(token.low in words("departures") for token in tokens[max(low, time.first - LEAVING) : time.first])
    went = words("arrivals", "went")
    arrives = at >= 0 and any(tokens[n].low in went for n in range(max(at - ARRIVING, 0), at + 1)) and tokens[time.last].low == "to"
    return (status in FUTURE and (leaves or arrives)) or gone
