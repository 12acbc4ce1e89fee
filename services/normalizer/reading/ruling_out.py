"""Meetings that nobody means to hold: "no emergency meeting was planned"; and those only thought of or
prepared: "a further session would help", "consultations on the Venice summit".
"""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.status import State
from services.normalizer.reading.triggers import phrase_start

# "no extraordinary OPEC meeting is at the moment contemplated": so many words behind the noun.
BEHIND = 8
# "no need, he said, for a further meeting": so many words before it.
AHEAD = 6


def is_ruled_out(trigger: Trigger) -> bool:
    """Whether its words say that it is not planned, or not needed."""
    if not trigger.noun or trigger.kind.frame != "meeting":
        return False
    sentence, start = trigger.sentence, _start(trigger)
    low, high = trigger.clause
    if sentence.find_within(max(low, start - AHEAD), start, phrases("no_need")):
        return True
    none = "no" in sentence.lows[max(start - 1, 0) : trigger.first]
    return none and not words("set_for", "wanted").isdisjoint(sentence.lows[trigger.last : min(high, trigger.last + BEHIND)])


def is_imagined(trigger: Trigger) -> bool:
    """As in "An emergency meeting of the group would only help speculators": what it would do, if there ever is one."""
    if not trigger.noun or trigger.kind.frame != "meeting":
        return False
    lows, start, (_, high) = trigger.sentence.lows, _start(trigger), trigger.clause
    any_one = not words("articles").isdisjoint(lows[max(start - 1, 0) : trigger.first])
    behind = lows[trigger.last : min(high, trigger.last + BEHIND)]
    at = next((n for n, low in enumerate(behind) if low in words("imagining")), None)
    return any_one and at is not None and {",", "that", "who", "which"}.isdisjoint(behind[:at])


def is_prepared(trigger: Trigger) -> bool:
    """As in "consultations on the Venice summit", "to discuss the Tokyo summit": a gathering that others talk of in advance."""
    if trigger.pattern.card.id != "summit.noun.summit":
        return False
    lows, start = trigger.sentence.lows, phrase_start(trigger.sentence, trigger.first)
    before = lows[max(start - 2, 0) : start]
    for_it = before[-1:] in {("on",), ("for",), ("about",)} and before[0] in words("discussions", "readying")
    return for_it or before[-1:] in {("discuss",), ("prepare",)}


def is_given(trigger: Trigger, told: State) -> bool:
    """As in "will push for a strong text at the June summit": what is wished for is told before, and the gathering is a given one."""
    if not trigger.noun or trigger.kind.frame != "meeting":
        return False
    lows, start = trigger.sentence.lows, phrase_start(trigger.sentence, trigger.first)
    own = [time for time in trigger.sentence.times if start - 1 <= time.first and time.last < trigger.first]
    if any(lows[time.last] == "'s" for time in own):
        return True  # "next week's meeting would be short"
    at = next((n for n in range(trigger.first - 1, max(start - 2, 0), -1) if lows[n] == "the" and lows[n - 1] in {"at", "during"}), None)
    named = at is not None and any(at < time.first < trigger.first or time.first == trigger.last + 1 for time in trigger.sentence.times)
    apart = at is not None and (told.last < at or lows[max(told.first - 1, 0)] == ",")
    return named and apart


def _start(trigger: Trigger) -> int:
    """Where its noun phrase begins, with words that say what sort of meeting it is: "emergency OPEC meeting"."""
    at = phrase_start(trigger.sentence, trigger.first)
    while at > 0 and trigger.sentence.lows[at - 1] in words("plain_meetings", "occasional"):
        at -= 1
    return at
