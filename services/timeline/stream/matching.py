"""Which listeners a change is for. Pure.

A change is for whom its event fits as it is after it, or as it was before: who listens to one country also hears that a strike turned
out to lie in another. Listeners are found by a term that they ask for, so that a change costs as many checks as there are listeners
whom it may concern, not as there are listeners.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec

from schemas.terms import fold
from services.timeline.asked import Near, Threshold
from services.timeline.packing import unpack
from services.timeline.parameters import StreamQuery

EARTH = 6371
"""Kilometres: the radius of the sphere that `near` counts on."""
T = TypeVar("T")
Term = tuple[str, str]
Wants = Callable[[str, Sequence["Glance"]], bool]
EVERYBODY: Term = ("", "")


class _State(msgspec.Struct):
    """Of a state, what no column tells."""

    where: list[dict[str, Any]]
    quantities: list[dict[str, Any]]


_states = msgspec.json.Decoder(_State)


@dataclass(frozen=True)
class Glance:
    """An event as far as one can ask for it. `told`: its state as it is stored, which is read if anybody asks."""

    kind: str
    status: str
    first: date | None
    last: date | None
    countries: Sequence[str]
    participants: Sequence[str]
    lineages: int
    told: bytes | str

    @cached_property
    def _state(self) -> _State:
        return _states.decode(unpack(self.told))

    @cached_property
    def places(self) -> frozenset[str]:
        """Names, folded."""
        return frozenset(fold(place["name"]) for place in self._state.where)

    @cached_property
    def points(self) -> list[tuple[float, float]]:
        """Latitude and longitude of those that have one."""
        known = [(place.get("lat"), place.get("lon")) for place in self._state.where]
        return [(lat, lon) for lat, lon in known if lat is not None and lon is not None]

    @cached_property
    def numbers(self) -> list[tuple[str, int]]:
        """Measure and the best that is known of it."""
        known = [(told["measure"], _best(told)) for told in self._state.quantities]
        return [(measure, number) for measure, number in known if number is not None]

    def terms(self) -> Iterator[Term]:
        """What a listener may be found by."""
        yield EVERYBODY
        yield "kind", self.kind
        yield from (("country", country) for country in self.countries)
        yield from (("participant", term) for term in self.participants)


def _best(told: Mapping[str, Any]) -> int | None:
    return next((number for name in ("best", "low", "high") if (number := told.get(name)) is not None), None)


def wants(query: StreamQuery) -> Wants:
    """Whether a change is one of those asked for: by its kind, and by its event after it or before."""
    checks, kinds = _conditions(query), frozenset(query.change)

    def wanted(change: str, glances: Sequence[Glance]) -> bool:
        return (not kinds or change in kinds) and any(all(holds(glance) for holds in checks) for glance in glances)

    return wanted


def _conditions(query: StreamQuery) -> list[Callable[[Glance], bool]]:
    """One check for each filter that was given."""
    kind, status, country, place = (
        frozenset(query.kind),
        frozenset(query.status),
        frozenset(query.country),
        frozenset(map(fold, query.place)),
    )
    since, until = query.since or date.min, query.until or date.max
    participants, thresholds, around = [fold(name) for name in query.participant], query.thresholds, query.around
    candidates: list[tuple[object, Callable[[Glance], bool]]] = [
        (kind, lambda event: event.kind in kind),
        (status, lambda event: event.status in status),
        (query.since, lambda event: event.last is not None and event.last >= since),
        (query.until, lambda event: event.first is not None and event.first <= until),
        (country, lambda event: not country.isdisjoint(event.countries)),
        (participants, lambda event: all(name in event.participants for name in participants)),
        (query.lineages, lambda event: event.lineages >= query.lineages),
        (place, lambda event: not place.isdisjoint(event.places)),
        (around, lambda event: around is not None and any(_is_near(around, *point) for point in event.points)),
        (thresholds, lambda event: all(_counts(one, event.numbers) for one in thresholds)),
    ]
    return [holds for applies, holds in candidates if applies]


def _counts(one: Threshold, numbers: Iterable[tuple[str, int]]) -> bool:
    return any(measure == one.measure and one.low <= number <= one.high for measure, number in numbers)


def _is_near(around: Near, lat: float, lon: float) -> bool:
    """The way along the sphere (haversine), as `near` of `asking.sql` has it."""
    half = math.sin(math.radians(lat - around.lat) / 2) ** 2
    half += math.cos(math.radians(around.lat)) * math.cos(math.radians(lat)) * math.sin(math.radians(lon - around.lon) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half))) <= around.km


def keys(query: StreamQuery) -> list[Term]:
    """Terms of which each event that fits has one: by the filter that tells most apart."""
    if query.participant:
        return [("participant", fold(query.participant[0]))]
    if query.country:
        return [("country", name) for name in dict.fromkeys(query.country)]
    return [("kind", name) for name in dict.fromkeys(query.kind)] or [EVERYBODY]


class Switchboard(Generic[T]):
    """Listeners by what they ask for."""

    def __init__(self) -> None:
        self._by_term: dict[Term, dict[T, None]] = {}
        self._asked: dict[T, tuple[StreamQuery, Wants]] = {}

    def __len__(self) -> int:
        return len(self._asked)

    def add(self, one: T, query: StreamQuery) -> None:
        self._asked[one] = query, wants(query)
        for term in keys(query):
            self._by_term.setdefault(term, {})[one] = None

    def remove(self, one: T) -> None:
        query, _ = self._asked.pop(one)
        for term in keys(query):
            self._by_term[term].pop(one, None)
            if not self._by_term[term]:
                del self._by_term[term]

    def __contains__(self, one: T) -> bool:
        return one in self._asked

    def listeners(self) -> list[T]:
        return list(self._asked)

    def for_whom(self, change: str, glances: Sequence[Glance]) -> list[T]:
        """Those whom a change concerns, by the event as it is after it and as it was before."""
        candidates = {one: None for glance in glances for term in glance.terms() for one in self._by_term.get(term, ())}
        return [one for one in candidates if self._wants(one, change, glances)]

    def _wants(self, one: T, change: str, glances: Sequence[Glance]) -> bool:
        return self._asked[one][1](change, glances)
