"""What holds of the lexicon as data: codes, dates, spellings, size."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from deploy.gazetteer.make import division_name, folded
from services.normalizer.reading.names.lexicon import FOLDER, Lexicon, compile_lexicon, read_table, read_yaml
from services.normalizer.reading.names.people import Tenure, person
from services.normalizer.reading.names.text import phrase_key

ONE_HOLDER = ("president", "prime minister", "chancellor", "pope", "supreme leader", "secretary general", "crown prince")
NOT_STATES = {"AN", "CS"}  # dissolved, though GeoNames keeps their rows


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return compile_lexicon()


def test_every_country_of_iso_3166_is_a_state(lexicon: Lexicon) -> None:
    codes = {row[0] for row in read_table(FOLDER / "places" / "countries.tsv")} - NOT_STATES
    assert codes <= set(lexicon.states)


def test_a_code_has_one_present_state(lexicon: Lexicon) -> None:
    for code, states in lexicon.states.items():
        assert sum(s.until is None for s in states) == 1, code


def test_people_belong_to_states_and_hold_offices_for_a_while(lexicon: Lexicon) -> None:
    for people in lexicon.people.values():
        for p in people:
            assert p.participant.country is None or p.participant.country in lexicon.states
            assert all(t.since < t.until for t in p.tenures), p.participant.name


def test_nobody_shares_an_office_that_one_person_holds(lexicon: Lexicon) -> None:
    assert not doubly_held([(p.participant.name, t) for people in lexicon.people.values() for p in people for t in p.tenures])


def test_the_check_for_shared_offices_sees_one() -> None:
    rivals = [person("A Able", "FR", {"president": "2000/2002"}), person("B Best", "FR", {"president": "2001/2003"})]
    assert doubly_held([(p.participant.name, t) for p in rivals for t in p.tenures])


def doubly_held(held: list[tuple[str, Tenure]]) -> list[tuple[str, str]]:
    terms = sorted({(t.office, t.of, t.since, t.until, name) for name, t in held if t.office in ONE_HOLDER})
    return [(a[4], b[4]) for a, b in pairwise(terms) if a[:2] == b[:2] and a[4] != b[4] and b[2] < a[3]]


def test_bodies_that_hold_offices_exist(lexicon: Lexicon) -> None:
    bodies = set(read_yaml(FOLDER / "bodies.yaml"))
    of = {t.of for people in lexicon.people.values() for p in people for t in p.tenures}
    assert {o for o in of if not re.fullmatch("[A-Z]{2}", o)} <= bodies | {"XX"}


def test_the_gazetteer_stays_small_and_its_keys_are_those_that_reading_looks_up(lexicon: Lexicon) -> None:
    path = FOLDER / "places" / "cities.tsv"
    assert path.stat().st_size < 2_500_000
    names = [row[1] for row in read_table(path) if row[1]]
    assert sum(phrase_key(n) not in lexicon.cities for n in names) <= len(names) // 200


@pytest.mark.parametrize("name", ["Khān Yūnis", "Sana'a", "Saint-Denis", "Łódź", "Al Fāshir", "N’Djamena", "Ḩalab"])
def test_the_generator_folds_as_reading_does(name: str) -> None:
    assert folded(name) == phrase_key(name)


@pytest.mark.parametrize(
    ("written", "bare"), [("Poltavska oblast", "Poltavska"), ("Provincia de Soria", "Soria"), ("Bayern [Bavaria]", "Bayern")]
)
def test_a_division_loses_the_word_for_what_it_is(written: str, bare: str) -> None:
    assert division_name(written) == bare
