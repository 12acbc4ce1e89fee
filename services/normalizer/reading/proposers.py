"""Whose proposal it is that talks be held: he is to sit there himself."""

from __future__ import annotations

from services.normalizer.reading.acting import is_party, low_at
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.triggers import phrase_start

# "North Korea's repeated proposals for talks": so many words between whose they are and what they are.
BETWEEN = 3


def proposers(trigger: Trigger) -> tuple[Name, ...]:
    """As in "rejected a Chadian proposal for talks", "Chad's renewed offer of talks"."""
    sentence = trigger.sentence
    link = phrase_start(sentence, trigger.first) - 1
    if not trigger.noun or low_at(sentence, link) not in {"for", "of", "to"} or low_at(sentence, link - 1) not in words("proposal_nouns"):
        return ()
    near = [n for n in sentence.names if link - 1 - BETWEEN <= n.last <= link - 1 and is_party(n)]
    owning = [n for n in near if n.named.form in {"adjective", "acronym"} or low_at(sentence, n.last) == "'s"]
    return tuple(owning[-1:])
