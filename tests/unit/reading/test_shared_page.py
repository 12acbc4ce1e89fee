"""The four articles of the shared page, each with what an analyst would sign; skipped where the shared folder is missing."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from schemas.mentions import Mention
from tests.unit.reading.articles import mentions

GOLD = Path(__file__).resolve().parents[3] / "../shared/gold/articles.jsonl"
pytestmark = pytest.mark.skipif(not GOLD.exists(), reason="the shared articles are not here")


@cache
def told(article_id: str) -> tuple[Mention, ...]:
    rows = map(json.loads, GOLD.read_text(encoding="utf-8").splitlines())
    row = next(row for row in rows if row["id"] == article_id)
    return tuple(mentions(row["body"], row["published"].replace("Z", "+00:00"), row["title"]))


def names(mention: Mention) -> set[str]:
    return {participant.name for participant in mention.participants}


def days(mention: Mention) -> tuple[str | None, str | None]:
    return mention.when.start, mention.when.end


def one(article_id: str, kind: str, status: str, day: tuple[str | None, str | None], *who: str) -> Mention:
    """The one mention of a kind, status and time at which these take part."""
    found = [m for m in told(article_id) if (m.kind, m.status) == (kind, status) and days(m) == day and names(m) >= set(who)]
    assert len(found) == 1, [(m.kind, m.status, days(m), sorted(names(m))) for m in told(article_id)]
    return found[0]


MONDAY = ("2025-08-18", "2025-08-18")
FRIDAY = ("2025-08-15", "2025-08-15")
NIGHT = ("2025-08-18", "2025-08-19")
TUESDAY = ("2025-08-19", "2025-08-19")
UNDATED = (None, None)


@pytest.mark.parametrize(
    ("article_id", "who"),
    [
        ("seed-1", ("Donald Trump", "Volodymyr Zelensky", "Germany", "France", "United Kingdom")),
        ("seed-3", ("Donald Trump", "Volodymyr Zelensky", "Germany", "France", "Finland", "Italy", "United Kingdom")),
        ("seed-4", ("Donald Trump", "Volodymyr Zelensky", "Germany", "France", "United Kingdom")),
    ],
)
def test_the_white_house_summit_took_place_on_monday_with_the_europeans(article_id: str, who: tuple[str, ...]) -> None:
    summit = one(article_id, "summit", "occurred", MONDAY, *who)
    assert "White House" in {place.name for place in summit.where}


def test_a_meeting_days_after_another_has_no_date_but_a_country() -> None:
    summit = one("seed-2", "summit", "occurred", UNDATED, "Donald Trump", "Volodymyr Zelensky")
    assert {place.country for place in summit.where} == {"US"}


@pytest.mark.parametrize("article_id", ["seed-1", "seed-4"])
def test_alaska_is_a_background_summit_at_its_own_date(article_id: str) -> None:
    summit = one(article_id, "summit", "occurred", FRIDAY, "Donald Trump", "Vladimir Putin")
    assert summit.background
    assert {place.name for place in summit.where} == {"Alaska"}


def test_the_call_of_monday_is_a_call_and_no_summit() -> None:
    call = one("seed-3", "summit", "occurred", MONDAY, "Donald Trump", "Vladimir Putin")
    assert call.details["form"] == "call"


def test_geneva_and_switzerland_are_candidate_venues_of_a_proposed_meeting() -> None:
    geneva = one("seed-3", "summit", "proposed", UNDATED, "Vladimir Putin", "Volodymyr Zelensky")
    assert ("Geneva", "CH", "candidate_venue") in {(p.name, p.country, p.role) for p in geneva.where}
    swiss = one("seed-2", "summit", "proposed", UNDATED, "Vladimir Putin", "Ukraine")
    assert ("Switzerland", "CH", "candidate_venue") in {(p.name, p.country, p.role) for p in swiss.where}


def test_moscow_was_put_forward_and_refused() -> None:
    refused = one("seed-3", "summit", "declined", UNDATED, "Vladimir Putin", "Volodymyr Zelensky")
    assert {place.name for place in refused.where} == {"Moscow"}


@pytest.mark.parametrize("article_id", ["seed-1", "seed-4"])
def test_no_commitment_to_a_meeting_leaves_it_proposed(article_id: str) -> None:
    found = [
        m for m in told(article_id) if m.status == "proposed" and names(m) == {"Vladimir Putin", "Volodymyr Zelensky", "Russia", "Ukraine"}
    ]
    assert len(found) == 1


@pytest.mark.parametrize("article_id", ["seed-1", "seed-4"])
def test_the_trilateral_meeting_is_proposed_and_keeps_its_words_of_time(article_id: str) -> None:
    meeting = one(article_id, "summit", "proposed", UNDATED, "Vladimir Putin", "Volodymyr Zelensky", "Donald Trump")
    assert "coming weeks" in (meeting.when.basis.expression or "")


@pytest.mark.parametrize(("article_id", "status"), [("seed-1", "scheduled"), ("seed-4", "occurred")])
def test_the_coalition_talks_are_scheduled_first_and_held_later(article_id: str, status: str) -> None:
    one(article_id, "summit", status, TUESDAY, "Coalition of the Willing")


def test_the_military_leaders_will_meet_tomorrow_and_one_attends_from_afar() -> None:
    one("seed-4", "summit", "scheduled", ("2025-08-20", "2025-08-20"), "Dan Caine")


def test_the_last_direct_talks_were_in_turkey_in_july() -> None:
    talks = one("seed-1", "summit", "occurred", ("2025-07-01", "2025-07-31"), "Russia", "Ukraine")
    assert {place.name for place in talks.where} == {"Turkey"}
    assert talks.background


def test_the_invitation_of_may_was_declined() -> None:
    one("seed-1", "summit", "declined", ("2025-05-01", "2025-05-31"), "Vladimir Putin", "Volodymyr Zelensky")


@pytest.mark.parametrize("article_id", ["seed-1", "seed-4"])
def test_the_february_meeting_stays_in_february(article_id: str) -> None:
    meeting = one(article_id, "summit", "occurred", ("2025-02-01", "2025-02-28"), "Donald Trump", "Volodymyr Zelensky")
    assert meeting.background


@pytest.mark.parametrize("article_id", ["seed-1", "seed-4"])
def test_the_overnight_strike_has_its_drones_and_missiles(article_id: str) -> None:
    strike = one(article_id, "strike", "occurred", NIGHT, "Russia", "Ukraine")
    assert {(q.measure, q.best) for q in strike.quantities} >= {("drones", 270), ("missiles", 10)}
    assert {(p.name, p.role) for p in strike.participants} >= {("Russia", "attacker"), ("Ukraine", "target")}
    assert {"Ukraine", "Poltava region"} <= {place.name for m in told(article_id) if m.kind == "strike" for place in m.where}


def test_bodies_went_both_ways_each_number_with_its_receiver() -> None:
    bodies = one("seed-4", "body_exchange", "occurred", TUESDAY, "Russia", "Ukraine")
    assert {(q.party, q.best) for q in bodies.quantities} == {("Ukraine", 1000), ("Russia", 19)}


def test_annexation_and_warrants_are_no_events() -> None:
    years = {str(m.when.start)[:4] for article_id in ("seed-1", "seed-2", "seed-3", "seed-4") for m in told(article_id)}
    assert years <= {"2025", "None"}


@pytest.mark.parametrize("article_id", ["seed-1", "seed-2", "seed-3", "seed-4"])
def test_every_claim_quotes_the_body_at_its_offsets(article_id: str) -> None:
    rows = map(json.loads, GOLD.read_text(encoding="utf-8").splitlines())
    body = next(row for row in rows if row["id"] == article_id)["body"]
    for mention in told(article_id):
        for evidence in (mention.evidence, *(claim.evidence for claim in mention.claims)):
            assert body[evidence.start : evidence.end] == evidence.quote
            assert hashlib.sha256(evidence.quote.encode()).hexdigest() == evidence.quote_sha256
