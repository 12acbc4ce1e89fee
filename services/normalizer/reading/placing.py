"""Where it happens: places by the prepositions before them, and the part they play."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Place, PlaceRole
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Name, Sentence
from services.normalizer.reading.grammar import grammar

RANK = {"site": 0, "city": 1, "region": 2, "unknown": 3, "country": 4, "sea": 5}


def _is_place(name: Name) -> bool:
    return name.named.place is not None and (name.named.actor is None or name.named.actor.type != "person")


def _stands_as_place(sentence: Sentence, name: Name) -> bool:
    """Behind "in", "at", "near" and the like; or a place and nothing else."""
    words = grammar()
    if name.named.reading == "place":
        return True
    return name.governor in words.place_prepositions - {"from", "to", "into"} and not _possessive(sentence, name)


def _possessive(sentence: Sentence, name: Name) -> bool:
    return name.last < len(sentence.tokens) and sentence.tokens[name.last].low == "'s"


def _said(name: Name, role: PlaceRole) -> Said[Place] | None:
    place = name.named.place
    return Said(place.model_copy(update={"role": role}), name.named.start, name.named.end) if place else None


def _sorted(places: Sequence[Said[Place] | None]) -> tuple[Said[Place], ...]:
    found = {place.value.name: place for place in reversed(places) if place}
    return tuple(sorted(found.values(), key=lambda place: (RANK[place.value.precision], place.start)))


def in_scope(trigger: Trigger, reach: int = 0) -> tuple[Name, ...]:
    low, high = max(trigger.low - reach, 0), trigger.high + reach
    return tuple(name for name in trigger.sentence.names if low <= name.first < high and _is_place(name))


def venues(trigger: Trigger, status: str) -> tuple[Said[Place], ...]:
    """Places where a meeting is, or may be, held."""
    sentence = trigger.sentence
    role: PlaceRole = "candidate_venue" if status in {"proposed", "declined"} else "venue"
    found = [
        n for n in in_scope(trigger) if _stands_as_place(sentence, n) and n.governor not in {"from", "between", "with", "against", "for"}
    ]
    visited = trigger.pattern.card.form == "visit" or trigger.pattern.card.id == "summit.verb.host"
    if visited:
        found += [
            n for n in in_scope(trigger) if trigger.last <= n.first and n.governor in {"to", None, "in"} and n.first - trigger.last < 3
        ]
    return _sorted([_said(name, role) for name in found])


def targets(trigger: Trigger, aimed: Sequence[Name], attacking: Sequence[Name]) -> tuple[Said[Place], ...]:
    """Places hit: what is aimed at, and what stands behind "in", "near", "over"."""
    sentence, used = trigger.sentence, {name.first for name in attacking}
    found = [
        n
        for n in in_scope(trigger)
        if n.first not in used and (_stands_as_place(sentence, n) or n in aimed) and not _possessive(sentence, n)
    ]
    found += [n for n in aimed if _is_place(n)]
    origins = [_said(n, "origin") for n in found if n.governor == "from"]
    return _sorted([*(_said(n, "target") for n in found if n.governor != "from"), *origins])
