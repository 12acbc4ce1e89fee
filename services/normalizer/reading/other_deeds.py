"""Names beside a strike that do, or suffer, something else."""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import phrases, words

# "backing the Ruritanian government": so many words.
HELPED = 2
# "Chad's western Toubou militia": so many words behind the possessive.
GROUP = 3


def is_of_another(sentence: Sentence, name: Name) -> bool:
    """As in "a hospital run by …", "a town held by …": who does something else than to strike."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    if before == "led" and name.named.actor is not None and name.named.actor.type == "organisation":
        return False  # "air strikes led by a coalition"
    armed = before != "used" or not words("flying").isdisjoint(sentence.lows[max(name.governor_at - 3, 0) : name.governor_at])
    return not (armed and before in words("strike_verbs")) and (before in words("kept") or before.endswith("ed"))


def is_object(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """As in "raided Ruritania's oilfield", "backing the Ruritanian government": what another verb has struck, or who is helped."""
    if not words("helping").isdisjoint(sentence.lows[max(name.first - HELPED, 0) : name.first]):
        return True
    return any(sentence.lows[first + 1 : name.first] in {(), ("the",)} for first in trigger.others if first < name.first)


def owns_the_group(sentence: Sentence, name: Name) -> bool:
    """As in "fired by Chad's Shia Toubou militia": the land whose group it is did not fire."""
    if sentence.lows[name.last : name.last + 1] != ("'s",):
        return False
    near = (n for n in sentence.names if name.last < n.first <= name.last + GROUP)
    return any(n.named.actor is not None and n.named.actor.type == "organisation" and n.named.reading != "place" for n in near)


def in_relative(sentence: Sentence, says: int) -> bool:
    """As in "a district that Ruritania says it holds": told of the district, and not of the blow."""
    name = next((n for n in reversed(sentence.names) if n.last <= says <= n.last + 1), None)
    at = name.first - 1 if name is not None else -1
    at -= at > 0 and sentence.lows[at] == "the"
    return at > 0 and sentence.lows[at] in {"that", "which"}


def shoots_down(trigger: Trigger, last: int) -> bool:
    """As in "Ruritania said it had shot down a missile in an attack on X"."""
    return trigger.noun and bool(trigger.sentence.find_within(last, trigger.first, phrases("downs")))
