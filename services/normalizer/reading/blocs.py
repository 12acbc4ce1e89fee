"""Which bloc of states meets where no word of the meeting names it: "a ministerial meeting", "they may need an emergency meeting"."""

from __future__ import annotations

from services.normalizer.reading.acting import low_at
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Document
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.triggers import phrase_start

TWO = 2
# The bloc was named within so many sentences before; of a group that is only pointed at, or of "they".
POINTED = 3
# "an emergency meeting of the 13-nation group": so many words behind the noun.
BEHIND = 7
# "They may have to call an emergency meeting": so many words before it.
AHEAD = 8


def bloc_told(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """As in "… at the end of a ministerial meeting", "an emergency meeting of the group": of the bloc of which was told, where nobody
    else is named.
    """
    return _of_ministers(document, trigger) or _of_the_group(document, trigger)


def _of_ministers(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    sentence = trigger.sentence
    if not trigger.noun or words("of_ministers").isdisjoint(sentence.lows[trigger.first : trigger.last]):
        return ()
    start, behind = sentence.lows[max(trigger.first - TWO, 0) : trigger.first], low_at(sentence, trigger.last)
    if behind == "of" or (sentence.lows[trigger.last - 1] == "summit" and "the" not in start):
        return ()  # "a summit of hoteliers", "a summit in X": of others
    told = next((first for first, _ in sentence.says if first >= trigger.last), len(sentence.tokens))
    if any(n.governor in words("with") and trigger.last - 1 <= n.governor_at < told for n in sentence.names):
        return ()
    before = tuple(n for n in sentence.names if n.last <= trigger.first and n.named.actor and n.named.actor.name in words("blocs"))
    return before[-1:] or _blocs(document, max(sentence.index - 1, 0), sentence.index)


def points_at_bloc(trigger: Trigger) -> bool:
    """As in "an emergency meeting of the group", "they could call an extraordinary meeting": of a bloc told before."""
    sentence = trigger.sentence
    if not trigger.noun:
        return _group_meets(trigger)
    own = sentence.lows[phrase_start(sentence, trigger.first) : trigger.last]
    behind = sentence.lows[trigger.last : trigger.last + BEHIND]
    of_group = behind[:1] == ("of",) and bool(sentence.find_within(trigger.last, trigger.last + BEHIND, phrases("the_bloc")))
    called = not words("bloc_meetings").isdisjoint(own) and behind[:1] != ("of",)
    low = trigger.clause[0]
    they = called and not words("bloc_pronouns").isdisjoint(sentence.lows[max(low, trigger.first - AHEAD) : trigger.first])
    return of_group or they


def _group_meets(trigger: Trigger) -> bool:
    """As in "The committee had been due to meet in Oslo": the subject that opens the sentence."""
    found = trigger.sentence.find_within(0, min(trigger.first, AHEAD), phrases("the_bloc"))
    return trigger.pattern.card.id.endswith(".meet") and any(first == 0 for first, _, _ in found)


def _of_the_group(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    at = trigger.sentence.index
    return _blocs(document, max(at - POINTED, 0), at + 1) if points_at_bloc(trigger) else ()


def _blocs(document: Document, low: int, high: int) -> tuple[Name, ...]:
    """The bloc named last in these sentences."""
    named = [n for one in document.sentences[low:high] for n in one.names]
    return tuple(n for n in named if n.named.actor is not None and n.named.actor.name in words("blocs"))[-1:]
