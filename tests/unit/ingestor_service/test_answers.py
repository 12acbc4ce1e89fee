"""What is settled between cutting and storing: dates counted from an assumed capture, and articles too long for a record."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.articles import Published
from services.ingestor.answers import with_assumed_capture, within
from services.ingestor.pages.model import Cut
from tests.unit.ingestor_service.stories import article, counted_from_capture

NOW = datetime(2025, 8, 20, 6, 30, tzinfo=UTC)


def test_dates_counted_from_an_assumed_capture_are_marked_and_the_assumption_is_told() -> None:
    cut = with_assumed_capture(Cut(page_id="p", articles=(counted_from_capture(),), notes=("a note",)), NOW)
    assert [a.published.basis for a in cut.articles] == ["inferred"]
    assert "2025-08-20T06:30:00Z is assumed" in cut.notes[0]
    assert cut.notes[1:] == ("a note",)


def test_dates_that_the_page_states_stay_what_they_are() -> None:
    stated = article(published=Published(earliest=NOW, latest=NOW, precision="minute", basis="absolute"))
    assert with_assumed_capture(Cut(page_id="p", articles=(stated,)), NOW).articles == (stated,)


def test_an_article_too_long_for_a_record_is_refused_by_name_and_its_neighbours_are_kept() -> None:
    short, long = article("short"), article("long", "word " * 1000)
    cut = within(Cut(page_id="p", articles=(short, long)), "page.txt", 2000)
    assert cut.articles == (short,)
    assert [(r.page, r.reason) for r in cut.refusals] == [("page.txt", "too_large")]
    assert "“long”" in cut.refusals[0].what


def test_with_a_higher_limit_the_same_article_is_kept() -> None:
    cut = Cut(page_id="p", articles=(article("long", "word " * 1000),))
    assert within(cut, "page.txt", 20_000) == cut
