"""What the present tense tells of a day that is named: "ministers meet in Oslo on Saturday", "talks resume on Friday" are still to come."""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.grammar import words
from services.normalizer.reading.status import State
from services.normalizer.reading.triggers import phrase_start

# "begin a second round of talks", "Talks between X and Y on its bases resume": so many words to the verb.
AHEAD, BEHIND = 6, 16


def in_present(trigger: Trigger, told: State) -> bool:
    """Whether its verb stands in the present tense, and nothing but that verb tells where it stands."""
    if not trigger.noun:
        return told.weight == 0 and _is_present(trigger, trigger.first, words("meets_now"))
    at = _verb_of(trigger)
    return at is not None and (told.weight == 0 or told.first == at)


def _verb_of(trigger: Trigger) -> int | None:
    """Where the verb of a noun stands that begins or holds it in the present."""
    low, high = trigger.clause
    start = phrase_start(trigger.sentence, trigger.first)
    near = (*range(start - 1, max(low, start - AHEAD) - 1, -1), *range(trigger.last, min(high, trigger.last + BEHIND)))
    return next((at for at in near if _is_present(trigger, at, words("begins_now"))), None)


def _is_present(trigger: Trigger, at: int, verbs: frozenset[str]) -> bool:
    """As in "ministers meet", but not "to meet", "will meet", "did not meet"."""
    lows = trigger.sentence.lows
    return lows[at] in verbs and at > 0 and lows[at - 1] not in words("modals", "before_bare_verbs", "articles")
