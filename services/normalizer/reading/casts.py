"""Which people sit for each side: other people of the same states are another meeting."""

from __future__ import annotations

from collections.abc import Sequence

from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.happening import Happening, persons, side_of


def _by_side(candidates: Sequence[Candidate]) -> dict[str, frozenset[str]]:
    """The people of each side."""
    people: dict[str, set[str]] = {}
    for said in (said for c in candidates for said in c.parties if said.value.type == "person"):
        people.setdefault(side_of(said.value), set()).add(said.value.name)
    return {side: frozenset(names) for side, names in people.items()}


def names_two(candidate: Candidate) -> bool:
    """As in "this year's summit between X and Y": however it points, it says whose it is."""
    return candidate.trigger.noun and candidate.names_parties and len(persons([candidate])) > 1


def others_meet(happening: Happening, candidate: Candidate) -> bool:
    """Whether some side is there by quite other people: Lavrov and Rubio meet, and Putin and Trump speak."""
    here, there = _by_side(happening.known), _by_side([candidate])
    return any(not here[side] & there[side] for side in here.keys() & there.keys())
