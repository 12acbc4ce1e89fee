"""The stories of `lineage.yaml`: three counts that differ, and the spans that prove a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.events import CanonicalEvent
from services.normalizer.merging import Told, lineage, merge_all
from services.normalizer.merging.copies import SHOWN
from tests.support.tables import table
from tests.unit.merging.telling import readings, told

TABLE: dict[str, Any] = table(Path(__file__).with_name("lineage.yaml"))
stories = pytest.mark.parametrize("row", TABLE["stories"], ids=[row["story"] for row in TABLE["stories"]])


def tellings(row: dict[str, Any]) -> dict[str, Told]:
    return {
        name: told(
            name,
            "strike",
            date="2025-08-19",
            where="Kharkiv",
            who="Russia > Ukraine",
            day=str(facts["day"]),
            outlet=facts["outlet"],
            sentences=tuple(TABLE["texts"][letter] for letter in facts["text"].split()),
        )
        for name, facts in row["told"].items()
    }


def merged(row: dict[str, Any]) -> CanonicalEvent:
    (event,) = merge_all(readings(*tellings(row).values()))
    return event


@stories
def test_articles_publishers_and_lineages_are_three_counts(row: dict[str, Any]) -> None:
    counts = merged(row).corroboration
    assert [counts.articles, counts.publishers, counts.lineages] == row["counts"]


@stories
def test_shared_spans_are_kept_and_hold_the_words_that_two_articles_share(row: dict[str, Any]) -> None:
    found = merged(row).copies
    if "shares" in row:
        assert [[shared.article_id, shared.other_id, shared.sentences] for shared in found] == row["shares"]
    bodies = {name: " ".join(one.sentences) for name, one in tellings(row).items()}
    for shared in found:
        assert len(shared.spans) == shared.sentences
        for span in shared.spans:
            mine, yours = bodies[shared.article_id][span.start : span.end], bodies[shared.other_id][span.other_start : span.other_end]
            assert lineage.shared_sentences([mine], [yours]) == ((mine, yours),)


def test_copies_corroborate_nothing_and_outvote_nobody() -> None:
    # given a wire's number in four papers, and another number of two who looked for themselves
    text = tuple(TABLE["texts"][letter] for letter in "abcd")
    night: dict[str, Any] = {"date": "2025-08-19", "where": "Kharkiv", "who": "Russia > Ukraine"}
    papers = [told(f"p{n}", "strike", **night, day=f"2025-08-19T1{n}", sentences=text, numbers={"killed": 3}) for n in range(4)]
    seen = [told(f"s{n}", "strike", **night, day=f"2025-08-19T0{n + 5}", numbers={"killed": 5}) for n in range(2)]
    (event,) = merge_all(readings(*papers, *seen))
    # then the two have it, and the event says by which rule
    assert (event.quantities[0].best, event.chosen["quantities.killed"]) == (5, "most-lineages")


def test_of_hundreds_of_copies_the_first_are_shown_and_all_are_counted() -> None:
    text = tuple(TABLE["texts"][letter] for letter in "abcd")
    night: dict[str, Any] = {"date": "2025-08-19", "where": "Kharkiv", "who": "Russia > Ukraine"}
    world = [told(f"p{n:03}", "strike", **night, day=f"2025-08-19T{n % 24:02}", sentences=text) for n in range(200)]
    (event,) = merge_all(readings(*world))
    assert event.corroboration.articles == 200
    assert len(event.copies) == SHOWN
    assert {shared.other_id for shared in event.copies} == {"p000"}
