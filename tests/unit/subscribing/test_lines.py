"""A change as one line for people."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import CanonicalEvent
from services.commands import _changes
from services.commands._changes import line
from subscribing import Change
from tests.support.records import raw
from tests.unit.timeline.builders import event, told

STEERING = "\x1b[2J"


def changed(of: CanonicalEvent) -> Change:
    return Change(raw(1, 1, key=of.event_id.encode(), value=told(of).model_dump_json().encode()), "revised")


def test_it_says_when_what_and_how_the_event_stands_now() -> None:
    assert line(changed(event("e-1", 3))).plain == "2024-03-04 09:00Z  revised     summit  scheduled  undated  Meeting e-1  [e-1 r3]"
    assert "  now part of e-2  " in line(changed(event("e-1", merged_into="e-2"))).plain


def test_what_is_gone_or_can_not_be_read_still_has_its_line() -> None:
    assert line(Change(raw(1, 1, key=b"e-1", value=None), "gone")).plain == "2024-03-04 09:00Z  gone        e-1"
    assert "e-1  (can't be read" in line(Change(raw(1, 1, key=b"e-1", value=b"{"), "revised")).plain


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_headline_holds_it_is_one_line_that_steers_nothing(title: str) -> None:
    shown = line(changed(event("e-1", title=title))).plain
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf"}


def test_without_replacing_control_characters_a_headline_would_steer_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert STEERING not in line(changed(event("e-1", title=STEERING))).plain
    monkeypatch.setattr(_changes, "safe", str)
    assert STEERING in line(changed(event("e-1", title=STEERING))).plain
