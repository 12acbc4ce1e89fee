"""Where a happening stands in its life, and how it came there, in order of what was known when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from schemas.events import Status, StatusEntry

from .tables import life
from .told import Order, Told, order, told_at

EARLIEST = datetime.min.replace(tzinfo=UTC)


def standing(group: Sequence[Told]) -> tuple[Status, tuple[StatusEntry, ...]]:
    """The status, and each step to it. The articles are gone through by publication (unknown first); a later one moves the status
    only where `life.yaml` says that the one may follow the other, so that "held" beats "scheduled", a refusal told later beats the
    proposal, and a late or backward-looking article never moves it back.
    """
    steps: list[StatusEntry] = []
    for told in sorted(group, key=_known):
        if not steps or _moves(steps[-1].status, told):
            steps.append(StatusEntry(status=told.mention.status, known_at=told_at(told.article), claim_id=_claim(told)))
    return steps[-1].status, tuple(steps)


def overtaken(told: Told, group: Iterable[Told]) -> bool:
    """Is this the date of a plan that was put off later? Then it is history, not the date of the event."""
    mine = told.mention
    if mine.status not in {"proposed", "scheduled"}:
        return False
    return any(one.mention.status == "postponed" and _known(one) > _known(told) for one in group)


def _known(told: Told) -> tuple[datetime, int, Order]:
    return (told_at(told.article) or EARLIEST, life().order.index(told.mention.status), order(told))


def _moves(now: Status, told: Told) -> bool:
    if told.mention.background and told.mention.status not in life().background:
        return False
    return told.mention.status in life().follows[now]


def _claim(told: Told) -> str:
    claims = told.mention.claims
    return next((claim.claim_id for claim in claims if claim.field == "status"), claims[0].claim_id if claims else told.mention.mention_id)
