"""Sentences: where they end, and where only an abbreviation does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalizer.reading.sentences import split


def sentences(body: str) -> list[str]:
    return [body[start:end] for start, end in split(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The envoys met. They left.", ["The envoys met.", "They left."]),
        ("Gen. Petrov met Dr. Silva at 6 p.m. in Rome.", ["Gen. Petrov met Dr. Silva at 6 p.m. in Rome."]),
        ("He flew to the U.S. The talks began.", ["He flew to the U.S.", "The talks began."]),
        ("The U.S. Senate voted. It passed.", ["The U.S. Senate voted.", "It passed."]),
        ('"We agreed." The minister left.', ['"We agreed."', "The minister left."]),
        ("It was the worst month.The ministry said so.", ["It was the worst month.", "The ministry said so."]),
        ("It cost 3.5 million. More is due.", ["It cost 3.5 million.", "More is due."]),
        ("First part\n\nSecond part", ["First part", "Second part"]),
        ("* One item\n* Another item", ["* One item", "* Another item"]),
        ("a line that is\nhard-wrapped here. Next one.", ["a line that is\nhard-wrapped here.", "Next one."]),
        ("HEADS TURN\nThe envoys met.", ["HEADS TURN", "The envoys met."]),
        ("", []),
    ],
)
def test_a_text_is_cut_where_a_reader_would_cut_it(body: str, expected: list[str]) -> None:
    assert sentences(body) == expected


@given(st.text(alphabet=st.sampled_from("ab A.!?\n\"'’…*- \u200bU.S"), max_size=200))
def test_spans_are_in_order_and_lose_nothing_but_blanks(body: str) -> None:
    spans = split(body)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    kept = "".join(body[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(body.split())
