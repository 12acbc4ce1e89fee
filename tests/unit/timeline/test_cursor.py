"""Cursors: opaque, and read back only if they were made here."""

from __future__ import annotations

import base64
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.cursor import Cursor, decode, encode

IDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(st.none() | st.dates(), IDS)
def test_a_cursor_comes_back_as_it_was(day: date | None, event_id: str) -> None:
    assert decode(encode(Cursor(day, event_id))) == Cursor(day, event_id)


@given(st.none() | st.dates(), IDS)
def test_a_cursor_needs_no_escaping_in_an_address(day: date | None, event_id: str) -> None:
    assert set(encode(Cursor(day, event_id))) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    try:
        found = decode(text)
    except ValueError:
        return
    assert encode(found) == text


@pytest.mark.parametrize(
    "told", ['["2025-02-31","e"]', '["2025-08-18"]', "7", '[null,"a\\u0000"]', '{"a":1}', "[[[", "[" * 20_000, '[null,"e"]']
)
def test_what_only_looks_like_a_cursor_is_refused(told: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words say so does not matter here
        decode(base64.urlsafe_b64encode(told.encode()).decode().rstrip("="))
