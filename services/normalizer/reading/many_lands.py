"""Meetings of several lands of which none is named: "finance ministers meet next week", "seven African countries will meet"."""

from __future__ import annotations

from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.grammar import phrases, words

# "the 16 creditor countries when they meet": so many words from the number to the verb.
AHEAD = 14
# "seven leading industrial nations": so many words from the number.
COUNTED = 4
# "ministers from Japan and Italy", "former finance ministers": so many words around the office.
BESIDE = 2


def of_several_lands(candidate: Candidate) -> bool:
    """Whether people of one office, which each land has once, meet, or a number of lands itself."""
    trigger = candidate.trigger
    return _one_of_each(trigger) or (not trigger.noun and trigger.pattern.card.id.endswith(".meet") and _lands_meet(trigger))


def _one_of_each(trigger: Trigger) -> bool:
    """As in "finance ministers meet", "a meeting of trade ministers"; but not "former finance ministers"."""
    sentence = trigger.sentence
    low, high = (trigger.low, trigger.first) if not trigger.noun else (trigger.first, min(trigger.high, trigger.last + BESIDE + COUNTED))
    for first, last, _ in sentence.find_within(low, high, phrases("one_a_land")):
        ahead = sentence.lows[max(low + first - BESIDE, 0) : low + first]
        parted = sentence.lows[low + last : trigger.first]
        if words("not_in_office").isdisjoint(ahead) and words("closes_object", "verb_stops").isdisjoint(set(parted) - {"from", "in"}):
            return True
    return False


def _lands_meet(trigger: Trigger) -> bool:
    """As in "Seven African countries will meet", "from 16 creditor nations when they meet"."""
    lows = trigger.sentence.lows
    for at in range(max(trigger.first - AHEAD, 0), trigger.first):
        number = not (words("several_times") - {"two", "past"}).isdisjoint(lows[max(at - COUNTED, 0) : at])
        number = number or any(map(_is_some, lows[max(at - COUNTED, 0) : at]))
        between = lows[at + 1 : trigger.first]
        if lows[at] in words("nations") | {"members"} and number and ("," not in between or "they" in between):
            return True
    return False


def _is_some(low: str) -> bool:
    """As in "16": from three to 99; digits are not all of ours, nor few."""
    return low.isascii() and low.isdigit() and len(low) <= len("99") and int(low) > len("12")
