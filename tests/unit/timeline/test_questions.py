"""Questions as SQL: only the conditions that were asked for, and every value as a parameter."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.cursor import UNDATED, Cursor, encode
from services.timeline.parameters import EventsQuery
from services.timeline.questions import listing


def test_without_filters_only_merged_and_retracted_events_are_left_out() -> None:
    sql, arguments = listing(EventsQuery())
    assert "AND merged_into IS NULL AND status <> 'retracted'" in sql
    assert arguments == [101]


@pytest.mark.parametrize(
    ("asked", "there", "gone"),
    [
        ({"include": ["merged"]}, "retracted", "merged_into IS NULL"),
        ({"include": ["retracted"]}, "merged_into IS NULL", "<> 'retracted'"),
        ({"status": ["retracted"]}, "merged_into IS NULL", "<> 'retracted'"),
        ({"include": ["retracted", "merged"]}, "infinity'\nORDER", "merged_into IS NULL"),
    ],
)
def test_what_is_left_out_otherwise_can_be_asked_for(asked: dict[str, list[str]], there: str, gone: str) -> None:
    sql, _ = listing(EventsQuery.model_validate(asked))
    assert there in sql
    assert gone not in sql


def test_filters_become_parameters_in_their_order() -> None:
    query = EventsQuery.model_validate(
        {
            "kind": ["strike"],
            "from": date(2025, 8, 1),
            "country": ["UA"],
            "participant": ["Zelenskyy, Volodymyr"],
            "cursor": encode(Cursor("day", UNDATED, "e-7")),
            "limit": 3,
        }
    )
    sql, arguments = listing(query)
    day = date(2025, 8, 1)
    assert arguments == ["strike", day, day, day, ["UA"], ["zelenskyy volodymyr"], UNDATED, "e-7", 4]
    assert [int(number) for number in re.findall(r"\$(\d+)", sql)] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_no_text_that_was_asked_for_ever_stands_in_the_sql(text: str) -> None:
    plain, _ = listing(EventsQuery(participant=["x"]))
    asked, _ = listing(EventsQuery(participant=[text]))
    assert asked == plain
