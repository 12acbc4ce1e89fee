"""A real scraped page, from bytes to events: what a careful reader finds in it, each once, each with its quote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.articles import RawArticle
from schemas.events import CanonicalEvent
from services.ingestor.pages.model import Capture
from services.ingestor.sources import cut
from services.normalizer.merging import merge_all
from services.normalizer.reading import Ruleset, read

PAGE = Path(__file__).resolve().parents[2].parent / "shared" / "pages" / "daily8-ukraine-summit.txt"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the shared page is not on this machine")


@pytest.fixture(scope="module")
def articles() -> tuple[RawArticle, ...]:
    return cut(Capture(PAGE.read_bytes(), captured_at=datetime(2025, 8, 20, tzinfo=UTC), name=PAGE.name)).articles


@pytest.fixture(scope="module")
def events(articles: tuple[RawArticle, ...]) -> tuple[CanonicalEvent, ...]:
    ruleset = Ruleset.load()
    return merge_all(reading for article in articles for reading in read(article, ruleset))


def names(event: CanonicalEvent) -> set[str]:
    return {participant.name for participant in event.participants}


def days(event: CanonicalEvent) -> tuple[str | None, str | None]:
    return event.when.start, event.when.end


def places(event: CanonicalEvent) -> set[str]:
    return {place.name for place in event.where}


@dataclass(frozen=True)
class Row:
    """One row of what is expected: what finds the event, and what must hold of it."""

    name: str
    kind: str
    finds: Callable[[CanonicalEvent], bool]
    holds: Callable[[CanonicalEvent], bool]


PUTIN, ZELENSKY, TRUMP = "Vladimir Putin", "Volodymyr Zelensky", "Donald Trump"
ROWS = (
    Row(
        "the White House summit, told by all four articles",
        "summit",
        lambda e: days(e) == ("2025-08-18", "2025-08-18") and {TRUMP, ZELENSKY} <= names(e),
        lambda e: (
            e.status == "occurred"
            and "White House" in places(e)
            and {"Germany", "France", "United Kingdom", "Finland", "Italy", "Mark Rutte"} <= names(e)
            and len({m.article_id for m in e.mentions}) == 4
        ),
    ),
    Row(
        "Alaska",
        "summit",
        lambda e: "Alaska" in places(e),
        lambda e: e.status == "occurred" and days(e) == ("2025-08-15", "2025-08-15") and {TRUMP, PUTIN} <= names(e),
    ),
    Row(
        "the phone call",
        "summit",
        lambda e: e.details.get("form") == "call" and {TRUMP, PUTIN} <= names(e),
        lambda e: e.status == "occurred" and days(e) == ("2025-08-18", "2025-08-18"),
    ),
    Row(
        "the proposed meeting of Putin and Zelenskyy, undated, Geneva put forward",
        "summit",
        lambda e: e.status == "proposed" and {PUTIN, ZELENSKY} <= names(e) and TRUMP not in names(e),
        lambda e: e.when.start is None and any(p.country == "CH" and p.role == "candidate_venue" for p in e.where),
    ),
    Row(
        "the trilateral meeting",
        "summit",
        lambda e: e.status == "proposed" and {PUTIN, ZELENSKY, TRUMP} <= names(e),
        lambda e: e.when.start is None and e.when.basis.expression is not None,
    ),
    Row(
        "Moscow, put forward and refused",
        "summit",
        lambda e: e.status == "declined" and "Moscow" in places(e),
        lambda e: {PUTIN, ZELENSKY} <= names(e),
    ),
    Row(
        "the Coalition of the Willing, scheduled and then held",
        "summit",
        lambda e: "Coalition of the Willing" in names(e) and days(e) == ("2025-08-19", "2025-08-19"),
        lambda e: [step.status for step in e.status_history] == ["scheduled", "occurred"],
    ),
    Row(
        "NATO's military leaders, Caine attending",
        "summit",
        lambda e: days(e) == ("2025-08-20", "2025-08-20"),
        lambda e: e.status == "scheduled" and {"Dan Caine", "NATO"} <= names(e),
    ),
    Row(
        "the last direct talks",
        "summit",
        lambda e: "Turkey" in places(e),
        lambda e: e.status == "occurred" and days(e) == ("2025-07-01", "2025-07-31") and {"Russia", "Ukraine"} <= names(e),
    ),
    Row(
        "the invitation declined in May",
        "summit",
        lambda e: days(e) == ("2025-05-01", "2025-05-31"),
        lambda e: e.status == "declined" and {PUTIN, ZELENSKY} <= names(e),
    ),
    Row(
        "the attack of the night, two articles of one lineage",
        "strike",
        lambda e: days(e) == ("2025-08-18", "2025-08-19") and any(q.measure == "drones" for q in e.quantities),
        lambda e: (
            {(q.measure, q.best) for q in e.quantities} == {("drones", 270), ("missiles", 10)}
            and (e.corroboration.articles, e.corroboration.lineages) == (2, 1)
            and {"Russia", "Ukraine"} <= names(e)
        ),
    ),
    Row(
        "the exchange of bodies, with two numbers from two sources",
        "body_exchange",
        lambda e: days(e) == ("2025-08-19", "2025-08-19"),
        lambda e: e.status == "occurred" and {(q.party, q.best) for q in e.quantities} == {("Ukraine", 1000), ("Russia", 19)},
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_page_tells_it_once_and_rightly(events: tuple[CanonicalEvent, ...], row: Row) -> None:
    found = [event for event in events if event.kind == row.kind and row.finds(event)]
    assert len(found) == 1, [(e.title, e.status, days(e)) for e in found]
    assert row.holds(found[0]), found[0].model_dump_json(include={"title", "status", "when", "where", "participants", "quantities"})


def test_poltava_is_a_place_of_the_attack_or_a_part_of_it(events: tuple[CanonicalEvent, ...]) -> None:
    assert any("Poltava" in place for event in events if event.kind == "strike" for place in places(event))


def test_the_numbers_of_bodies_come_from_those_who_gave_them(events: tuple[CanonicalEvent, ...]) -> None:
    (bodies,) = [event for event in events if event.kind == "body_exchange"]
    said = {(str(c.value), c.speaker.name if c.speaker else None, c.via) for c in bodies.claims if c.field.startswith("quantities")}
    assert any("1000" in value and (speaker or "").startswith("Ukrain") for value, speaker, _ in said), said
    assert any("19" in value and "TASS" in (via or speaker or "") for value, speaker, via in said), said


def test_every_quote_stands_at_its_offsets(articles: tuple[RawArticle, ...], events: tuple[CanonicalEvent, ...]) -> None:
    bodies = {article.article_id: article.body for article in articles}
    evidence = [m.evidence for e in events for m in e.mentions] + [c.evidence for e in events for c in e.claims]
    assert evidence
    assert all(bodies[one.article_id][one.start : one.end] == one.quote for one in evidence)


@pytest.mark.parametrize("year", ["2014", "2022", "2023"])
def test_history_makes_no_events(events: tuple[CanonicalEvent, ...], year: str) -> None:
    assert not [event.title for event in events if (event.when.start or "").startswith(year)]


def test_the_meeting_of_february_stays_in_february(events: tuple[CanonicalEvent, ...]) -> None:
    february = [event for event in events if event.when.start == "2025-02-01"]
    assert all({TRUMP, ZELENSKY} <= names(event) and event.when.precision == "month" for event in february)
    assert len(february) <= 1
