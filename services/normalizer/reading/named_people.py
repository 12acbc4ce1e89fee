"""People who are named are counted too: who was killed by a strike, who came home in an exchange."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Participant, Quantity
from services.normalizer.reading.acting import is_person
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.playing import in_role
from services.normalizer.reading.states import state
from services.normalizer.reading.tokens import Token

DEATH_REACH = 4


def _dies(trigger: Trigger, name: Name) -> bool:
    """As in "Mansour had been killed in …", "killed Fuad Shukr": the verb of death right behind or before a person."""
    tokens = trigger.sentence.tokens
    after = name.last + (name.last < len(tokens) and tokens[name.last].low == ",")
    behind = tokens[after : after + DEATH_REACH] if after == name.last or _is_dead(tokens[after : after + 2]) else ()
    before = tokens[max(name.first - DEATH_REACH, 0) : name.first]
    passive = any(token.low in words("deaths") for token in behind) and not any(token.low in {",", "said", "that"} for token in behind)
    return passive or any(token.low in words("kills") for token in before)


def _is_dead(tokens: Sequence[Token]) -> bool:
    """As in "the leader, Mansour, was killed": the verb goes on behind the comma that closes an apposition."""
    return len(tokens) > 1 and tokens[0].low in words("passive") | {"had", "has"} and tokens[1].low in words("deaths") | {"been"}


def killed(trigger: Trigger) -> tuple[tuple[Said[Participant], ...], tuple[Said[Quantity], ...]]:
    """The named dead of a strike as its targets, and their number; nothing where nobody is named."""
    dead = [name for name in trigger.sentence.names if is_person(name) and name.named.form != "office" and _dies(trigger, name)]
    people = {name.named.actor.name: name for name in dead if name.named.actor}
    targets = tuple(Said(in_role(n.named.actor, "target"), n.named.start, n.named.end) for n in people.values() if n.named.actor)
    if not targets:
        return (), ()
    count = Quantity(measure="killed", low=len(targets), best=len(targets), high=None)
    return targets, (Said(count, targets[0].start, targets[-1].end),)


def returned(parties: Sequence[Said[Participant]], told: Sequence[Said[Quantity]], measure: str) -> tuple[Said[Quantity], ...]:
    """How many of the named came home to each state, where the text gives no number for it."""
    numbered = {said.value.party for said in told}
    released = [said for said in parties if said.value.role == "released" and said.value.country]
    found = []
    for country in sorted({said.value.country or "" for said in released}):
        mine = [said for said in released if said.value.country == country]
        home = state(country, "party")
        if home and home.name not in numbered:
            value = Quantity(measure=measure, party=home.name, low=len(mine), best=len(mine), high=None)
            found.append(Said(value, mine[0].start, mine[0].end))
    return tuple(found)
