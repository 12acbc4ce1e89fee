"""Which changes a subscriber asked for."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.events import CanonicalEvent, Place
from subscribing import Change, Only
from tests.support.records import raw
from tests.unit.timeline.builders import event, person, told

EVENT = event(
    status="occurred",
    where=(Place(name="Geneva", country="CH"), Place(name="Paris", country="FR")),
    participants=(person("Recep Tayyip Erdoğan", "TR"),),
)


def changed(of: CanonicalEvent, what: Any = "revised") -> Change:
    return Change(raw(1, 1, value=told(of, what).model_dump_json().encode()), what)


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        (Only(), True),
        (Only(changes=["merged", "revised"]), True),
        (Only(changes=["merged"]), False),
        (Only(kinds=["summit"]), True),
        (Only(kinds=["strike"]), False),
        (Only(statuses=["scheduled", "occurred"]), True),
        (Only(statuses=["scheduled"]), False),
        (Only(countries=["FR"]), True),
        (Only(countries=["TR"]), False),
        (Only(actors=["erdogan"]), True),
        (Only(actors=["tayyip ERDOĞAN"]), True),
        (Only(actors=["TR"]), True),
        (Only(actors=["erdo"]), False),
        (Only(statuses=["occurred"], countries=["US"]), False),
    ],
)
def test_of_each_filter_one_value_must_fit(only: Only, wanted: bool) -> None:
    assert only(changed(EVENT)) is wanted


def test_the_present_state_is_told_by_the_same_filters_and_a_tombstone_fits_always() -> None:
    present = Change(raw(1, 1, value=EVENT.model_dump_json().encode()), "current")
    assert (Only(statuses=["occurred"])(present), Only(statuses=["declined"])(present)) == (True, False)
    assert Only(statuses=["declined"], kinds=["strike"])(Change(raw(1, 1, value=None), "gone"))


def test_what_can_not_be_read_is_handed_out_for_its_subscriber_to_hear_of_it() -> None:
    assert Only(statuses=["occurred"])(Change(raw(1, 1, value=b"{"), "revised"))
