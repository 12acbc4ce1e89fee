"""Whether an exchange is of the living or of the dead: by who stands next to its verb."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.grammar import words as lexical

# How near the verb its people stand, dead or alive.
LIVING = 8
# "bodies of 12 dead soldiers": so many words.
OF_DEAD = 4
# No crash and no skirmish leaves so many dead of one army.
MANY = 50
# Where "the bodies of …" may stand behind the verb; how near those that are dead to the word.
DEAD_REACH, DEAD_NEAR = 12, 4


def is_living(candidate: Candidate) -> bool:
    """Where a sentence tells of the dead too, the living are whom the verb has next to it: "released 25 prisoners and 70 bodies"."""
    trigger = candidate.trigger
    tokens = trigger.sentence.lows
    if lexical("remains").isdisjoint(tokens):
        return True
    behind, before = tokens[trigger.last : trigger.last + LIVING], tokens[max(trigger.first - LIVING, 0) : trigger.first]
    told = (alive for alive in (_first_of(behind, 1), _first_of(before, -1)) if alive is not None)
    return next(told, False)


def are_many_of_war(candidate: Candidate) -> bool:
    """As in "The bodies of 563 servicemen were brought back to Ukraine": so many of a state at war come from its enemy, named or not."""
    at_war = {country for pair in candidate.trigger.kind.adversaries for country in pair}
    sides = {said.value.country for said in candidate.parties if said.value.type == "state"}
    many = any((said.value.best or said.value.low or 0) >= MANY for said in candidate.quantities)
    return many and bool(sides) and sides <= at_war and not lexical("of_armies").isdisjoint(candidate.trigger.sentence.lows)


def are_handed_back(candidate: Candidate) -> bool:
    """As in "Hamas handed over four bodies to the Red Cross": a group that fights a state has no dead to give but its foe's."""
    groups = {said.value.name for said in candidate.parties if said.value.type == "organisation"}
    counted = any(said.value.measure == "bodies" for said in candidate.quantities)
    lows = candidate.trigger.sentence.lows[candidate.trigger.first : candidate.trigger.last]
    return counted and bool(groups & lexical("hands_back")) and not lexical("gives_up").isdisjoint(lows)


def _first_of(words: Sequence[str], step: int) -> bool | None:
    """Whether those nearest to a verb live; "bodies of dead soldiers" do not. None where nobody is told of."""
    spots = [at for at, word in enumerate(words) if word in lexical("alive", "remains")][::step]
    if not spots:
        return None
    ahead = words[max(spots[0] - OF_DEAD, 0) : spots[0]]
    return words[spots[0]] in lexical("alive") and not ("of" in ahead and not lexical("remains").isdisjoint(ahead))


def is_dead(candidate: Candidate) -> bool:
    """The dead in the trigger's own clause or right behind it; "dead" alone only before those they were ("dead Chadian soldiers")."""
    trigger = candidate.trigger
    tokens, (low, high) = trigger.sentence.tokens, trigger.clause
    high = max(high, min(trigger.last + DEAD_REACH, len(tokens)))
    high = next((at for at in range(trigger.last, high) if tokens[at].low in lexical("gives_up")), high)  # "as Hamas handed over bodies"
    members = trigger.kind.classes.get("dead")
    if members is not None and _gives_the_living(trigger, high):
        return False
    if members is None or trigger.sentence.find_within(low, high, members):
        return True
    spots = [at for at in range(low, high) if tokens[at].low in lexical("lifeless")]
    held = lexical("held_people") - lexical("lifeless") if spots else frozenset()
    return any(token.low in held for at in spots for token in tokens[at + 1 : at + DEAD_NEAR])


def _gives_the_living(trigger: Trigger, high: int) -> bool:
    """As in "In return for the bodies, Chad will return five prisoners": the dead are what it is given for."""
    tokens = trigger.sentence.tokens
    ahead, behind = tokens[: trigger.first], {token.low for token in tokens[trigger.last : high]}
    in_return = any(one.low == "return" and other.low == "for" for one, other in pairwise(ahead))
    return in_return and bool(behind & lexical("captives")) and not behind & lexical("remains")
