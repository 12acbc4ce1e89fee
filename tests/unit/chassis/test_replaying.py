"""Replaying: how a place in a topic is said, which records are meant, and how a record reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.bounds import Bound, bound
from services.chassis.telling import Wanted, as_json, fields_of
from tests.support.records import raw


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("beginning", Bound(word="beginning")),
        ("now", Bound(word="now")),
        ("17", Bound(offset=17)),
        ("0:17,3:4", Bound(positions={0: 17, 3: 4})),
        ("0=17", Bound(positions={0: 17})),
        ("2025-08-18", Bound(moment=datetime(2025, 8, 18, tzinfo=UTC))),
        ("2025-08-18T09:30+02:00", Bound(moment=datetime.fromisoformat("2025-08-18T09:30+02:00"))),
    ],
)
def test_a_place_in_a_topic_is_a_word_an_offset_positions_or_a_moment(text: str, expected: Bound) -> None:
    assert bound(text) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "-1", "0:", "17:", "2025-13-01", "1e5", "٣"])
def test_what_is_no_place_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="positions \\(0:17,1:4\\)"):
        bound(text)


VALUE = b'{"event":{"status":"occurred","where":[{"country":"UA"},{"country":"RU"}],"revision":3}}'


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ([], True),
        (["event.status=occurred"], True),
        (["event.status=scheduled", "event.status=occurred"], True),
        (["event.status=occurred", "event.revision=2"], False),
        (["event.revision=3"], True),
        (["event.where.country=RU"], True),
        (["event.where.country=FR"], False),
        (["event.nothing=1"], False),
        (["event.status.deeper=1"], False),
    ],
)
def test_a_field_of_the_value_can_be_asked_for_by_its_path(asked: list[str], meant: bool) -> None:
    assert Wanted(fields=fields_of(asked))(raw(1, value=VALUE)) is meant


def test_keys_and_types_can_be_asked_for() -> None:
    record = raw(1, key=b"a", kind="parcel.sent.v1")
    assert Wanted(keys=["a", "b"])(record)
    assert not Wanted(keys=["b"])(record)
    assert Wanted(types=["parcel.sent.v1"])(record)
    assert not Wanted(types=["parcel.lost.v1"])(record)


def test_a_condition_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="write path=value"):
        fields_of(["event.status"])


@given(st.one_of(st.none(), st.binary(max_size=40)), st.one_of(st.none(), st.binary(max_size=8)))
def test_any_record_can_be_told_and_nothing_of_its_value_is_lost(value: bytes | None, key: bytes | None) -> None:
    told = as_json(raw(1, key=key, value=value))
    assert ("value" in told) != ("value_base64" in told)
    assert told["offset"] == 1


def test_poison_is_shown_and_not_raised() -> None:
    assert "value_base64" in as_json(raw(1, value=b"[" * 100_000))
    assert as_json(raw(1, headers=(("odd", b"\xff"), ("none", None))))["headers"] == {"odd": "\\xff", "none": ""}
