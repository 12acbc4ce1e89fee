"""What is refused is kept with its bytes, as far as there are any, and says which page it was, why, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.records import Outgoing
from services.ingestor.cutting import Bounds, Piece, piece_of
from services.ingestor.pages.model import Capture, Limits
from services.ingestor.refused import refused_record
from services.ingestor.sources import cut
from tests.integration.ingestor_pages import line, lines

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)


def piece(content: bytes, url: str | None = None, name: str | None = "batch", article_bytes: int = 2_000_000) -> Piece:
    return piece_of(cut, Bounds(Limits(), article_bytes), Capture(content, url, NOW, None, name), NOW)


def record(of: Piece, most: int = 1000) -> Outgoing:
    return refused_record(of, "0" * 64, most, NOW)


def test_a_page_without_an_article_is_kept_whole() -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    assert piece(content).refused == content


def test_of_a_push_only_the_bad_lines_are_kept() -> None:
    assert piece(b"{not json\n" + lines(line("good")) + b'{"title": 3}\n').refused == b'{not json\n{"title": 3}'


def test_of_a_push_the_article_that_is_too_long_is_kept() -> None:
    long = lines(line("long", "word " * 2000))
    kept = piece(lines(line("good")) + long, article_bytes=5000)
    assert len(kept.drafts) == 1
    assert kept.refused == long.strip()


def test_of_what_was_taken_nothing_is_kept() -> None:
    assert piece(lines(line("good"))).refused == b""


@given(st.binary(max_size=300))
def test_whatever_gives_no_article_is_kept_to_the_byte_and_has_a_reason(content: bytes) -> None:
    made = piece(content)
    assert made.drafts or (made.refused == content and made.refusals)


def test_the_record_says_which_page_why_and_what_to_do() -> None:
    told = record(piece(b"Menu\nHome\nSign in\n", "https://news.example/menu", "menu.txt"))
    assert told.value == b"Menu\nHome\nSign in\n"
    assert (told.headers["reason"], told.headers["page"], told.headers["url"]) == ("no_article", "menu.txt", "https://news.example/menu")
    assert told.headers["captured_at"] == "2024-03-05T12:00:00+00:00"
    assert told.headers["ce_type"] == "daybook.quarantined.v1"
    assert told.headers["error"].startswith("no article found")
    assert told.headers["advice"]


def test_no_more_bytes_are_kept_than_the_limit_and_the_size_is_told() -> None:
    told = record(piece(b"\x00\x01\x02\x03" * 500), most=100)
    assert (len(told.value or b""), told.headers["size"]) == (100, "2000")


def test_a_name_of_any_length_stays_within_its_header() -> None:
    told = record(piece(b"\x00\x01\x02\x03" * 500, name="n" * 4000))
    assert max(len(value) for value in told.headers.values()) <= 4000
    assert len(told.headers["page"]) == 2000
