"""The stories of `relations.yaml`: what follows, prepares, is part of or stands in for what; and that no order changes it."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.relations import relations
from services.normalizer.merging import Told, merge_all
from tests.scenarios.merging.test_merging_coreference import by_mention, tellings
from tests.scenarios.merging.worlds import worlds
from tests.support.tables import table
from tests.unit.merging.telling import readings

TABLE: list[dict[str, Any]] = table(Path(__file__).with_name("relations.yaml"))


@pytest.mark.parametrize("row", TABLE, ids=[row["story"] for row in TABLE])
def test_events_hang_together_as_the_table_says(row: dict[str, Any]) -> None:
    # given events of one mention each
    events = merge_all(readings(*tellings(row)))
    home = by_mention(events)
    assert len(events) == len(row["told"])
    # then these relations, each with a reason, and no others
    name = {event.event_id: mention for mention, event in home.items()}
    found = {(name[event.event_id], link.relation, name[link.event_id]) for event in events for link in relations(event, events)}
    assert found == {tuple(link) for link in row["links"]}
    assert all(link.reason for event in events for link in relations(event, events))


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_relations_do_not_depend_on_order_and_are_sound(world: list[Told], chance: Random) -> None:
    events = list(merge_all(readings(*world)))
    by_id = {event.event_id: event for event in events}
    for event in events:
        found = relations(event, events)
        shuffled = [*events, *events[:1]]
        chance.shuffle(shuffled)
        assert relations(event, shuffled) == found
        for link in found:
            # a part and its whole see each other, nothing is related to itself, and nothing both follows and is followed
            back = {(other.relation, other.event_id) for other in relations(by_id[link.event_id], events)}
            assert link.event_id != event.event_id
            mirrored = {"part_of": "has_part", "has_part": "part_of", "alternative_to": "alternative_to", "prepares": "follows"}
            if link.relation in mirrored:
                assert (mirrored[link.relation], event.event_id) in back
            assert not (link.relation == "follows" and ("follows", event.event_id) in back)
