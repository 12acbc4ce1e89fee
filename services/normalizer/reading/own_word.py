"""States and bodies that tell of themselves: "Ruritania said it would hold talks with Graustark"."""

from __future__ import annotations

from services.normalizer.reading.acting import is_party, is_person, low_at
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words

# "Ruritania's foreign ministry said": so many words from the land to the verb.
GAP = 4
# What stands for the side that has just spoken.
ITSELF = frozenset({"it", "they"})


def tells_of_itself(trigger: Trigger) -> tuple[Name, ...]:
    """The side that says what "it" or "they" will do or has done, where nobody else is told to do it."""
    sentence = trigger.sentence
    for first, last in reversed(sentence.says):
        at = _past_its_day(sentence, last)
        if at < trigger.first and low_at(sentence, at) in ITSELF and not _another_does(sentence, at, trigger.first):
            return _who_speaks(sentence, first)
    return ()


def _past_its_day(sentence: Sentence, at: int) -> int:
    """As in "said on Monday that it", "announced Monday it": past the day and "that"."""
    passed = words("speech_fillers") | {"that"}
    while at < len(sentence.tokens) and (at in sentence.at_times or sentence.lows[at] in passed):
        at += 1
    return at


def _another_does(sentence: Sentence, low: int, high: int) -> bool:
    return any(low < n.first and n.last <= high and is_party(n) and n.governor is None for n in sentence.names)


def _who_speaks(sentence: Sentence, before: int) -> tuple[Name, ...]:
    """The land or body right before the verb, with no more between than its ministry; no agency or station of it."""
    near = [n for n in sentence.names if 0 <= before - n.last <= GAP and is_party(n)][-1:]
    allowed = words("speaking_offices") | grammar().skipped | {"'s", "has", "had", "later"}
    return tuple(
        n
        for n in near
        if not is_person(n) and all(low in allowed and low not in words("passes_on") for low in sentence.lows[n.last : before])
    )
