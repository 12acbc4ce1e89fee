"""A happening as an article tells it: its candidates, and who took part by what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from msgspec import Struct, field

from schemas.events import Participant
from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.grammar import words

PHASES = {
    "occurred": "past", "ongoing": "past", "disputed": "past", "scheduled": "future", "proposed": "future", "postponed": "future",
    "cancelled": "cancelled", "declined": "declined",
}  # fmt: skip
# So many first and last members of a happening, and so many latest happenings, are looked at.
KEPT = 8
# A candidate is compared with each happening before it.
ASKED = 64


class Happening(Struct):
    """Candidates taken together, in the order of the text."""

    members: list[Candidate] = field(default_factory=list)
    _sides: frozenset[str] | None = None

    def add(self, candidate: Candidate) -> None:
        self.members.append(candidate)
        self._sides = None

    @property
    def sides(self) -> frozenset[str]:
        """States and bodies, one word a side; kept until another member joins."""
        if self._sides is None:
            self._sides = sides(self.known)
        return self._sides

    @property
    def known(self) -> list[Candidate]:
        """The members that others are compared with: all of a usual article's, the first and the last of a hostile one's."""
        return self.members if len(self.members) <= 2 * KEPT else [*self.members[:KEPT], *self.members[-KEPT:]]

    @property
    def phase(self) -> str:
        return PHASES[self.members[0].status]

    @property
    def last_sentence(self) -> int:
        return self.members[-1].trigger.sentence.index


def side_of(actor: Participant) -> str:
    """One word a side: a state by its code, whoever speaks or acts for it; a body of its own by its name."""
    own = actor.type == "organisation" and actor.name not in words("arms_of_state")
    return actor.name if own else actor.country or actor.name


def of_all(told_by: Callable[[Candidate], frozenset[str]], candidates: Sequence[Candidate]) -> frozenset[str]:
    """What several candidates tell together."""
    return told_by(candidates[0]) if len(candidates) == 1 else frozenset[str]().union(*map(told_by, candidates))


@lru_cache(maxsize=ASKED)
def _sides(candidate: Candidate) -> frozenset[str]:
    return frozenset([side_of(said.value) for said in candidate.parties if said.value.role != "released"])


def sides(candidates: Sequence[Candidate]) -> frozenset[str]:
    """States and bodies, one word a side, whoever speaks for them; people who come home are no side."""
    return of_all(_sides, candidates)


@lru_cache(maxsize=ASKED)
def _persons(candidate: Candidate) -> frozenset[str]:
    return frozenset([said.value.name for said in candidate.parties if said.value.type == "person"])


def persons(candidates: Sequence[Candidate]) -> frozenset[str]:
    return of_all(_persons, candidates)


@lru_cache(maxsize=ASKED)
def _attackers_of(candidate: Candidate) -> frozenset[str]:
    return frozenset([side_of(said.value) for said in candidate.parties if said.value.role == "attacker"])


def attackers_of(candidates: Sequence[Candidate]) -> frozenset[str]:
    return of_all(_attackers_of, candidates)


def mutual(candidate: Candidate) -> bool:
    """As in "Iran and Iraq bombed each other's towns": the sum of two sides' strikes, and nothing of either."""
    if candidate.trigger.kind.frame != "directed":
        return False
    striking = {said.value.country for said in candidate.parties if said.value.role == "attacker"}
    return len(striking) > 1 and any(set(pair) <= striking for pair in candidate.trigger.kind.adversaries)
