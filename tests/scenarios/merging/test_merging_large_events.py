"""One event in thousands of articles: it still fits into a record, says how much there is, and what it says can be traced."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from schemas.base import sha256
from schemas.events import CanonicalEvent
from services.chassis.outbox import LARGEST
from services.normalizer.merging import Told, kept, merge_all
from tests.scenarios.merging.ledger import Ledger, by_content
from tests.unit.merging.telling import readings, told

NIGHT: dict[str, Any] = {"date": "night 2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
LONG = "Windows broke in every street between the station and the river, said a man who had been on his way home. " * 4


def reports(count: int) -> list[Told]:
    """So many reports of one night, each with long quotes; tolls differ, one is the highest, one the lowest."""
    return [
        _quoting(told(f"m{at:04}", "strike", day=f"2025-08-{19 + at % 9}T{at % 24:02}", numbers=_toll(at), **NIGHT)) for at in range(count)
    ]


def _toll(at: int) -> dict[str, int]:
    return {"killed": {777: 2, 1234: 99}.get(at, 10 + at % 7)}


def _quoting(one: Told) -> Told:
    evidence = one.mention.evidence.model_copy(update={"quote": LONG, "quote_sha256": sha256(LONG), "end": len(LONG)})
    claims = tuple(claim.model_copy(update={"evidence": evidence}) for claim in one.mention.claims)
    return Told(one.mention.model_copy(update={"evidence": evidence, "claims": claims}), one.article, one.sentences)


@pytest.fixture(scope="module")
def world() -> list[Told]:
    return reports(5_000)


@pytest.fixture(scope="module")
def event(world: list[Told]) -> CanonicalEvent:
    (merged,) = merge_all(readings(*world))
    return merged


def test_five_thousand_reports_of_one_event_fit_into_a_record(event: CanonicalEvent) -> None:
    assert event.corroboration.articles == 5_000
    assert event.evidenced is not None
    assert (event.evidenced.mentions, event.evidenced.claims) == (5_000, 25_000)
    assert len(event.mentions) == kept.MOST
    assert 2 * len(event.model_dump_json()) < LARGEST


def test_without_a_bound_they_would_not(world: list[Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", len(world))
    (whole,) = merge_all(readings(*world))
    assert len(whole.model_dump_json()) > LARGEST


def test_what_a_large_event_says_is_proved_by_claims_that_it_carries(event: CanonicalEvent) -> None:
    claims = {claim.claim_id: claim for claim in event.claims}
    (killed,) = event.quantities
    assert (killed.low, killed.high) == (2, 99)
    told_by = {claims[name].value["best"] for name in killed.claim_ids}  # type: ignore[index,call-overload]
    assert {killed.low, killed.best, killed.high} <= told_by
    assert {step.claim_id for step in event.status_history} <= claims.keys()
    assert {claim.evidence.article_id for claim in event.claims} == {mention.article_id for mention in event.mentions}


def test_which_evidence_is_carried_does_not_depend_on_order(world: list[Told], event: CanonicalEvent) -> None:
    shuffled = list(readings(*world))
    Random(1).shuffle(shuffled)
    assert [one.model_dump_json() for one in merge_all(shuffled)] == [event.model_dump_json()]


def test_a_large_event_that_grows_and_shrinks_is_what_all_at_once_gives() -> None:
    # given more reports than an event carries, one by one, of which some are withdrawn, carried ones and others
    world = reports(kept.MOST + 20)
    ledger = Ledger()
    for one in world:
        ledger.take(one.article.article_id, 1, [one])
    gone = [world[at] for at in (0, 5, kept.MOST - 30, kept.MOST + 19)]
    for one in gone:
        ledger.take(one.article.article_id, 2, ())
    # then it is one event under one id, with the content of those that are left
    assert len(ledger.events) == 1
    assert by_content(ledger.live) == by_content(merge_all(readings(*(one for one in world if one not in gone))))
