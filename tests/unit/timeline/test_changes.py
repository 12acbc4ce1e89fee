"""Reading a record as a change: what is refused, and why."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import When
from services.timeline.changes import Change, Place, days, read_change
from services.timeline.fold import fold, heads_of
from tests.unit.timeline.builders import TIMESTAMP, TOPIC, change, claim, event, on, person, told

HERE = Place(TOPIC, 0, 7)


def read(value: bytes | None, key: bytes = b"e-1") -> Change:
    return read_change(HERE, TIMESTAMP, key, value)


def test_a_change_carries_the_whole_event_as_json() -> None:
    found = read(told(event(title='An "odd" \\u0000 title')).model_dump_json().encode())
    assert json.loads(found.state) == event(title='An "odd" \\u0000 title').model_dump(mode="json")


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    value = json.loads(told(event()).model_dump_json()) | {"mood": "hopeful"}
    value["event"] |= {"weather": {"sun": True}}
    found, plain = read(json.dumps(value).encode()), read(told(event()).model_dump_json().encode())
    assert (found.state, found.version, found.recorded_at) == (plain.state, plain.version, plain.recorded_at)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no value"),
        (b"", "no value"),
        (b"{", "not an EventChange"),
        (b"\xff\xfe", "not an EventChange"),
        (b'{"change": "forgotten"}', "change: Input should be"),
        (b"[" * 20_000 + b"]" * 20_000, "not an EventChange"),
        (told(event()).model_dump_json().replace('"title":"Meeting', '"title":"\\ud800').encode(), "not an EventChange"),
    ],
)
def test_what_is_no_change_is_refused_with_a_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read(value)


def test_nul_in_any_text_is_refused_since_postgres_cannot_store_it() -> None:
    with pytest.raises(ValueError, match="NUL"):
        read(told(event(details={"form": "a\x00b"})).model_dump_json().encode())


@pytest.mark.parametrize(
    "long",
    [
        {"event_id": "l" * 201},
        {"participants": [person("l" * 201, "ES")]},
        {"where": [{"name": "l" * 201}]},
        {"quantities": [{"measure": "l" * 201}]},
        {"claims": [claim("l" * 201, "status", "scheduled")]},
    ],
    ids=lambda long: str(*long),
)
def test_an_id_or_a_name_that_no_index_would_hold_is_refused_wherever_there_is_one_or_not(long: dict[str, Any]) -> None:
    mine = event(**long)
    with pytest.raises(ValueError, match="201 characters, and 200 are the most"):
        read(told(mine).model_dump_json().encode(), key=mine.event_id.encode())


def test_a_record_whose_key_names_another_event_is_refused() -> None:
    with pytest.raises(ValueError, match="the key is not the event's id"):
        read(told(event("e-1")).model_dump_json().encode(), key=b"e-2")


def test_the_time_of_the_record_stands_in_where_the_event_has_no_log_time() -> None:
    assert change(event(recorded_at=None)).recorded_at == datetime.fromtimestamp(TIMESTAMP / 1000, UTC)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(), (None, None)),
        (on("2025-08-18"), (date(2025, 8, 18), date(2025, 8, 18))),
        (on("2025-08-18T23:30+03:00", "2025-08-19T01:00+03:00", "minute"), (date(2025, 8, 18), date(2025, 8, 19))),
        (When(start="2025-08-18"), (date(2025, 8, 18), date(2025, 8, 18))),
        (When(end="2025-09-01"), (date(2025, 9, 1), date(2025, 9, 1))),
    ],
)
def test_days_are_local_to_the_place_and_one_end_stands_for_both(when: When, expected: tuple[date | None, date | None]) -> None:
    assert days(when) == expected


@pytest.mark.parametrize("when", [on("2025-02-31"), on("0000-01-01"), on("2025-08-19", "2025-08-18")])
def test_days_that_no_calendar_has_are_refused(when: When) -> None:
    with pytest.raises(ValueError, match=r"day|year|month|ends|isoformat"):
        days(when)


CHANGES = st.lists(
    st.builds(
        lambda event_id, revision, offset: change(event(event_id, revision, title=f"as of {offset}"), offset),
        st.sampled_from(["a", "b", "c"]),
        st.integers(1, 4),
        st.integers(0, 50),
    ),
    max_size=12,
)


@given(CHANGES, st.integers(0, 12))
def test_folding_a_batch_is_folding_its_parts_one_after_the_other(changes: list[Change], cut: int) -> None:
    first = fold({}, changes[:cut])
    rest = fold(heads_of(first), changes[cut:])
    news = sorted((e.change.version, e.known_at) for e in (*first, *rest))
    assert news == [(e.change.version, e.known_at) for e in fold({}, changes)]


@given(CHANGES)
def test_each_event_ends_in_its_highest_revision_as_it_was_first_told(changes: list[Change]) -> None:
    highest = {c.event.event_id: max(d.event.revision for d in changes if d.event.event_id == c.event.event_id) for c in changes}
    expected = [next(c for c in changes if c.version == version) for version in sorted(highest.items())]
    assert [entry.change for entry in fold({}, changes) if entry.next is None] == expected
