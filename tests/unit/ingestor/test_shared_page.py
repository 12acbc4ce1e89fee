"""The real page, where it is at hand: four articles, with the bodies that people marked up by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.ingestor.pages.model import Capture, Cut
from services.ingestor.sources import cut

SHARED = Path(__file__).resolve().parents[3] / "../shared"
PAGE = SHARED / "pages/daily8-ukraine-summit.txt"
CAPTURED = datetime(2025, 8, 20, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the real page is not part of the project")


@pytest.fixture(scope="module")
def made() -> Cut:
    return cut(Capture(PAGE.read_bytes(), captured_at=CAPTURED, name=PAGE.name))


def test_it_holds_four_articles_of_three_outlets(made: Cut) -> None:
    assert [(article.outlet, article.wire, article.aggregator) for article in made.articles] == [
        ("The Star", "Reuters", "Daily8"),
        ("Malaysia Sun", None, "Daily8"),
        ("Free Malaysia Today", "AFP", "Daily8"),
        ("Free Malaysia Today", "Reuters", "Daily8"),
    ]


def test_they_were_published_so_many_hours_before_the_capture(made: Cut) -> None:
    for article, hours in zip(made.articles, (10, 2, 3, 4), strict=True):
        assert article.published.latest == CAPTURED - timedelta(hours=hours)
        assert article.published.earliest == CAPTURED - timedelta(hours=hours + 1)
        assert (article.published.precision, article.published.basis) == ("hour", "relative_to_capture")


def test_headlines_and_bodies_are_those_that_people_cut_out(made: Cut) -> None:
    with (SHARED / "gold/articles.jsonl").open(encoding="utf-8") as gold:
        seeds = [row for row in map(json.loads, gold) if row["id"].startswith("seed-")]
    assert [(article.title, article.body) for article in made.articles] == [(row["title"], row["body"]) for row in seeds]


def test_nothing_of_it_is_refused_or_assumed_and_all_of_it_is_told(made: Cut) -> None:
    assert (made.refusals, made.notes) == ((), ())
    spans = sorted([article.page.span for article in made.articles] + [one.span for one in made.boilerplate])
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert {one.name for one in made.boilerplate} <= {
        "space",
        "headline",
        "published",
        "outlet",
        "furniture",
        "navigation",
        "promotion",
        "comments",
        "related",
    }
