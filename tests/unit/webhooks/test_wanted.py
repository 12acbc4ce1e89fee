"""Which events somebody hears of, by what they asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.events import Place
from services.webhooks.wanted import Wanted, fits, folded
from tests.unit.timeline.builders import event, person, state

TALKS = event(
    status="scheduled",
    where=[Place(name="Torvik", country="NO"), Place(name="Geneva", country="CH", role="candidate_venue")],
    participants=[person("Volodymyr Zelenskyy", "UA"), state("Norway", "NO")],
)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kinds": ["summit"]},
        {"kinds": ["strike", "summit"]},
        {"statuses": ["scheduled"]},
        {"countries": ["CH"]},
        {"countries": ["ch"]},
        {"participants": ["zelenskyy"]},
        {"participants": ["VOLODYMYR  Zelenskyy"]},
        {"participants": ["ua"]},
        {"kinds": ["summit"], "statuses": ["scheduled"], "countries": ["NO"], "participants": ["Norway"]},
    ],
)
def test_an_event_that_fits_all_filters_is_wanted(asked: dict[str, Any]) -> None:
    assert fits(Wanted.model_validate(asked), TALKS)


@pytest.mark.parametrize(
    "asked",
    [
        {"kinds": ["strike"]},
        {"statuses": ["occurred", "cancelled"]},
        {"countries": ["UA"]},
        {"participants": ["elensky"]},
        {"participants": ["Zelenskyy Volodymyr"]},
        {"kinds": ["summit"], "countries": ["UA"]},
    ],
)
def test_an_event_that_fails_one_filter_is_not(asked: dict[str, Any]) -> None:
    assert not fits(Wanted.model_validate(asked), TALKS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kinds": ["picnic"]}, "kinds"),
        ({"statuses": ["over"]}, "statuses"),
        ({"countries": ["Norway"]}, "countries"),
        ({"countries": ["N\x00"]}, "countries"),
        ({"participants": ["…"]}, "participants"),
        ({"participants": ["a" * 201]}, "participants"),
        ({"kinds": ["summit"] * 101}, "kinds"),
    ],
)
def test_a_filter_that_nothing_could_fit_is_refused_by_name(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Wanted.model_validate(asked)


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_whoever_asks_for_words_of_a_name_finds_it_whatever_stands_around_them(name: str, before: str, behind: str) -> None:
    if folded(name):
        of = event(participants=[person(f"{before} {name} {behind}")])
        assert fits(Wanted(participants=(name,)), of)


def test_filters_come_back_from_where_they_are_kept_as_they_were() -> None:
    asked = Wanted(kinds=("strike",), statuses=("occurred",), countries=("UA",), participants=("Zelenskyy",))
    assert Wanted.model_validate_json(asked.model_dump_json()) == asked
    assert not asked.everything
    assert Wanted().everything
