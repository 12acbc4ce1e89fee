"""The projections: found by discovery, pure, and of the shape that their tables expect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from schemas.events import CanonicalEvent
from services.timeline.fold import Entry, fold
from services.timeline.projections import HOME, Projection, discover, shape
from services.timeline.projections.events.rows import FOR_EVER
from tests.unit.timeline.builders import TIME, TOPIC, change, event, on, person

EACH = pytest.mark.parametrize("projection", discover(), ids=lambda projection: projection.name)
BY_NAME = {projection.name: projection for projection in discover()}


def entries(*events: CanonicalEvent) -> list[Entry]:
    """The entries that a log of these makes, at offsets that count up."""
    return fold({}, [change(one, offset) for offset, one in enumerate(events)])


def row_of(name: str, *events: CanonicalEvent) -> dict[str, object]:
    """The only row that is left, by column."""
    (row,) = BY_NAME[name].of(entries(*events))
    return dict(zip(BY_NAME[name].columns, row, strict=True))


def test_every_folder_with_a_table_is_a_projection() -> None:
    folders = {path.name for path in HOME.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert (
        folders
        == set(BY_NAME)
        == {"actors", "articles", "calendar", "claims", "contradictions", "events", "numbers", "parties", "places", "texts"}
    )


FULL = event(
    when=on("2025-08-18"),
    where=[{"name": "Geneva", "country": "CH", "lat": 46.2, "lon": 6.1}],
    participants=[person("Ana", "ES")],
    quantities=[{"measure": "prisoners", "best": 300}],
)


@EACH
def test_a_row_has_a_value_for_each_column(projection: Projection) -> None:
    assert {len(row) for row in projection.of(entries(FULL))} <= {len(projection.columns)}


@EACH
def test_rows_are_sorted_by_key_so_that_two_owners_cannot_deadlock(projection: Projection) -> None:
    told = [
        FULL.model_copy(update={"event_id": event_id, "revision": revision})
        for event_id, revision in (("c", 1), ("a", 1), ("b", 1), ("a", 2))
    ]
    keys = [row[: projection.key] for row in projection.of(entries(*told))]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


@EACH
def test_another_column_is_another_shape(projection: Projection) -> None:
    assert shape([projection]) != shape(
        [Projection(projection.name, {}, 2, False, projection.rows, projection.tables, projection.followed)]
    )


def test_an_event_has_the_columns_that_it_is_asked_by() -> None:
    places = [{"name": "Geneva", "country": "CH"}, {"name": "Bern", "country": "CH"}, {"name": "somewhere"}]
    row = row_of("events", event(when=on("2025-08-18", "2025-08-19", "night"), where=places, participants=[person("Ana Núñez", "ES")]))
    assert (row["when_start"], row["when_end"], row["when_precision"]) == (date(2025, 8, 18), date(2025, 8, 19), "night")
    assert row["countries"] == ["CH"]
    assert row["participant_terms"] == ["ana", "ana nunez", "es", "nunez"]


def test_all_revisions_stand_in_events_each_until_the_next_is_known_and_elsewhere_the_last_alone() -> None:
    told = [event(revision=n, participants=[person(f"Ana {n}")], recorded_at=TIME + timedelta(days=n)) for n in (1, 2, 3)]
    rows = BY_NAME["events"].of(entries(*told))
    known = [dict(zip(BY_NAME["events"].columns, row, strict=True)) for row in rows]
    assert [row["known_at"] for row in known] == [TIME + timedelta(days=n) for n in (1, 2, 3)]
    assert [row["known_until"] for row in known] == [TIME + timedelta(days=2), TIME + timedelta(days=3), FOR_EVER]
    assert row_of("actors", *told)["name"] == "Ana 3"


def test_what_is_known_is_never_known_before_what_it_follows() -> None:
    told = [event(revision=1, recorded_at=TIME), event(revision=2, recorded_at=TIME - timedelta(hours=1))]
    assert [entry.known_at for entry in entries(*told)] == [TIME, TIME]


def test_history_keeps_where_a_change_stood_in_the_log_and_what_caused_it() -> None:
    (entry,) = fold({}, [change(event(), offset=9, partition=2, kind="merged", merge_id="m-1")])
    (row,) = BY_NAME["events"].of([entry])
    told = dict(zip(BY_NAME["events"].columns, row, strict=True))
    assert (told["change"], told["merge_id"], told["recorded_at"]) == ("merged", "m-1", TIME)
    assert (told["topic"], told["partition"], told["offset"]) == (TOPIC, 2, 9)
    assert '"reason":"a test"' in str(told["cause"])


def days(when: object) -> Sequence[tuple[object, ...]]:
    return [row[1:6] for row in BY_NAME["calendar"].of(entries(event(when=when, where=[{"name": "Geneva", "country": "CH"}])))]


def test_a_summit_of_three_days_lies_on_each_of_them() -> None:
    assert [row[0] for row in days(on("2025-08-18", "2025-08-20"))] == [date(2025, 8, 18), date(2025, 8, 19), date(2025, 8, 20)]


def test_what_happens_within_a_month_is_marked_on_its_first_day_and_the_undated_lies_on_none() -> None:
    assert days(on("2025-07-01", "2025-07-31", "month")) == [(date(2025, 7, 1), "CH", "summit", "scheduled", False)]
    assert days(on(None)) == []


def test_merged_and_retracted_events_lie_on_no_day() -> None:
    gone = [event("m", when=on("2025-08-18"), merged_into="x"), event("r", when=on("2025-08-18"), status="retracted")]
    assert BY_NAME["calendar"].of(entries(*gone)) == []
