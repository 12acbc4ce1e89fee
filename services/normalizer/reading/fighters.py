"""Whose fighters a strike kills: "killed 150 al Shabaab fighters", "13 members of the PKK died"."""

from __future__ import annotations

from services.normalizer.reading.acting import is_party, is_person
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words

KILL_REACH = 6
# "fighters were reportedly killed": so many words.
KILLED = 5


def killed_people(sentence: Sentence, trigger: Trigger, used: set[int]) -> tuple[Name, ...]:
    """As in "killed 150 al Shabaab fighters": whose people the words of killing count, where they are armed."""
    armed = [n for n in sentence.names if n.first not in used and n.last < len(sentence.tokens) and is_party(n) and not is_person(n)]
    counted = [n for n in armed if _is_counted(sentence, n)]
    armed = [n for n in armed if _is_armed(sentence, n) and (n.first >= trigger.first or trigger.noun)]
    return tuple(n for n in (*counted, *armed) if _is_killed(sentence, n))


def _is_killed(sentence: Sentence, name: Name) -> bool:
    """As in "killed 150 al Shabaab fighters", "two Hezbollah members are killed"."""
    before = sentence.lows[max(name.first - KILL_REACH, 0) : name.first]
    behind = sentence.lows[name.last + 1 : name.last + KILLED]
    passive = behind[:1] and behind[0] in {"were", "are", "was", "is"} and "killed" in behind
    return bool(passive) or not words("kills").isdisjoint(before)


def _is_counted(sentence: Sentence, name: Name) -> bool:
    """As in "killed nine Taliban": men of a group that fights."""
    actor = name.named.actor
    number = any(count.first < name.last <= count.last + 1 for count in sentence.counts)
    return number and actor is not None and actor.type == "organisation" and actor.country is not None


def _is_armed(sentence: Sentence, name: Name) -> bool:
    """As in "al Shabaab fighters", "13 members of the PKK"."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor == "of" and name.governor_at > 0 else ""
    return sentence.tokens[name.last].low in words("armed") or before in words("armed")
