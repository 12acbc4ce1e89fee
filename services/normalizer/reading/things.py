"""What stands where whoever is met would stand, and is a thing: "met its deadline", "will visit a factory"."""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.grammar import grammar, words

# "the sweeping new trade": so many words from the article to its noun.
REACH = 5
_POINTING = frozenset({"the", "a", "an", "its", "their", "his", "her", "this", "that", "these", "those", "our"})


def is_of_a_thing(trigger: Trigger) -> bool:
    """Whether the verb's object, or what follows its "with", is neither a name nor people."""
    word = trigger.sentence.lows[trigger.last - 1]
    if trigger.pattern.card.id == "summit.verb.meet":
        return (word == "with" or word in words("bare_meeting")) and _is_thing(trigger)
    return word in words("visiting") and not trigger.noun and _is_thing(trigger)


def _is_thing(trigger: Trigger) -> bool:
    sentence, at = trigger.sentence, trigger.last
    if at >= len(sentence.tokens) or sentence.lows[at] not in _POINTING:
        return False
    for n in range(at + 1, min(at + REACH, len(sentence.tokens))):
        low = sentence.lows[n]
        if n in sentence.held or sentence.tokens[n].capital or low in words("met_people", "offices", "holders"):
            return False
        if not low.isalpha() or low in grammar().small or low in grammar().conjunctions or low in grammar().clause_ends:
            return n > at + 1
    return at + 1 < len(sentence.tokens) and at + REACH >= len(sentence.tokens)
