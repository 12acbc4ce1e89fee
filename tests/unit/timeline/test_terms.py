"""What a participant can be found by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Participant
from schemas.terms import LONGEST, fold, terms
from services.timeline.literals import array_literal
from tests.unit.timeline.builders import person


def test_a_name_is_found_by_any_run_of_its_words_and_by_its_country() -> None:
    assert terms([person("Recep Tayyip Erdoğan", "TR")]) == [
        "erdogan",
        "recep",
        "recep tayyip",
        "recep tayyip erdogan",
        "tayyip",
        "tayyip erdogan",
        "tr",
    ]


def test_accents_case_and_punctuation_make_no_difference() -> None:
    assert fold("  Núñez-Feijóo, ALBERTO ") == fold("nunez feijoo alberto")


def test_a_long_name_has_a_bounded_number_of_terms() -> None:
    name = " ".join(f"word{n}" for n in range(500))
    found = terms([Participant(name=name, type="organisation")])
    assert len(found) <= 37
    assert max(map(len, found)) <= LONGEST


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_whoever_asks_by_the_full_name_finds_its_bearer(name: str) -> None:
    asked = fold(name)
    assert not asked or asked in terms([Participant(name=name, type="person")])


def test_quotes_and_backslashes_stay_inside_an_array_item() -> None:
    assert array_literal(['a"b', "c\\d", "", "NULL", "x,y}"]) == '{"a\\"b","c\\\\d","","NULL","x,y}"}'
