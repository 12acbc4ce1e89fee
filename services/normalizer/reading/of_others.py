"""Strikes told beside another in one sentence: what it turns from, came after or is answered is another than the one that it tells of."""

from __future__ import annotations

from services.normalizer.reading.candidates import Candidate, is_singular
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.grammar import words
from services.normalizer.reading.happening import Happening, attackers_of


def is_answer_to(sentence: Sentence, low: int) -> bool:
    """Whether a clause tells of what is answered: "in response to a rocket attack"."""
    return sentence.lows[low] == "in" and not words("answers").isdisjoint(sentence.lows[low : low + 2])


def of_others(happening: Happening, candidate: Candidate) -> bool:
    """As in "The rockets landed a day after a U.S. strike …": what a turn of the sentence tells is not what it turns from."""
    trigger, mine = candidate.trigger, attackers_of([candidate])
    if trigger.kind.frame != "directed":
        return False
    if _days_before(happening, candidate) or _came_after(happening, candidate) or _answered(happening, candidate):
        return True
    if not mine or mine & attackers_of(happening.known):
        return False
    tokens, low = trigger.sentence.tokens, trigger.clause[0]
    turned = tokens[low].low in words("turned_from") and bool(trigger.sentence.find_within(0, low, trigger.kind.weapon))
    return turned and not any(token.low in words("deaths") for token in tokens[:low])


def _days_before(happening: Happening, candidate: Candidate) -> bool:
    """As in "The strike came days after they hit a mosque": an earlier one, by whomever."""
    trigger = candidate.trigger
    low, lows = trigger.clause[0], trigger.sentence.lows
    turned = low > 0 and "after" in lows[low : low + 2]
    apart = turned and not words("spells").isdisjoint(lows[max(low - 2, 0) : low + 1])
    undated = apart and candidate.when is None
    return undated and any(m.trigger.sentence is trigger.sentence and m.trigger.first < low for m in happening.known)


def _came_after(happening: Happening, candidate: Candidate) -> bool:
    """As in "The raid came hours after they struck X": an earlier one, be it of the same day."""
    trigger, lows = candidate.trigger, candidate.trigger.sentence.lows
    if not (candidate.places or candidate.quantities):
        return False
    turned = (at for at in range(2, trigger.first) if lows[at] == "after" and lows[at - 1] in words("spells", "hours"))
    at = next((at for at in turned if not words("comes").isdisjoint(lows[:at])), None)
    return at is not None and any(m.trigger.sentence is trigger.sentence and m.trigger.first < at for m in happening.members)


def _answered(happening: Happening, candidate: Candidate) -> bool:
    """As in "fired rockets in response to the attack on X": what is answered is another strike than the answer."""
    trigger = candidate.trigger
    low = trigger.clause[0]
    return (
        is_answer_to(trigger.sentence, low)
        and is_singular(candidate)
        and any(m.trigger.sentence is trigger.sentence and m.trigger.first < low for m in happening.members)
    )
