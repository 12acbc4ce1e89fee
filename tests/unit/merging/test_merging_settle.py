"""What subscribers are told when the partition changes: ids survive, and every change says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from schemas.changes import Cause, EventChange
from schemas.events import CanonicalEvent
from services.normalizer.merging import Told, content, event_id, settle
from tests.unit.merging.telling import told

MONDAY, TUESDAY = datetime(2025, 8, 18, tzinfo=UTC), datetime(2025, 8, 19, tzinfo=UTC)
WHY = Cause(article_id="c", revision=1, reason="a new article")
DAY: dict[str, Any] = {"date": "2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
A, B, C = (told(name, "strike", **DAY) for name in "abc")


def changes(
    before: Sequence[CanonicalEvent], *groups: Sequence[Told], at: datetime = TUESDAY, born: dict[str, datetime] | None = None
) -> tuple[EventChange, ...]:
    return settle(before, groups, WHY, at, event_id, born)


def live(*groups: Sequence[Told], at: datetime = MONDAY) -> list[CanonicalEvent]:
    return [change.event for change in changes((), *groups, at=at)]


def test_a_group_of_its_own_is_identified() -> None:
    (change,) = changes((), [A, B])
    assert (change.change, change.event.revision, change.event.recorded_at, change.cause) == ("identified", 1, TUESDAY, WHY)


def test_an_event_that_says_the_same_as_before_is_not_told_again() -> None:
    assert changes(live([A, B], [C]), [C], [B, A]) == ()


def test_another_article_revises_the_event_under_its_id() -> None:
    (before,) = live([A])
    (change,) = changes([before], [A, B])
    assert (change.change, change.event.event_id, change.event.revision) == ("revised", before.event_id, 2)
    assert change.event.corroboration.articles == 2


def test_on_a_merge_the_older_id_wins_even_where_the_younger_event_has_more_mentions() -> None:
    # given an event of Monday, and one of Tuesday with two mentions
    (older,), (younger,) = live([C], at=MONDAY), live([A, B], at=TUESDAY)
    # when they turn out to be one
    winner, loser = changes([younger, older], [A, B, C])
    # then the older goes on and the younger says into what it went, both under one merge id
    assert (winner.change, winner.event.event_id, winner.event.merged_into) == ("revised", older.event_id, None)
    assert (loser.change, loser.event.event_id, loser.event.merged_into) == ("merged", younger.event_id, older.event_id)
    assert winner.merge_id == loser.merge_id is not None
    assert loser.event.revision == younger.revision + 1


def test_an_event_revised_lately_is_still_the_older_where_it_is_known_when_it_was_born() -> None:
    (old,), (young,) = live([C], at=TUESDAY), live([A], at=MONDAY)
    winner, _ = changes([old, young], [A, C], born={old.event_id: MONDAY, young.event_id: TUESDAY})
    assert winner.event.event_id == old.event_id


def test_a_merge_of_three_carries_one_merge_id() -> None:
    events = live([A], [B], [C])
    found = changes(events, [A, B, C])
    assert [change.change for change in found] == ["revised", "merged", "merged"]
    assert len({change.merge_id for change in found}) == 1


def test_on_a_split_the_larger_part_keeps_the_id_and_the_smaller_names_where_it_came_from() -> None:
    (before,) = live([A, B, C])
    kept, fresh = changes([before], [A, B], [C])
    assert (kept.change, kept.event.event_id) == ("revised", before.event_id)
    assert (fresh.change, fresh.split_from) == ("split", before.event_id)
    assert fresh.event.event_id != before.event_id


def test_an_event_without_mentions_is_retracted_and_keeps_no_stale_number() -> None:
    (before,) = live([told("a", "strike", **DAY, numbers={"killed": 7})])
    (change,) = changes([before])
    assert (change.change, change.event.status, change.event.revision) == ("retracted", "retracted", 2)
    assert not change.event.quantities
    assert not change.event.claims
    assert change.event.corroboration.articles == 0


def test_what_comes_back_after_a_withdrawal_is_the_event_that_it_was() -> None:
    (before,) = live([A])
    (gone,) = changes([before])
    (back,) = changes([gone.event], [A])
    assert (back.change, back.event.event_id, back.event.revision) == ("revised", before.event_id, 3)
    assert content(back.event) == content(before)


def test_a_retracted_event_is_neither_retracted_again_nor_merged() -> None:
    (gone,) = changes(live([A]))
    (living,) = live([B])
    assert changes([gone.event, living], [B]) == ()
    assert [change.change for change in changes([gone.event, living], [A, B])] == ["revised"]


def test_a_correction_that_tells_each_mention_anew_keeps_the_ids_apart_by_what_they_say() -> None:
    # given an article with two strikes
    first = told("1.kharkiv", "strike", article="x", date="2025-08-18", where="Kharkiv", who="Russia > Ukraine")
    second = told("1.odesa", "strike", article="x", date="2025-08-18", where="Odesa", who="Russia > Ukraine")
    events = live([first], [second])
    before = {event.where[0].name: event.event_id for event in events}
    # when its second revision names them by new mention ids and new words
    again = told("2.kharkiv", "strike", article="x", revision=2, date="2025-08-18", where="Kharkiv", who="Russia > Ukraine")
    other = told("2.odesa", "strike", article="x", revision=2, date="2025-08-18", where="Odesa", who="Russia > Ukraine")
    after = {change.event.where[0].name: change.event.event_id for change in changes(events, [other], [again])}
    # then each goes on under its own id
    assert after == before


def test_a_correction_that_drops_one_of_two_retracts_that_and_merges_nothing() -> None:
    kept = told("1.kharkiv", "strike", article="x", date="2025-08-18", where="Kharkiv")
    dropped = told("1.odesa", "strike", article="x", date="2025-08-18", where="Odesa")
    found = changes(live([kept], [dropped]), [kept])
    assert [change.change for change in found] == ["retracted"]


def test_the_order_of_groups_and_events_changes_nothing() -> None:
    events = live([A], [B, C])
    assert changes(events, [A, B], [C]) == changes(events[::-1], [C], [B, A])
