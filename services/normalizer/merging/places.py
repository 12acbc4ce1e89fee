"""Where a mention's event lies, and what two tellings of a place have to do with each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.events import Place

from .names import fold


@dataclass(frozen=True, slots=True)
class Places:
    """`own`: folded names finer than a country; `around`: regions and cities that contain these; `countries`: ISO codes."""

    own: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    candidate: bool = False

    @property
    def known(self) -> bool:
        return bool(self.own or self.countries)


def places(told: Iterable[Place]) -> Places:
    """The places of a mention; where something was launched from does not count."""
    spots = [place for place in told if place.role != "origin"]
    fine = [place for place in spots if place.precision != "country"]
    return Places(
        own=frozenset(fold(place.name) for place in fine),
        around=frozenset(fold(name) for place in fine for name in _regions(place)),
        countries=frozenset(place.country for place in spots if place.country),
        candidate=any(place.role == "candidate_venue" for place in spots),
    )


def _regions(place: Place) -> tuple[str, ...]:
    # The last container of a place that lies in a country is that country, which says too little to match on. A lone container of
    # a site may be its city.
    if place.country and (len(place.within) > 1 or place.precision != "site"):
        return place.within[:-1]
    return place.within


def relation(a: Places, b: Places) -> str:
    """missing, abroad, same, inside, nation (both only a country), broad (a country here, a place in it there) or elsewhere."""
    if not (a.known and b.known):
        return "missing"
    if a.countries and b.countries and not a.countries & b.countries:
        return "abroad"
    if a.own & b.own:
        return "same"
    if a.own & b.around or b.own & a.around:
        return "inside"
    if a.own and b.own:
        return "elsewhere"
    return "broad" if a.own or b.own else "nation"
