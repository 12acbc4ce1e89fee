"""Which of several places of one name is meant: the likelier by size, or the one in a country that the text speaks of."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from services.normalizer.reading.names.drafts import Draft
from services.normalizer.reading.names.senses import Sense

LARGE = 300_000  # inhabitants from which a city is named without further ado
TOWN = 50_000  # inhabitants from which a country's mention, or a preposition, is enough
_LIKE_A_COUNTRY = 2.0  # a name shared by a state and a lesser place (Georgia) is the state's, unless placed beside its city
_SPOKEN_OF = 0.35  # for each mention of its country, up to ...
_OFTEN = 4
_EVERYWHERE = {"US": 0.3}  # every text speaks of it, which says little of where a town is
_CHAINED = 4.0  # "Athens, Georgia"

_SURE = ("state", "adjective", "seat", "capital")


def spoken_of(drafts: Sequence[Draft]) -> Counter[str]:
    """How often a text speaks of each country, by names that leave no doubt."""
    seen: Counter[str] = Counter()
    for draft in drafts:
        seen.update(sure_countries(draft))
    return seen


def sure_countries(draft: Draft) -> set[str]:
    """The country a name surely speaks of; none where it may mean places of several."""
    if draft.actor and draft.actor.country:
        return {draft.actor.country}
    sure = {s.actor.country for s in draft.senses if s.kind in _SURE and s.actor and s.actor.country}
    if sure:
        return sure
    if draft.place:
        return {draft.place.country} if draft.place.country else set()
    large = [s for s in draft.senses if s.place and s.place.country and s.weight >= LARGE and not s.risky]
    return {s.place.country for s in large if s.place and s.place.country} if len(large) == 1 else set()


def likeliest(draft: Draft, seen: Mapping[str, int], chained: frozenset[str], *, cued: bool, crowded: bool) -> Sense | None:
    """The place meant, or None where the words are more likely no place at all.

    `chained`: the countries that the place named right after may be in ("Tripoli, Lebanon"); `cued`: a place is expected here;
    `crowded`: capitalised words of no list stand beside it.
    """
    seats = {s.actor.country for s in draft.senses if s.kind == "capital" and s.actor}
    fitting = [s for s in draft.senses if s.place and _admitted(s, draft, seen, chained, cued=cued, crowded=crowded)]
    fitting = [
        s for s in fitting if not (s.kind == "region" and s.place and s.place.country in seats)
    ] or fitting  # Washington is the capital
    return max(fitting, key=lambda s: (_score(s, seen, chained), s.place.geonameid or 0 if s.place else 0), default=None)


def unmistakable(sense: Sense) -> bool:
    """Whether the words mean this place wherever they stand, if they mean a place."""
    return sense.kind in ("state", "seat", "sea", "site") and not sense.risky


def _admitted(sense: Sense, draft: Draft, seen: Mapping[str, int], chained: frozenset[str], *, cued: bool, crowded: bool) -> bool:
    country = sense.place.country if sense.place else None
    if unmistakable(sense):
        return True
    told = country is None or country in chained or seen.get(country, 0) > 0
    placed = cued or draft.reading == "place" or country in chained
    if crowded:
        return country in chained or (placed and sense.weight >= LARGE)
    if sense.risky:
        return placed and (told or sense.weight >= LARGE)
    if sense.weight >= LARGE:
        return True
    return (placed and (told or sense.weight >= TOWN)) or (told and sense.weight >= TOWN)


def _score(sense: Sense, seen: Mapping[str, int], chained: frozenset[str]) -> float:
    country = sense.place.country if sense.place else None
    score = math.log10(sense.weight + 10) + (_LIKE_A_COUNTRY if sense.kind == "state" else 0)
    if country:
        score += _EVERYWHERE.get(country, 1) * _SPOKEN_OF * min(seen.get(country, 0), _OFTEN) + (
            _CHAINED if country in chained and sense.kind != "state" else 0
        )
    return score
