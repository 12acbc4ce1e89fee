"""Whatever the order, repetition or delay in which articles come: the same events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.merging import Told, component, crowd, keys_of, likeness, merge_all, partition
from services.normalizer.merging.alike import compare, enough
from services.normalizer.merging.component import joined
from services.normalizer.merging.shapes import shape
from tests.scenarios.merging.ledger import Ledger, by_content
from tests.scenarios.merging.worlds import articles, worlds
from tests.unit.merging.telling import readings, told

FEW = settings(max_examples=60, deadline=None)
Revision = tuple[str, int, tuple[Told, ...]]


@given(worlds(), st.randoms(use_true_random=False), st.integers(0, 3))
@FEW
def test_any_permutation_and_repetition_of_readings_gives_the_same_bytes(world: list[Told], chance: Random, twice: int) -> None:
    given_ = list(readings(*world))
    wanted = [event.model_dump_json() for event in merge_all(given_)]
    shuffled = given_ + given_[:twice]
    chance.shuffle(shuffled)
    assert [event.model_dump_json() for event in merge_all(shuffled)] == wanted


@given(worlds())
@FEW
def test_likeness_is_symmetric_and_what_could_be_one_event_shares_a_strong_key(world: list[Told]) -> None:
    for at, one in enumerate(world):
        for other in world[at:]:
            assert likeness(one, other) == likeness(other, one)
            if joined(shape(one), shape(other)):
                assert keys_of(one).meets(keys_of(other))


@given(worlds())
@FEW
def test_the_partition_of_all_is_the_union_of_the_partitions_of_its_components(world: list[Told]) -> None:
    whole = partition(world)
    for group in whole:
        part = component(group[:1], world)
        assert group in partition(part)
        assert {one.mention.mention_id for one in group} <= {one.mention.mention_id for one in part}


@st.composite
def histories(draw: st.DrawFn) -> list[Revision]:
    """Revisions of up to five articles; the later ones tell it anew or withdraw everything."""
    found: list[Revision] = []
    for at in range(draw(st.integers(1, 5))):
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            mentions = () if revision > 1 and draw(st.booleans()) else draw(articles(f"a{at}", revision))
            found.append((f"a{at}", revision, mentions))
    return found


@given(histories(), st.randoms(use_true_random=False))
@FEW
def test_articles_one_by_one_end_in_what_all_at_once_gives(history: list[Revision], chance: Random) -> None:
    # given revisions in any order, late, overtaken and withdrawn ones among them, some twice
    arriving = history + history[:2]
    chance.shuffle(arriving)
    # when they are taken one by one
    ledger = Ledger()
    for article, revision, mentions in arriving:
        ledger.take(article, revision, mentions)
    # then the live events say what a merge of everything that counts says
    assert by_content(ledger.live) == by_content(merge_all(readings(*_latest(history))))


def _latest(history: Iterable[Revision]) -> list[Told]:
    newest: dict[str, Revision] = {}
    for article, revision, mentions in sorted(history, key=lambda one: one[:2]):
        newest[article] = (article, revision, mentions)
    return [one for _, _, mentions in newest.values() for one in mentions]


@given(histories())
@FEW
def test_an_id_once_given_leads_to_a_living_event_or_says_that_it_was_taken_back(history: list[Revision]) -> None:
    ledger = Ledger()
    for article, revision, mentions in history:
        ledger.take(article, revision, mentions)
    for event in ledger.events.values():
        end = event
        while end.merged_into is not None:
            end = ledger.events[end.merged_into]
        assert end.merged_into is None
    for change in ledger.changes:
        assert change.event.event_id in ledger.events


def greedy(world: Sequence[Told]) -> set[frozenset[str]]:
    """The merger that others write: each mention joins the first event that has anything like it."""
    groups: list[list[Told]] = []
    for one in world:
        home = next((group for group in groups if any(likeness(one, other).score >= 1.5 for other in group)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    return {frozenset(one.mention.mention_id for one in group) for group in groups}


def test_a_greedy_merger_depends_on_the_order_and_this_one_does_not() -> None:
    # given two nights, and a report of the day between that fits both
    first = told("first", "strike", date="night 2025-08-17", where="Kharkiv", who="Russia > Ukraine")
    second = told("second", "strike", date="night 2025-08-18", where="Kharkiv", who="Russia > Ukraine")
    between = told("between", "strike", date="2025-08-18", where="Kharkiv", who="Russia > Ukraine")
    orders = ([first, between, second], [first, second, between], [second, first, between], [between, second, first])
    # when a greedy merger reads them, then the order decides; here it does not
    assert len({frozenset(greedy(world)) for world in orders}) > 1
    assert len({str(_names(world)) for world in orders}) == 1


def _names(world: Sequence[Told]) -> list[list[str]]:
    return [[one.mention.mention_id for one in group] for group in partition(world)]


def test_what_is_withdrawn_may_have_kept_others_apart() -> None:
    # given an undated mention that two meetings fit equally well
    first = told("first", day="2025-08-16", date="2025-08-15", who="Trump, Putin", form="talks")
    second = told("second", day="2025-08-19", date="2025-08-18", who="Trump, Putin", form="talks")
    vague = told("vague", day="2025-08-19", who="Trump, Putin", form="talks")
    ledger = Ledger()
    for one in (first, second, vague):
        ledger.take(one.article.article_id, 1, [one])
    assert len(ledger.live) == 3
    # when one of the two is withdrawn, then the mention joins the other, though neither lost a mention
    changes = ledger.take("second", 2, ())
    assert sorted(change.change for change in changes) == ["merged", "retracted", "revised"]
    assert [[m.mention_id for m in event.mentions] for event in ledger.live] == [["first", "vague"]]
    # and when it is restored, all is as it was
    ledger.take("second", 3, [second])
    assert by_content(ledger.live) == by_content(merge_all(readings(first, second, vague)))


def _numbers_that_part() -> Ledger:
    """A town and its region are one strike, until another report of the town tells a number that is not the region's."""
    night: dict[str, Any] = {"date": "night 2025-08-18", "who": "Russia > Ukraine"}
    region = told("region", "strike", where="Poltava Oblast", numbers={"drones": 5}, **night)
    town, other = (
        told("town", "strike", where="Poltava", **night),
        told("other", "strike", where="Poltava", numbers={"drones": 90}, **night),
    )
    ledger = Ledger()
    for one in (region, town, other):
        ledger.take(one.article.article_id, 1, [one])
    assert by_content(merge_all(readings(region, town, other))) != by_content(merge_all(readings(region, town)))
    return ledger


