"""To which of a sentence's strikes its numbers belong: "Four died when a missile hit X, and three were killed in a second strike on Y"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from msgspec.structs import replace

from schemas.events import Quantity
from services.normalizer.reading.candidates import Candidate, Said
from services.normalizer.reading.spans import meet

Told = tuple[Candidate, bool]
# What a ", and" between a number and a strike weighs, in words.
APART = 10


def _distance(candidate: Candidate, said: Said[Quantity]) -> int:
    """Words between a number and a trigger; a new clause between them counts as many more."""
    tokens, trigger = candidate.trigger.sentence.tokens, candidate.trigger
    at = next((n for n, token in enumerate(tokens) if token.start >= said.start), len(tokens) - 1)
    low, high = sorted((at, trigger.first))
    turns = sum(
        1 for n in range(low, high) if tokens[n].low in {",", ";"} and n + 1 < high and tokens[n + 1].low in {"and", "while", "but"}
    )
    return high - low + APART * turns


def _is_toll(candidate: Candidate) -> bool:
    """A verb of harm that tells neither who nor where: "eight were killed when …"."""
    bare = candidate.trigger.pattern.card.alone and not candidate.places and not candidate.parties
    return bare or "another" in candidate.trigger.pattern.card.needs


def _shared_out(group: Sequence[Told]) -> list[Told]:
    """The candidates of one sentence; where some are whole strikes, each number goes to the nearest of them, and tolls are spent."""
    wholes = [c for c, whole in group if whole]
    if not wholes or len({c.trigger.first for c in wholes}) < len(wholes):
        return list(group)
    when = wholes[0].when
    spent = [c for c, whole in group if _is_toll(c) and not whole and not (c.when and when and not meet(c.when.value, when.value))]
    pool = {said.start: said for c in (*wholes, *spent) for said in c.quantities}
    owner = {start: min(wholes, key=lambda c: (_distance(c, said), c.trigger.first)) for start, said in pool.items()}
    return [
        (_with(c, tuple(pool[start] for start in sorted(pool) if owner[start] is c), spent) if whole else c, whole)
        for c, whole in group
        if not any(c is one for one in spent)
    ]


def _with(candidate: Candidate, mine: tuple[Said[Quantity], ...], spent: Sequence[Candidate]) -> Candidate:
    """The candidate with its numbers; as in "killed on Tuesday when a strike hit …", the day of the toll is that of the strike."""
    when = candidate.when or next((c.when for c in spent if c.when), None)
    return replace(candidate, quantities=mine, when=when)


def shared_out(told: Sequence[Told]) -> tuple[Told, ...]:
    """The same candidates; in each sentence of strikes each number belongs to one of them."""
    found: list[Told] = []
    for (frame, _), group in groupby(told, key=lambda one: (one[0].trigger.kind.frame, one[0].trigger.sentence.index)):
        mine = list(group)
        found.extend(_shared_out(mine) if frame == "directed" else mine)
    return tuple(found)
