"""A text may end anywhere, and most headlines end without a stop: whatever comes last, there is nothing behind it to look at.

And what looks like a number may be none: a square, or more digits than anybody reads.
"""

from __future__ import annotations

import re

import pytest

from tests.unit.reading.articles import mentions
from tests.unit.reading.test_patterns import _examples
from tests.unit.reading.test_tables import rows

TEXTS = sorted({text for which in ("match", "not_", "misses") for _, _, text in _examples(which)} | {row["text"] for _, row in rows()})
NUMBER = re.compile(r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|dozen)\b")
NUMBERED = [text for text in TEXTS if NUMBER.search(text)]
NAME = re.compile(r"\b[A-Z][\w'’.-]*\w")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_breaks_off_behind_a_name_is_read(text: str) -> None:
    for name in NAME.finditer(text):
        mentions(text[: name.end()])


@pytest.mark.parametrize("text", NUMBERED)
def test_a_text_whose_numbers_are_none_is_read(text: str) -> None:
    for number in ("²", "9" * 5000):
        mentions(NUMBER.sub(number, text))
