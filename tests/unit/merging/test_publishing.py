"""A change and the state in it are written once, and are what they would be if each were written by itself."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.changes import Cause, EventChange
from services.normalizer.merging import merge_all
from services.normalizer.publish import around
from tests.unit.merging.telling import readings, told

DAY: dict[str, Any] = {"date": "2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
(EVENT,) = merge_all(readings(told("a", "strike", **DAY, numbers={"killed": 3})))
CHANGES = {
    "plain": EventChange(change="identified", event=EVENT, cause=Cause(reason="told")),
    "merge": EventChange(change="merged", event=EVENT, cause=Cause(reason='a "quote", a \\ and more', seq=4), merge_id="m"),
    "split": EventChange(change="split", event=EVENT, cause=Cause(reason="told"), split_from="b"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_bytes_are_those_of_the_whole(name: str) -> None:
    change = CHANGES[name]
    assert around(change, change.event.model_dump_json()) == change.model_dump_json()
