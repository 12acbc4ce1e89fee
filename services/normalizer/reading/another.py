"""Whether words tell of one strike more than those that were told: "another raid", "Earlier, they struck …"."""

from __future__ import annotations

from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.grammar import words

# "another deadly air strike": so many words before.
APART = 3


def is_far_off(last_sentence: int, candidate: Candidate) -> bool:
    """As in "The depot in X was hit on Monday": of the strike told in the sentence before, and of none further off."""
    trigger = candidate.trigger
    return trigger.pattern.card.id == "strike.verb.befell" and trigger.sentence.index - last_sentence > 1


def is_apart(candidate: Candidate) -> bool:
    """As in "another raid", "a second air strike", "the first attack hit …": not the one just told; "the third raid this year" is."""
    trigger, tokens = candidate.trigger, candidate.trigger.sentence.tokens
    if _of_earlier_hours(candidate) or trigger.pattern.card.id == "strike.verb.another":
        return True
    if not trigger.noun or trigger.kind.frame != "directed":
        return False
    if _listed(candidate):
        return True
    before = trigger.sentence.lows[max(trigger.first - APART, 0) : trigger.first]
    acts = trigger.last < len(tokens) and tokens[trigger.last].low in words("hits")
    other = not words("apart").isdisjoint(before)
    return (other and ("the" not in before or acts)) or (acts and not words("opening_of").isdisjoint(before))


def _listed(candidate: Candidate) -> bool:
    """As in "Another raid on X killed four, while a raid killed three at a school": told anew, with dead of its own."""
    trigger, lows = candidate.trigger, candidate.trigger.sentence.lows
    anew = trigger.first > 0 and lows[trigger.first - 1] in {"a", "an"}
    if not anew or not any(said.value.measure == "killed" for said in candidate.quantities):
        return False
    ahead = lows[: trigger.first - 1]
    return not words("apart").isdisjoint(ahead) and not words("deaths").isdisjoint(ahead)


def is_of_its_sort(last_sentence: int, candidate: Candidate) -> bool:
    """As in "One missile hit X, another struck Y", but not "One fire burned a barn, another …", nor far from what it is another of."""
    trigger = candidate.trigger
    if trigger.pattern.card.id != "strike.verb.another":
        return True
    sentence = trigger.sentence
    start = next((n + 1 for n in range(trigger.first - 1, -1, -1) if sentence.lows[n] == "one"), 0)
    what = sentence.lows[start]
    told = start == 0 or what == "of" or what in words("hits", "kills")
    armed = told or bool(sentence.find_within(start, start + APART, trigger.kind.weapon))
    return armed and sentence.index - last_sentence <= 1


def _of_earlier_hours(candidate: Candidate) -> bool:
    """As in "Earlier, they struck a home, killing 11", "An air strike earlier on a house killed ten": with dead of its own."""
    trigger, lows = candidate.trigger, candidate.trigger.sentence.lows
    near = lows[:1] == ("earlier",) or "earlier" in lows[trigger.last : trigger.last + 1]
    own = near and bool(candidate.places) and candidate.when is None and trigger.kind.frame == "directed" and not candidate.refers
    return own and any(said.value.measure == "killed" for said in candidate.quantities)
