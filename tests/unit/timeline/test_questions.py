"""Questions as SQL: only the conditions that were asked for, and every value as a parameter."""

from __future__ import annotations

import math
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.asked import Near
from services.timeline.cursor import UNDATED, Cursor, encode
from services.timeline.parameters import EventsQuery
from services.timeline.questions import box, listing


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


@pytest.mark.parametrize(
    ("number", "bounds", "values"),
    [
        ("killed>=10", "known >= $2", ["killed", 10]),
        ("killed<=10", "BETWEEN $2", ["killed", 0, 10]),
        ("killed=10", "BETWEEN $2", ["killed", 10, 10]),
    ],
)
def test_of_a_number_no_bound_is_asked_that_was_not_given(number: str, bounds: str, values: list[object]) -> None:
    sql, arguments = listing(EventsQuery(number=[number]))
    assert bounds in sql
    assert arguments == [*values, 101]


def way(lat: float, lon: float, other: Near) -> float:
    """Kilometres along the sphere, as the statement counts them."""
    aside = math.cos(math.radians(other.lat)) * math.cos(math.radians(lat)) * math.sin(math.radians(lon - other.lon) / 2) ** 2
    return 12742 * math.asin(min(1.0, math.sqrt(math.sin(math.radians(lat - other.lat) / 2) ** 2 + aside)))


@given(st.builds(Near, st.floats(-90, 90), st.floats(-180, 180), st.floats(0.1, 5000)), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_all_that_is_so_near_lies_in_the_box(near: Near, part: float, bearing: float) -> None:
    # given a point at some bearing, within the circle or just on it
    far, lat = part * near.km / 6371, math.radians(near.lat)
    there = math.asin(max(-1.0, min(1.0, math.sin(lat) * math.cos(far) + math.cos(lat) * math.sin(far) * math.cos(bearing))))
    turn = math.atan2(math.sin(bearing) * math.sin(far) * math.cos(lat), math.cos(far) - math.sin(lat) * math.sin(there))
    point = math.degrees(there), (near.lon + math.degrees(turn) + 180) % 360 - 180
    # then
    south, north, west, east = box(near)
    assert south <= point[0] <= north
    assert west <= point[1] <= east
    assert way(*point, near) <= near.km * 1.001 + 0.001


@pytest.mark.parametrize(
    ("near", "width"),
    [(Near(0, 0, 111.2), 2.0), (Near(60, 20, 111.2), 4.0), (Near(60, 179.5, 111.2), math.inf), (Near(89.5, 0, 111.2), math.inf)],
)
def test_a_box_is_as_wide_as_its_circle_but_for_poles_and_the_date_line(near: Near, width: float) -> None:
    _, _, west, east = box(near)
    assert east - west == pytest.approx(width, abs=0.01)
