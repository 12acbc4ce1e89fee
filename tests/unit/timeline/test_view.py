"""The table, as it stands on a terminal."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from schemas.events import CanonicalEvent
from services.timeline.view import safe, table
from tests.unit.timeline.builders import event, on, person


def shown(events: list[CanonicalEvent], width: int = 120) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(table(events))
    return out.getvalue()


MEETING = event(
    "e-1",
    when=on("2025-08-18"),
    participants=[person("Ana Anic"), person("Bo Berg")],
    corroboration={"articles": 12, "publishers": 10, "lineages": 3},
)
CALL = event("e-2", title="A call", when=on("2025-08-18"))
LATER = event("e-3", title="Another day", when=on("2025-08-19"))


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(width: int) -> None:
    text = shown([MEETING, CALL, LATER], width)
    assert max(map(len, text.splitlines())) <= width
    for expected in ("When", "A/P/L", "18 Aug 2025", "12/10/3", "scheduled"):
        assert expected in text


def test_a_day_is_named_once_and_set_apart_from_the_next() -> None:
    text = shown([MEETING, CALL, LATER])
    assert text.count("18 Aug 2025") == 1
    before, after = text.split("19 Aug 2025")
    assert before.splitlines()[-1].strip() == ""
    assert "Another day" in after


def test_what_articles_say_is_not_read_as_markup() -> None:
    assert "[red]alarm[/red]" in shown([event(title="[red]alarm[/red]")])


def test_what_articles_say_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in shown([event(title="\x1b[2J gone", participants=[person("\x1b]0;x\x07")])])


@given(st.text())
def test_no_control_or_formatting_character_survives(text: str) -> None:
    assert not {unicodedata.category(c) for c in safe(text)} & {"Cc", "Cf", "Cs"}


def test_an_empty_timeline_is_an_empty_table() -> None:
    assert "When" in shown([])
