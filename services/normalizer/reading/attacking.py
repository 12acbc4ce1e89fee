"""Who struck, and from where: what may tell one strike from another that it resembles."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Place
from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.happening import Happening, attackers_of, side_of


def by_the_same(happening: Happening, candidate: Candidate) -> bool:
    here, there = attackers_of(happening.known), attackers_of([candidate])
    if not here and _by_the_attacked(happening, there):
        return False
    return not here or not there or bool(here & there) or _allied(candidate, here | there)


def _by_the_attacked(happening: Happening, attackers: frozenset[str]) -> bool:
    """As in "Ruritania shot down a missile. … Ruritania hit 30 sites": whoever shoots down strikes back, and is not the same."""
    first = happening.members[0]
    defending = {side_of(said.value) for m in happening.known for said in m.parties if said.value.role == "target"}
    return first.trigger.pattern.card.reverse and bool(defending & attackers)


def comes_back(happening: Happening, candidate: Candidate) -> bool:
    """As in "Raids hit the enclave … Forty rockets were fired from the enclave": another strike than what hits it."""
    origins = [said.value for said in candidate.places if said.value.role == "origin"]
    if not origins:
        return False
    hit = [said.value for m in happening.known for said in m.places if said.value.role != "origin"]
    named = bool({p.name for p in origins} & {p.name for p in hit})
    elsewhere = any(said.value.role != "origin" for said in candidate.places)
    sources = {said.value.name for m in happening.known for said in m.places if said.value.role == "origin"}
    back = named if elsewhere else bool({p.country for p in origins} & {p.country for p in hit})
    return back and not sources & {p.name for p in origins} and not _names(hit) & _names([s.value for s in candidate.places])


def _names(places: Sequence[Place]) -> frozenset[str]:
    return frozenset(place.name for place in places if place.role != "origin")


def _allied(candidate: Candidate, attackers: frozenset[str]) -> bool:
    """As in "NATO missiles … U.S. ships fired at least seven": an alliance strikes by its members."""
    alliances = candidate.trigger.kind.alliances.items()
    return any(alliance in attackers and attackers <= {alliance, *members} for alliance, members in alliances)
