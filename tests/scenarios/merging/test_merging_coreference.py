"""The table of `coreference.yaml`, row by row: which mentions are one happening, whatever their order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from schemas.events import CanonicalEvent
from services.normalizer.merging import Told, merge_all
from tests.support.tables import table
from tests.unit.merging.telling import readings, told

TABLE: list[dict[str, Any]] = table(Path(__file__).with_name("coreference.yaml"))
rows = pytest.mark.parametrize("row", TABLE, ids=[row["story"] for row in TABLE])


def tellings(row: dict[str, Any]) -> list[Told]:
    return [_one(name, dict(facts)) for name, facts in row["told"].items()]


def _one(name: str, facts: dict[str, Any]) -> Told:
    facts = {key: str(value) if key in {"date", "day"} and value is not None else value for key, value in facts.items()}
    return told(name, facts.pop("kind", "summit"), article=facts.pop("in", name), **facts)


def by_mention(events: tuple[CanonicalEvent, ...]) -> dict[str, CanonicalEvent]:
    return {mention.mention_id: event for event in events for mention in event.mentions}


@rows
def test_mentions_come_together_as_the_table_says(row: dict[str, Any]) -> None:
    # given the mentions of the row, when they are merged
    home = by_mention(merge_all(readings(*tellings(row))))
    # then those of one happening are one event, and all others apart
    groups = {frozenset(str(name) for name in group) for group in row.get("events", [])}
    if groups:
        assert {frozenset(m.mention_id for m in event.mentions) for event in home.values()} == groups
    for one, other in row.get("apart", []):
        assert home[str(one)].event_id != home[str(other)].event_id


@rows
def test_links_histories_dates_and_runners_up_are_as_the_table_says(row: dict[str, Any]) -> None:
    home = by_mention(merge_all(readings(*tellings(row))))
    for one, relation, other in row.get("links", []):
        assert (relation, home[other].event_id) in {(link.relation, link.event_id) for link in home[one].links}
    for name, steps in row.get("history", {}).items():
        assert [step.status for step in home[name].status_history] == steps
        known = [step.known_at for step in home[name].status_history if step.known_at]
        assert all(early <= late for early, late in pairwise(known))
    for name, day in row.get("when", {}).items():
        assert home[name].when.start == str(day)
    for name, other in row.get("runners_up", {}).items():
        (mention,) = [m for m in home[name].mentions if m.mention_id == name]
        assert mention.membership is not None
        assert mention.membership.runner_up == home[other].event_id


@rows
def test_no_order_of_arrival_changes_a_byte(row: dict[str, Any]) -> None:
    given = list(readings(*tellings(row)))
    wanted = [event.model_dump_json() for event in merge_all(given)]
    for seed in range(5):
        shuffled = given + given[: seed % 3]
        Random(seed).shuffle(shuffled)
        assert [event.model_dump_json() for event in merge_all(shuffled)] == wanted
