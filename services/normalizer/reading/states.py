"""Names of states by code, for the side that a person or a place belongs to."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from schemas.events import Participant, ParticipantRole

STATES = Path(__file__).parent.parent / "lexicon" / "states.tsv"


@cache
def _rows() -> tuple[list[str], ...]:
    return tuple(line.split("\t") for line in STATES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))


@cache
def demonyms() -> frozenset[str]:
    """What the people of all states are called, in lower case: "iranians"; single words only."""
    people = (name.lower() for row in _rows() for name in row[4].split(";"))
    return frozenset(name for name in people if name.isalpha())


@cache
def capitals() -> frozenset[str]:
    """Where the governments of all states sit."""
    return frozenset(name for row in _rows() for name in row[5].split(";") if name)


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in _rows():
        names.setdefault(row[0], row[1])
    return names


@lru_cache(maxsize=1024)
def state(code: str | None, role: ParticipantRole) -> Participant | None:
    """The state of an ISO 3166-1 code as a participant; None where the code is none of a state."""
    name = _names().get(code or "")
    return Participant(name=name, type="state", country=code, role=role) if name else None
