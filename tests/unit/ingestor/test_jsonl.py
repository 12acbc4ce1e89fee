"""Articles as JSON Lines: bodies to the letter, bad lines refused by number, neighbours kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.pages.streams import captures
from services.ingestor.sources import cut, jsonl, source_of
from tests.unit.ingestor.given import NOON, page

ROW = {"url": "https://a.example/1", "outlet": "Star", "published": "2025-08-18", "title": "Talks", "body": "LIMA (AFP) - They met."}


def lines(*rows: object) -> Cut:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    return page(text, media_type="application/x-ndjson")


def test_a_line_gives_an_article_as_it_stands() -> None:
    article = lines(ROW | {"language": "es", "byline": "A. B."}).articles[0]
    assert (article.url, article.outlet, article.title, article.body) == (ROW["url"], "Star", "Talks", ROW["body"])
    assert (article.wire, article.language, article.byline) == ("AFP", "es", "A. B.")
    assert article.dateline
    assert article.dateline.places == ("Lima",)


@pytest.mark.parametrize(
    ("published", "earliest", "latest", "precision", "basis"),
    [
        ("2025-08-18", datetime(2025, 8, 18, tzinfo=UTC), datetime(2025, 8, 18, 23, 59, 59, tzinfo=UTC), "day", "absolute"),
        (
            "2025-08-18T14:05:09Z",
            datetime(2025, 8, 18, 14, 5, 9, tzinfo=UTC),
            datetime(2025, 8, 18, 14, 5, 9, tzinfo=UTC),
            "second",
            "absolute",
        ),
        (
            "2025-08-18T14:05:00-04:00",
            datetime(2025, 8, 18, 18, 5, tzinfo=UTC),
            datetime(2025, 8, 18, 18, 5, tzinfo=UTC),
            "second",
            "absolute",
        ),
        (
            "2025-08-18T14:05:09",
            datetime(2025, 8, 18, 14, 5, 9, tzinfo=UTC),
            datetime(2025, 8, 18, 14, 5, 9, tzinfo=UTC),
            "second",
            "inferred",
        ),
        (None, None, None, "unknown", "unknown"),
        ("soon", None, None, "unknown", "unknown"),
        ("2031-01-01", None, None, "unknown", "unknown"),
    ],
)
def test_published_may_be_a_day_an_instant_or_nothing(
    published: str | None, earliest: datetime | None, latest: datetime | None, precision: str, basis: str
) -> None:
    got = lines(ROW | {"published": published}).articles[0].published
    assert (got.earliest, got.latest, got.precision, got.basis) == (earliest, latest, precision, basis)


def test_a_bad_line_is_refused_by_its_number_and_its_neighbours_are_kept() -> None:
    made = lines(ROW, "not json", "", ROW | {"body": None}, ROW | {"title": 7}, "[1]", "{" * 50, ROW | {"url": "https://a.example/2"})
    assert len(made.articles) == 2
    assert [refusal.line for refusal in made.refusals] == [2, 4, 5, 6, 7]
    assert all(refusal.reason == "bad_line" and f"line {refusal.line}:" in refusal.what for refusal in made.refusals)


def test_deep_nesting_and_huge_numbers_are_refused_and_do_no_harm() -> None:
    made = lines('{"body": ' + "[" * 100_000, '{"body": "x", "n": ' + "9" * 100_000 + "}", '{"a": ' * 15 + "1" + "}" * 15)
    assert [refusal.line for refusal in made.refusals] == [1, 2, 3]


def test_very_many_bad_lines_are_counted_and_not_listed() -> None:
    made = lines(*["bad"] * 1_500, ROW)
    assert len(made.articles) == 1
    assert len(made.refusals) == jsonl.LISTED + 1
    assert "500 further bad lines" in made.refusals[-1].what


def test_the_host_stands_in_for_an_outlet_that_is_not_given() -> None:
    made = lines(ROW | {"outlet": None}, ROW | {"outlet": None, "url": None})
    assert [article.outlet for article in made.articles] == ["a.example", "unknown"]
    assert sum("no outlet given" in note for note in made.notes) == 2


@given(st.text(min_size=1).filter(lambda text: text.strip() != ""))
def test_a_body_keeps_its_length_whatever_is_in_it(body: str) -> None:
    article = lines(ROW | {"body": body}).articles[0]
    assert len(article.body) == len(body)
    assert article.body == "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in body)
    assert bool(article.cleaned) == (article.body != body)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=30), st.dictionaries(st.sampled_from(jsonl.FIELDS), st.one_of(st.none(), st.integers(), st.text(max_size=20)))
        ),
        max_size=8,
    )
)
def test_every_line_is_an_article_a_refusal_or_empty(rows: list[Any]) -> None:
    made = page("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), media_type="application/jsonl")
    if made.text:
        spans = sorted([article.page.span for article in made.articles] + [one.span for one in made.boilerplate])
        assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
        assert spans[-1][1] == len(made.text)


def test_a_long_stream_is_read_in_pieces_that_together_say_the_same() -> None:
    stream = [json.dumps(ROW | {"url": f"https://a.example/{number}"}).encode() + b"\n" for number in range(50)] + [b"bad\n"]
    like = Capture(b"", captured_at=NOON, media_type="application/jsonl", name="x.jsonl")
    pieces = [cut(piece) for piece in captures(stream, like, Limits(max_bytes=1_000))]
    whole = cut(Capture(b"".join(stream), captured_at=NOON, media_type="application/jsonl", name="x.jsonl"))
    assert len(pieces) > 5
    assert [article.article_id for piece in pieces for article in piece.articles] == [article.article_id for article in whole.articles]
    assert [refusal for piece in pieces for refusal in piece.refusals] == list(whole.refusals)


def test_json_lines_are_known_by_name_or_by_look() -> None:
    row = json.dumps(ROW)
    assert source_of(Capture(row)).NAME == "jsonl"
    assert source_of(Capture("not json", media_type="application/x-ndjson")).NAME == "jsonl"
    assert source_of(Capture("{curly} is a word here")).NAME == "page_text"


def test_an_address_with_a_line_end_in_it_is_a_bad_line() -> None:
    made = lines(ROW | {"url": "https://a.example/\r\nX-EVIL: 1"}, ROW)
    assert (len(made.articles), [refusal.what for refusal in made.refusals]) == (1, ["line 1: `url` has characters that no address has"])
