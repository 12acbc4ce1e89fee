"""The parts of likeness, each by itself: time, place, parties, and the rules that keep mentions apart."""

from __future__ import annotations

from typing import Any

import pytest

from services.normalizer.merging import keys_of, likeness
from services.normalizer.merging.parties import agreement, parties
from services.normalizer.merging.places import places, relation
from services.normalizer.merging.tables import tables
from services.normalizer.merging.windows import dated
from tests.unit.merging.telling import cast, spots, told, when


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("night 2025-08-18", "2025-08-18", True),
        ("night 2025-08-18", "2025-08-19", True),
        ("night 2025-08-18", "night 2025-08-19", False),
        ("night 2025-08-18", "2025-08-20", False),
        ("2025-08-18", "2025-08-19", False),
        ("2025-08-18", "week 2025-08-18..2025-08-24", True),
        ("2025-08-17", "week 2025-08-18..2025-08-24", False),
        ("month 2025-08-01..2025-08-31", "year 2025-01-01..2025-12-31", True),
    ],
)
def test_two_dates_meet_when_their_intervals_do(one: str, other: str, meet: bool) -> None:
    first, second = dated(when(one)), dated(when(other))
    assert first is not None
    assert second is not None
    assert first.meets(second) is second.meets(first) is meet


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("Kharkiv", "Kharkiv", "same"),
        ("Kremenchuk", "Poltava Oblast", "inside"),
        ("White House", "Washington", "inside"),
        ("Kremenchuk", "Poltava", "elsewhere"),
        ("Kremenchuk", "Ukraine", "broad"),
        ("Ukraine", "Ukraine", "nation"),
        ("Kharkiv", "Moscow", "abroad"),
        ("Kharkiv", "", "missing"),
        ("Kharkiv, Odesa", "Odesa", "same"),
    ],
)
def test_places_are_matched_by_containment(one: str, other: str, found: str) -> None:
    first, second = places(spots(one, "strike", "occurred")), places(spots(other, "strike", "occurred"))
    assert relation(first, second) == relation(second, first) == found


@pytest.mark.parametrize(
    ("closer", "than"),
    [
        (("Trump, Putin", "Trump, Putin"), ("Trump, Putin", "Trump, Russia")),
        (("Trump, Putin", "Trump, Russia"), ("Trump, Putin", "Rubio, Putin")),
        (("Trump, Putin", "Trump, Putin"), ("Trump, Putin", "Trump, Putin, Zelensky")),
        (("Trump, European leaders", "Trump, France"), ("Trump, European leaders", "Trump, Turkey")),
        (("NATO", "NATO"), ("Trump", "Trump")),
    ],
)
def test_casts_agree_the_more_the_more_they_share(closer: tuple[str, str], than: tuple[str, str]) -> None:
    def agree(pair: tuple[str, str]) -> float:
        one, other = (parties(cast(text, "summit")) for text in pair)
        assert agreement(one, other, tables()) == agreement(other, one, tables())
        return agreement(one, other, tables())

    assert 0 <= agree(than) < agree(closer) <= 1


STRIKE: dict[str, Any] = {"kind": "strike", "date": "2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
MEETING: dict[str, Any] = {"kind": "summit", "date": "2025-08-18", "where": "Geneva", "who": "Trump, Putin", "form": "talks"}
PLAN: dict[str, Any] = {"kind": "summit", "says": "proposed", "who": "Putin, Zelensky"}


@pytest.mark.parametrize(
    ("base", "change", "rule"),
    [
        (MEETING, {"kind": "body_exchange", "form": None}, "kinds-differ"),
        (MEETING, {"date": "2025-08-19"}, "dates-apart"),
        (MEETING, {"form": "call"}, "call-or-meeting"),
        (MEETING, {"says": "declined"}, "held-or-declined"),
        (MEETING, {"where": "Vienna"}, "countries-apart"),
        (STRIKE, {"where": "Odesa"}, "places-apart"),
        (STRIKE, {"who": "Israel > Ukraine"}, "attackers-differ"),
        (MEETING, {"who": "Trump, Zelensky"}, "counterparts-differ"),
        (PLAN, {"who": "Putin, Zelensky, Trump"}, "casts-of-plans-differ"),
        (PLAN, {"says": "occurred", "date": "2025-08-25", "who": "Putin, Zelensky, Trump"}, "plan-of-another-cast"),
        (PLAN, {"says": "declined", "where": "Moscow"}, "declined-venue"),
        (STRIKE, {"who": "Russia > (B. Brown)"}, "other-persons-named"),
        (STRIKE, {"part_of": "one"}, "part-and-whole"),
        (STRIKE, {"article": "one", "numbers": {"killed": 9}}, "told-apart-in-one-article"),
    ],
)
def test_each_rule_that_keeps_mentions_apart_is_told_by_name(base: dict[str, Any], change: dict[str, Any], rule: str) -> None:
    # given two mentions of which the second differs in one thing
    extra: dict[str, Any] = {"numbers": {"killed": 3}} if "numbers" in change else {}
    extra |= {"who": "Russia > (A. Adams)"} if rule == "other-persons-named" else {}
    one, other = told("one", **base | extra), told("other", **base | change)
    found = likeness(one, other)
    # then that alone forbids it, and without it the two are alike (the negative control)
    assert (found.forbidden, found.rule) == (True, rule)
    assert not likeness(one, told("other", **base | extra)).forbidden


def test_a_score_is_the_sum_of_its_features() -> None:
    found = likeness(told("a", **STRIKE), told("b", **STRIKE))
    assert found.score == pytest.approx(sum(found.features.values()))
    assert found.rule == "time+place+parties"


def test_mentions_of_nothing_in_common_have_no_score_and_no_key_in_common() -> None:
    one, other = told("a", **STRIKE), told("b", **STRIKE | {"where": "Odesa", "date": "2025-09-20"})
    assert likeness(one, other).score == 0
    assert not keys_of(one).meets(keys_of(other))
