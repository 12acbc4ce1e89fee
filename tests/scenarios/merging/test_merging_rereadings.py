"""What was read can be read again by another ruleset: whatever comes first, the events are those of the last reading."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.mentions import Reading
from services.normalizer.merging import Told, merge_all
from tests.scenarios.merging.ledger import Ledger, by_content
from tests.scenarios.merging.worlds import articles
from tests.unit.merging.telling import readings, told

FEW = settings(max_examples=60, deadline=None)
Taken = tuple[str, int, int, tuple[Told, ...]]
NIGHT: dict[str, Any] = {"date": "2025-08-18", "where": "Poltava", "who": "Russia > Ukraine"}


@st.composite
def histories(draw: st.DrawFn) -> list[Taken]:
    """Revisions of up to four articles, and up to two rereadings of each; what is read again has the same ids and may say anything."""
    found: list[Taken] = []
    for at in range(draw(st.integers(1, 4))):
        for revision in range(1, draw(st.integers(1, 2)) + 1):
            for rereading in range(draw(st.integers(1, 3))):
                mentions = () if (revision, rereading) > (1, 0) and draw(st.booleans()) else draw(articles(f"a{at}", revision))
                found.append((f"a{at}", revision, rereading, mentions))
    return found


@given(histories(), st.randoms(use_true_random=False))
@FEW
def test_readings_and_rereadings_in_any_order_end_in_what_the_last_readings_give(history: list[Taken], chance: Random) -> None:
    # given revisions and rereadings, late and overtaken ones among them, some twice
    arriving = history + history[:2]
    chance.shuffle(arriving)
    # when they are taken one by one
    ledger = Ledger()
    for article, revision, rereading, mentions in arriving:
        ledger.take(article, revision, mentions, rereading)
    # then the live events say what a fresh log says that was only ever read as they were read last
    last = {article: mentions for article, _, _, mentions in sorted(history, key=lambda one: one[:3])}
    assert by_content(ledger.live) == by_content(merge_all(readings(*(one for told_ in last.values() for one in told_))))


def again(*reading: Reading, number: int = 1) -> list[Reading]:
    return [one.model_copy(update={"rereading": number}) for one in reading]


def test_of_a_revision_that_was_read_again_the_last_reading_counts_and_other_kinds_stay() -> None:
    # given an article that tells of a strike and a meeting
    strike = told("strike", "strike", article="x", numbers={"killed": 3}, **NIGHT)
    meeting = told("meeting", article="x", date="2025-08-18", who="Trump, Putin", form="talks")
    first = readings(strike, meeting)
    # when its strikes are read again
    more = told("strike", "strike", article="x", numbers={"killed": 7}, **NIGHT)
    anew = again(*readings(more))
    # then both orders give the new strike and the old meeting
    for order in ([*first, *anew], [*anew, *first]):
        assert by_content(merge_all(order)) == by_content(merge_all(readings(more, meeting)))
    # and an empty reading takes it back
    empty = [one.model_copy(update={"mentions": (), "rereading": 2}) for one in anew]
    assert by_content(merge_all([*anew, *empty, *first])) == by_content(merge_all(readings(meeting)))


def _read_again() -> Ledger:
    ledger = Ledger()
    ledger.take("x", 1, [told("strike", "strike", article="x", numbers={"killed": 3}, **NIGHT)])
    ledger.take("x", 1, [told("strike", "strike", article="x", numbers={"killed": 7}, **NIGHT)], 1)
    return ledger


def test_a_mention_that_says_something_else_under_its_old_id_revises_its_event() -> None:
    ledger = _read_again()
    assert [change.change for change in ledger.changes] == ["identified", "revised"]
    assert [quantity.best for event in ledger.live for quantity in event.quantities] == [7]


def test_if_an_event_of_the_same_revisions_were_taken_for_unchanged_it_would_keep_the_old_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the same ids of the same revisions do not prove that they say the same."""
    ledger = Ledger()
    take = ledger._settle
    monkeypatch.setattr(ledger, "_settle", lambda core, gone, nearby, _anew=frozenset(): take(core, gone, nearby))
    ledger.take("x", 1, [told("strike", "strike", article="x", numbers={"killed": 3}, **NIGHT)])
    ledger.take("x", 1, [told("strike", "strike", article="x", numbers={"killed": 7}, **NIGHT)], 1)
    assert [quantity.best for event in ledger.live for quantity in event.quantities] == [3]
