"""Who takes part, as delegations: a state with the persons who stand for it, a body, or a person of no known state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from schemas.events import Participant

from .names import fold
from .tables import Tables

Delegation = tuple[str, frozenset[str]]
NOT_A_PARTY = frozenset({"mediator", "released"})


@dataclass(frozen=True, slots=True)
class Parties:
    """`delegations`: (ISO code or "body:name", folded persons), sorted; sides are keys of it; `named`: persons freed or hit."""

    delegations: tuple[Delegation, ...] = ()
    attackers: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for key, _ in self.delegations)


def parties(told: Iterable[Participant]) -> Parties:
    """The delegations of a mention. Mediators and mere hosts are no party: one text names them, the next does not."""
    told = tuple(told)
    cast = [one for one in told if not _named(one) and one.role not in NOT_A_PARTY and not _mere_host(one)]
    persons: dict[str, set[str]] = {_key(one): set() for one in cast}
    for one in cast:
        if one.type == "person":
            persons[_key(one)].add(fold(one.name))
    return Parties(
        delegations=tuple(sorted((key, frozenset(names)) for key, names in persons.items())),
        attackers=frozenset(_key(one) for one in cast if one.role == "attacker"),
        targets=frozenset(_key(one) for one in cast if one.role == "target"),
        named=frozenset(fold(one.name) for one in told if _named(one)),
    )


def _named(one: Participant) -> bool:
    return one.role == "released" or (one.type == "person" and one.role == "target")


def _mere_host(one: Participant) -> bool:
    return one.role == "host" and one.type == "state"


def _key(one: Participant) -> str:
    if one.type != "organisation" and one.country:
        return one.country
    return f"body:{fold(one.name)}"


def agreement(a: Parties, b: Parties, table: Tables) -> float:
    """0 to 1: how far two casts are the same. A state and its leader agree partly; one shared party alone tells little."""
    if not (a.delegations and b.delegations):
        return 0.0
    total = fsum(_pairing(a, b, table).values())  # whatever the order of the set
    fewer, more = sorted((len(a.delegations), len(b.delegations)))
    union = fewer + more - len(shared(a, b, table))
    score = table.overlap * min(1.0, total / fewer) + (1 - table.overlap) * min(1.0, total / union)
    lone = fewer == 1 and not next(iter(a.keys & b.keys), "").startswith("body:")
    return score * (table.lone_party if lone else 1.0)


def shared(a: Parties, b: Parties, table: Tables) -> frozenset[str]:
    """The delegations that both casts have, by themselves or through a group."""
    return frozenset(_pairing(a, b, table))


def strangers(a: Parties, b: Parties) -> bool:
    """Both casts name persons for each party they share, and never the same: the ministers met, not the leaders."""
    mine, yours = dict(a.delegations), dict(b.delegations)
    common = [(mine[key], yours[key]) for key in a.keys & b.keys]
    return bool(common) and all(x and y and not x & y for x, y in common)


def _pairing(a: Parties, b: Parties, table: Tables) -> dict[str, float]:
    mine, yours = dict(a.delegations), dict(b.delegations)
    found = {key: _alike(mine[key], yours[key], table) for key in mine.keys() & yours.keys()}
    for these, those in ((mine, yours), (yours, mine)):
        for group in these.keys() - those.keys():
            members = table.groups.get(group.removeprefix("body:"), frozenset())
            if members & (those.keys() - found.keys()):
                found[group] = table.delegation["group"]
    return found


def _alike(mine: frozenset[str], yours: frozenset[str], table: Tables) -> float:
    if not mine and not yours:
        return table.delegation["state"]
    if not mine or not yours:
        return table.delegation["person_and_state"]
    return table.delegation["person" if mine & yours else "other_person"]
