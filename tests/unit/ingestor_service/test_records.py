"""The record of a revision carries an envelope that says what it is and never changes when it is made again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from schemas.articles import PubStatus, RawArticle
from schemas.envelope import from_headers
from services.chassis.records import Outgoing
from services.ingestor.drafts import as_revision, draft_of
from services.ingestor.store import record as record_of
from tests.unit.ingestor_service.stories import article

NOW = datetime(2025, 8, 20, 6, 30, tzinfo=UTC)


def record(told: RawArticle, now: datetime) -> Outgoing:
    return record_of(draft_of(told, None), now)


def envelope_of(outgoing: Outgoing) -> dict[str, object]:
    return from_headers((name, value.encode()) for name, value in outgoing.headers.items()).model_dump()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("usable", "daybook.article.published.v1"),
        ("corrected", "daybook.article.corrected.v1"),
        ("withdrawn", "daybook.article.withdrawn.v1"),
    ],
)
def test_the_type_follows_from_the_publication_status(status: PubStatus, kind: str) -> None:
    assert envelope_of(record(article(pubstatus=status), NOW))["type"] == kind


def test_a_record_is_keyed_and_correlated_by_its_article_and_stamped_with_log_time() -> None:
    outgoing = record(article(), NOW)
    envelope = envelope_of(outgoing)
    assert outgoing.key.decode() == envelope["subject"] == envelope["correlation_id"] == article().article_id
    assert outgoing.timestamp_ms == 1_755_671_400_000
    assert envelope["time"] == NOW
    assert envelope["dataschema"] == "urn:daybook:schema:RawArticle:v1"


def test_a_revision_has_one_id_for_ever_and_no_other_revision_has_it() -> None:
    first, again, second = (envelope_of(record(article(revision=n), NOW))["id"] for n in (1, 1, 2))
    assert first == again != second


def test_the_value_is_the_article_itself() -> None:
    told = article(body="Größe: 3 “Boote” 🚢")
    assert RawArticle.model_validate(json.loads(record(told, NOW).value or b"")) == told


def test_a_record_made_before_its_revision_was_known_is_the_record_of_that_revision() -> None:
    cut, known = article(body="Größe: 3 “Boote” 🚢"), article(body="Größe: 3 “Boote” 🚢", revision=3, pubstatus="corrected")
    assert record_of(as_revision(draft_of(cut, None), 3, "corrected"), NOW) == record(known, NOW)


def test_a_draft_whose_revision_has_not_changed_is_not_made_again() -> None:
    draft = draft_of(article(), None)
    assert as_revision(draft, 1, "usable") is draft
