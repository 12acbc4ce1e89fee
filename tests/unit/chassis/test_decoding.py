"""From a client's record to ours: older versions arrive as the present one has them, newer ones not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from schemas import versions
from services.chassis.decoding import decode
from services.chassis.errors import Ahead, Permanent
from tests.support.records import raw

FIRST, SECOND, THIRD = (f"urn:daybook:schema:EventChange:v{number}" for number in (1, 2, 3))


@pytest.fixture
def upgraded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Daybook that has raised the version of changes to two, and reads those of version one."""

    def named_anew(value: dict[str, Any]) -> dict[str, Any]:
        return {"kind": value["change"]}

    monkeypatch.setitem(versions.PRESENT, "EventChange", 2)
    monkeypatch.setattr(versions, "upcasters", lambda: {("EventChange", 1): named_anew})
    versions._steps.cache_clear()
    yield
    versions._steps.cache_clear()


def test_a_record_of_the_present_version_is_handed_out_as_it_is() -> None:
    assert decode(raw(0, 0, value=b'{ "change": "split" }', schema=FIRST)).value == b'{ "change": "split" }'


def test_after_an_upgrade_old_records_and_new_ones_are_read_alike(upgraded: None) -> None:
    assert decode(raw(0, 0, value=b'{"change": "split"}', schema=FIRST)).value == b'{"kind":"split"}'
    assert decode(raw(1, 1, value=b'{"kind":"split"}', schema=SECOND)).value == b'{"kind":"split"}'


def test_the_bytes_that_lie_in_the_log_stay_at_hand(upgraded: None) -> None:
    assert decode(raw(0, 0, value=b'{"change": "split"}', schema=FIRST)).raw.value == b'{"change": "split"}'


def test_an_old_record_that_is_broken_is_refused_and_a_newer_one_stops(upgraded: None) -> None:
    with pytest.raises(Permanent, match="not as its version has it"):
        decode(raw(0, 0, value=b"{}", schema=FIRST))
    with pytest.raises(Ahead, match="EventChange v3"):
        decode(raw(0, 0, schema=THIRD))


def test_a_tombstone_has_nothing_to_upcast(upgraded: None) -> None:
    assert decode(raw(0, 0, value=None, schema=FIRST)).value is None
