"""What is settled between cutting and storing: dates counted from an assumed capture, and articles too long for a record."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.articles import Published, RawArticle
from services.ingestor.cutting import Bounds, Piece, piece_of
from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.settled import with_assumed_capture
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


def piece(most: int, *articles: RawArticle) -> Piece:
    return piece_of(
        lambda *_: Cut(page_id="p", articles=articles),
        Bounds(Limits(max_bytes=10_000), most),
        Capture("", None, NOW, None, "page.txt"),
        NOW,
    )


def test_an_article_too_long_for_a_record_is_refused_by_name_and_its_neighbours_are_kept() -> None:
    short, long = article("short"), article("long", "word " * 1000)
    made = piece(2000, short, long)
    assert [draft.article for draft in made.drafts] == [short]
    assert [(r.page, r.reason) for r in made.refusals] == [("page.txt", "too_large")]
    assert "“long”" in made.refusals[0].what


def test_with_a_higher_limit_the_same_article_is_kept() -> None:
    long = article("long", "word " * 1000)
    made = piece(20_000, long)
    assert [draft.article for draft in made.drafts] == [long]
    assert made.refusals == ()
