"""Whether two strikes, or two meetings, are told of one place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from schemas.events import Place
from services.normalizer.reading.attending import run_in_city
from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.happening import ASKED, Happening, of_all

LOCAL = frozenset({"site", "city", "region"})
NEXT = 2
# A lead is one of so many first sentences.
LEAD = 3


@lru_cache(maxsize=ASKED)
def _names_of_places(candidate: Candidate) -> frozenset[str]:
    places = [said.value for said in candidate.places if said.value.role != "origin"]
    return frozenset([name for p in places if p.precision in LOCAL and not _is_line(p) for name in (p.name, *p.within[:-1])])


@lru_cache(maxsize=ASKED)
def _countries(candidate: Candidate) -> frozenset[str]:
    return frozenset([said.value.country for said in candidate.places if said.value.role != "origin" and said.value.country])


def place_keys(candidates: Sequence[Candidate]) -> frozenset[str]:
    """Names of towns and regions with what contains them."""
    return of_all(_names_of_places, candidates)


def _is_line(place: Place) -> bool:
    """As in "along the Line of Control": no place beside others."""
    return place.precision == "region" and place.country is None


def places_meet(happening: Happening, candidate: Candidate) -> bool:
    mine, my_countries = place_keys(happening.known), of_all(_countries, happening.known)
    other, countries = place_keys([candidate]), _countries(candidate)
    if my_countries and countries and not my_countries & countries:
        return False
    if _by_other_guns(happening, candidate):
        return False
    if not mine or not other or (mine & other and not _towns_differ(happening, candidate)) or shot_down_too(happening, candidate):
        return True
    if narrows(happening, candidate):
        return True
    same = candidate.trigger.sentence is happening.members[-1].trigger.sentence
    if same and all(said.value.precision == "city" for said in candidate.places):
        return not _on_the_map([candidate])
    return candidate.refers and not (_on_the_map([candidate]) and _on_the_map(happening.known))


def _by_other_guns(happening: Happening, candidate: Candidate) -> bool:
    """As in "Jets pounded the enclave … It opened artillery fire on Wrenn": guns and planes, in a town of which nothing was told."""
    here, there = of_all(_weapons, happening.known), _weapons(candidate)
    if not here or not there:
        return False
    guns, flown = frozenset({"artillery"}), frozenset({"aircraft", "drone"})
    other = (here <= guns and there <= flown) or (here <= flown and there <= guns)
    own = {p.name for p in towns([candidate])} - {p.name for p in towns(happening.known)}
    return other and bool(own)


def narrows(happening: Happening, candidate: Candidate) -> bool:
    """As in "A drone strike in the north … a drone hit the market of Wrenn": the same weapon, a town on no map."""
    first = happening.members[0]
    near = first.trigger.sentence.index < LEAD and candidate.trigger.sentence.index - happening.last_sentence <= NEXT
    near = near and not towns(happening.known) and bool(_weapons(first) & _weapons(candidate))
    return near and _is_one(first) and bool(towns([candidate])) and not _on_the_map([candidate])


@lru_cache(maxsize=ASKED)
def _weapons(candidate: Candidate) -> frozenset[str]:
    return frozenset([said.value for name, said in candidate.details if name == "weapons"])


def _is_one(candidate: Candidate) -> bool:
    trigger = candidate.trigger
    return trigger.noun and not trigger.sentence.tokens[trigger.last - 1].low.endswith("s")


def _towns_differ(happening: Happening, candidate: Candidate) -> bool:
    """As in "hit Toul in the Nabatieh district … hit Marjayoun": two towns, however they lie in one district."""
    here, there = towns(happening.known), towns([candidate])
    mine, other = {p.name for p in here}, {p.name for p in there}
    shared = bool(mine & other) or mine <= {n for p in there for n in p.within} or other <= {n for p in here for n in p.within}
    return bool(here and there) and not shared and not candidate.refers


def towns(candidates: Sequence[Candidate]) -> tuple[Place, ...]:
    places = (said.value for c in candidates for said in c.places)
    return tuple(p for p in places if p.role != "origin" and p.precision in {"city", "site"})


def _on_the_map(candidates: Sequence[Candidate]) -> bool:
    return any(said.value.geonameid is not None and said.value.precision in LOCAL for c in candidates for said in c.places)


def shot_down_too(happening: Happening, candidate: Candidate) -> bool:
    """As in "shot down 30 drones over Kursk. … Ten were destroyed over Orel": one defence against one wave."""
    last = happening.members[-1]
    both = last.trigger.pattern.card.reverse and candidate.trigger.pattern.card.reverse and bool(place_keys([last]))
    return both and candidate.trigger.sentence.index - last.trigger.sentence.index <= NEXT


def held_elsewhere(happening: Happening, candidate: Candidate) -> bool:
    """As in "WASHINGTON - X opened talks with President Y. … at the Geneva arms talks": of a town of a third land are others."""
    trigger = candidate.trigger
    told_from = trigger.sentence.page.told_from
    town = run_in_city(trigger.sentence, trigger) if trigger.kind.frame == "meeting" else None
    if town is None or town.named.place is None or told_from is None:
        return False
    at_home = told_from.country in happening.sides and town.named.place.country not in happening.sides
    return at_home and told_from.country != town.named.place.country and not any(m.places for m in happening.known)
