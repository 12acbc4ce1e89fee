"""Cursors: opaque, and read back only if they were made here."""

from __future__ import annotations

import base64
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.cursor import Cursor, decode, encode

IDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


CURSORS = st.builds(Cursor, st.sampled_from(["day", "-day"]), st.dates(), IDS) | st.builds(
    Cursor, st.sampled_from(["recorded", "-recorded"]), st.datetimes(timezones=st.just(UTC)), IDS
)


@given(CURSORS)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert decode(encode(cursor)) == cursor


@given(CURSORS)
def test_a_cursor_needs_no_escaping_in_an_address(cursor: Cursor) -> None:
    assert set(encode(cursor)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    try:
        found = decode(text)
    except ValueError:
        return
    assert encode(found) == text


@pytest.mark.parametrize(
    "told",
    [
        '["day","2025-02-31","e"]',
        '["day","2025-08-18"]',
        "7",
        '["day","2025-08-18","a\\u0000"]',
        '["month","2025-08-18","e"]',
        '["recorded","2025-08-18T00:00:00","e"]',
        '{"a":1}',
        "[[[",
        "[" * 20_000,
    ],
)
def test_what_only_looks_like_a_cursor_is_refused(told: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words say so does not matter here
        decode(base64.urlsafe_b64encode(told.encode()).decode().rstrip("="))