def test_a_number_that_takes_a_likeness_away_parts_what_was_one() -> None:
    assert {frozenset(m.mention_id for m in event.mentions) for event in _numbers_that_part().live} == {
        frozenset({"region"}),
        frozenset({"town", "other"}),
    }


def test_with_likeness_as_it_is_now_for_the_component_the_parted_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a component is drawn by what could be one event, not by what is alike at the moment."""
    monkeypatch.setattr(crowd, "possible", lambda a, b: enough(a, compare(a, b)))
    assert not any(m.mention_id == "region" for event in _numbers_that_part().live for m in event.mentions)


def test_an_event_that_is_only_linked_follows_its_partner_to_another_id() -> None:
    # given a wave, and a town that an article tells as a part of it
    night: dict[str, Any] = {"date": "night 2025-08-18", "who": "Russia > Ukraine"}
    wave = told("wave", "strike", article="x", where="Ukraine", numbers={"drones": 400}, **night)
    town = told("town", "strike", article="x", where="Kharkiv", part_of="wave", **night)
    ledger = Ledger()
    ledger.take("x", 1, [wave, town])
    # when the whole is taken back, then the part says so no more; and when it returns, again
    assert [change.change for change in ledger.take("x", 2, [town])] == ["revised", "retracted"]
    assert not any(event.links for event in ledger.live)
    ledger.take("x", 3, [wave, town])
    assert by_content(ledger.live) == by_content(merge_all(readings(wave, town)))
