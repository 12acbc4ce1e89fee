"""A position is one line of text that says where a reader stands, and what it knows of the log up to there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.positions import Place, read_position, write_position

HEX = st.text("0123456789abcdef", min_size=8, max_size=8)
NUMBERS = st.integers(0, 10**17)
PLACES = st.builds(Place, NUMBERS, st.none() | NUMBERS, st.none() | HEX, st.none() | HEX)
WHERE = st.tuples(st.from_regex(r"[a-z]{1,9}(\.[a-z0-9-]{1,9}){0,2}", fullmatch=True), st.integers(0, 999))


def test_the_form_is_that_of_the_http_api_with_what_is_known_behind_it() -> None:
    places = {("events.summit.v1", 1): Place(4), ("events.strike.v1", 0): Place(17, 16, "5f3a9c0e", "77ab12cd")}
    text = "events.strike.v1-0=17;seq=16;log=u5f3a9c0e;last=d77ab12cd,events.summit.v1-1=4"
    assert write_position(places) == text
    assert read_position(text) == places
    assert read_position("events.summit.v1-1=4, events.strike.v1-0=17") == {
        ("events.summit.v1", 1): Place(4),
        ("events.strike.v1", 0): Place(17),
    }


@given(st.dictionaries(WHERE, PLACES, min_size=1, max_size=30))
def test_every_position_comes_back_from_its_text(places: dict[tuple[str, int], Place]) -> None:
    assert read_position(write_position(places)) == places


def test_what_a_later_version_adds_to_a_place_is_skipped() -> None:
    assert read_position("a-0=1;epoch=7;seq=1") == {("a", 0): Place(1, 1)}


@given(st.text(max_size=60))
@pytest.mark.parametrize("text", ["", "a-0", "a=1", "a-0=-1", "a-0=1;", "a-0=1;;seq=1", "a-0=1,,b-0=1", "a-0=1;seq=", "ä-0=1", "a-x=1"])
def test_what_is_no_position_is_refused_with_how_to_write_one(text: str, more: str) -> None:
    for one in (text, f"{more} {text}" if "=" not in more else text):
        with pytest.raises(ValueError, match="write topic-partition=offset"):
            read_position(one)
