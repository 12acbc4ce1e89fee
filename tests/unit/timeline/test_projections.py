"""The projections: found by discovery, pure, and of the shape that their statements expect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import pytest

from services.timeline.projections import HOME, Projection, discover
from services.timeline.projections.events import rows as events
from services.timeline.projections.history import rows as history
from tests.unit.timeline.builders import TIME, TOPIC, change, event, on, person


def test_every_folder_with_a_statement_is_a_projection() -> None:
    assert [projection.name for projection in discover()] == ["events", "history"]


@pytest.mark.parametrize("projection", discover(), ids=lambda projection: projection.name)
def test_a_row_has_a_value_for_each_parameter_of_its_statement(projection: Projection) -> None:
    numbers = {int(number) for number in re.findall(r"\$(\d+)", projection.write)}
    assert numbers == set(range(1, len(projection.rows([change(event())])[0]) + 1))


@pytest.mark.parametrize("projection", discover(), ids=lambda projection: projection.name)
def test_rows_are_sorted_by_key_so_that_two_owners_cannot_deadlock(projection: Projection) -> None:
    changes = [change(event(event_id, revision)) for event_id, revision in (("c", 1), ("a", 2), ("b", 1), ("a", 1))]
    keys = [_key(row) for row in projection.rows(changes)]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


def _key(row: Sequence[object]) -> tuple[str, int]:
    numbers = [value for value in row if isinstance(value, int)]
    return str(row[0]), numbers[0]


def test_an_event_has_the_columns_that_it_is_asked_by() -> None:
    places = [{"name": "Geneva", "country": "CH"}, {"name": "Bern", "country": "CH"}, {"name": "somewhere"}]
    told = event(when=on("2025-08-18", "2025-08-19", "night"), where=places, participants=[person("Ana Núñez", "ES")])
    (row,) = events.rows([change(told)])
    assert row[:11] == (
        "e-1",
        "summit",
        1,
        "scheduled",
        "Meeting e-1",
        date(2025, 8, 18),
        date(2025, 8, 19),
        "night",
        '{"CH"}',
        '{"Ana Núñez"}',
        '{"ana","ana nunez","es","nunez"}',
    )


def test_of_several_revisions_in_one_batch_the_last_stands_in_events_and_all_in_history() -> None:
    changes = [change(event(revision=n, title=f"revision {n}"), offset=n) for n in (1, 2, 3)]
    assert [row[2] for row in events.rows(changes)] == [3]
    assert [(row[1], row[-1]) for row in history.rows(changes)] == [(1, 1), (2, 2), (3, 3)]


def test_history_keeps_where_a_change_stood_in_the_log_and_what_caused_it() -> None:
    (row,) = history.rows([change(event(), offset=9, partition=2, kind="merged", merge_id="m-1")])
    assert row[2:7] == (
        "merged",
        '{"article_id":null,"revision":null,"topic":null,"partition":null,"seq":null,"reason":"a test"}',
        "m-1",
        None,
        TIME,
    )
    assert row[8:] == (TOPIC, 2, 9)


def test_every_projection_has_a_page_of_its_own_and_nothing_else_names_it() -> None:
    assert {path.name for path in HOME.iterdir() if path.is_dir() and path.name != "__pycache__"} == {p.name for p in discover()}
