"""The cells of the table: where, who, numbers."""

from __future__ import annotations

import pytest

from schemas.events import Place, Quantity
from services.timeline.cells import numbers_text, quantity_text, support_text, where_text, who_text
from tests.unit.timeline.builders import event, person, state


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Quantity(measure="drones", low=270, best=270, high=270), "270 drones"),
        (Quantity(measure="bodies", party="Ukraine", best=1000), "1,000 bodies to Ukraine"),
        (Quantity(measure="bodies", best=1), "1 body"),
        (Quantity(measure="bodies", party="Russia", best=1), "1 body to Russia"),
        (Quantity(measure="killed", party="Ukraine", low=2, high=5), "2–5 killed (Ukraine)"),
        (Quantity(measure="killed", low=2, best=3, high=5), "3 (2–5) killed"),
        (Quantity(measure="wounded", low=11), "11 wounded"),
        (Quantity(measure="killed", best=0), "0 killed"),
        (Quantity(measure="guided_bombs", party="Russia", best=4), "4 guided bombs (Russia)"),
        (Quantity(measure="drones", party="{n}", best=1), "1 drone ({n})"),
        (Quantity(measure="drones"), ""),
    ],
)
def test_a_number_says_what_it_counts_and_whose_it_is(quantity: Quantity, text: str) -> None:
    assert quantity_text(quantity) == text


def test_numbers_stand_in_their_order_and_unknown_ones_are_left_out() -> None:
    told = (Quantity(measure="drones", best=270), Quantity(measure="killed"), Quantity(measure="missiles", best=10))
    assert numbers_text(event(quantities=told)) == "270 drones, 10 missiles"


def test_a_strike_says_who_attacked_whom() -> None:
    who = (state("Russia", "RU", "attacker"), state("Ukraine", "UA", "target"), person("Someone"))
    assert who_text(event(kind="strike", participants=who)) == "Russia → Ukraine, Someone"


def test_an_attacker_without_a_target_is_simply_named() -> None:
    assert who_text(event(kind="strike", participants=(state("Russia", "RU", "attacker"),))) == "Russia"


def test_a_long_list_is_cut_and_says_how_much_is_left_out() -> None:
    assert who_text(event(participants=[person(name) for name in "ABCDEFGHI"])) == "A, B, C, D, E, F, +3 more"


def test_one_too_many_is_shown_rather_than_counted() -> None:
    assert who_text(event(participants=[person(name) for name in "ABCDEFG"])) == "A, B, C, D, E, F, G"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (
            Place(name="White House", country="US", precision="site", within=("Washington", "District of Columbia")),
            "White House, Washington, US",
        ),
        (
            Place(name="Geneva", country="CH", precision="city", within=("Canton of Geneva",), role="candidate_venue"),
            "Geneva, CH (candidate)",
        ),
        (Place(name="Ukraine", country="UA", precision="country", role="target"), "Ukraine"),
        (Place(name="Black Sea", precision="sea", role="origin"), "from Black Sea"),
    ],
)
def test_a_place_is_told_with_what_helps_to_find_it(place: Place, text: str) -> None:
    assert where_text(event(where=(place,))) == text


def test_support_is_articles_publishers_and_lineages() -> None:
    assert support_text(event(corroboration={"articles": 4, "publishers": 3, "lineages": 2})) == "4/3/2"
