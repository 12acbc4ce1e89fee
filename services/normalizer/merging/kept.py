"""Which of its mentions an event carries. Of few all; of thousands as many as prove each field, the first and the last that were told.

An event goes out whole with each change: with all its evidence, the five thousandth report of one night would not fit into a record,
and every report would cost as much as all before it. What is left out is counted, and stays where it is, in the readings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from schemas.events import CanonicalEvent, Claim, Evidenced, Quantity

from .fields import numbers_told
from .told import Told

MOST = 200  # mentions of which an event carries each with all its claims
LAST = 50  # of these, the last told; the others are the first told, after those that prove a field


def kept(told: Sequence[Told], status_claims: Iterable[str], quantities: Iterable[Quantity]) -> tuple[Told, ...]:
    """At most `MOST`, in canonical order, as `told` is; a function of the set of mentions."""
    if len(told) <= MOST:
        return tuple(told)
    chosen = dict.fromkeys(_proving(told, set(status_claims), quantities))
    chosen = dict.fromkeys(list(chosen)[: MOST - LAST - 1]) | dict.fromkeys(told[-LAST:])
    for one in told:
        if len(chosen) >= MOST:
            break
        chosen[one] = None
    return tuple(one for one in told if one in chosen)


def _proving(told: Sequence[Told], status_claims: set[str], quantities: Iterable[Quantity]) -> Iterator[Told]:
    """The very first, by which the event is known; who first told each step of its life, and each end and the best of each number."""
    yield told[0]
    yield from (one for one in told if any(claim.claim_id in status_claims for claim in one.mention.claims))
    numbers = numbers_told(told)
    for quantity in quantities:
        said = numbers.get((quantity.measure, quantity.party), [])
        for value in dict.fromkeys((quantity.best, quantity.low, quantity.high)):
            yield from [one for q, one in said if value in {q.low, q.best, q.high}][:1]


def cited(quantities: Iterable[Quantity], claims: Iterable[Claim]) -> tuple[Quantity, ...]:
    """The quantities, each with those of its claims that the event carries."""
    there = {claim.claim_id for claim in claims}
    return tuple(q.model_copy(update={"claim_ids": tuple(name for name in q.claim_ids if name in there)}) for q in quantities)


def evidenced(told: Sequence[Told]) -> Evidenced:
    """How much there is in all, and a digest of it: of two revisions with one digest the evidence is the same."""
    names = "\n".join(f"{one.mention.mention_id} {one.article.article_id} {one.article.revision}" for one in told)
    claims = len({claim.claim_id for one in told for claim in one.mention.claims})
    return Evidenced(mentions=len(told), claims=claims, digest=hashlib.sha256(names.encode()).hexdigest())


def same_evidence(event: CanonicalEvent, told: Sequence[Told]) -> bool:
    """Is an event told by the same revisions of the same articles?"""
    return event.evidenced is not None and event.evidenced.mentions == len(told) and event.evidenced == evidenced(told)
