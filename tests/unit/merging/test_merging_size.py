"""A night with five thousand mentions does not cost five thousand times as much as a mention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from schemas.changes import Cause, EventChange
from schemas.events import CanonicalEvent
from services.normalizer.merging import Crowd, Told, component, event_id, keys_of, membership, partition, settle
from services.normalizer.merging.alike import compare, possible
from services.normalizer.merging.cells import cells, neighbours
from services.normalizer.merging.keys import keys
from tests.unit.merging.telling import told

World = Callable[[int], list[Told]]
NIGHT: dict[str, Any] = {"date": "night 2025-08-18", "who": "Russia > Ukraine"}


def towns(count: int) -> list[Told]:
    """Each with its own town and toll, as told by three articles."""
    found = [told(f"m{at}", "strike", **NIGHT, where="Kharkiv", numbers={"killed": 5 + at % 40}) for at in range(count)]
    return [_moved(one, f"Town {at // 3}") for at, one in enumerate(found)]


def _moved(one: Told, town: str) -> Told:
    (place,) = one.mention.where
    where = (place.model_copy(update={"name": town, "within": ("Kharkiv Oblast", "Ukraine")}),)
    return Told(one.mention.model_copy(update={"where": where}), one.article, one.sentences)


def strike(count: int) -> list[Told]:
    """One strike on one city, as so many articles tell it while the toll rises."""
    return [
        told(f"s{at:05}", "strike", **NIGHT, where="Kharkiv", numbers={"killed": 3 + at // 20, "wounded": at % 90}) for at in range(count)
    ]


def comparisons_of_the_last(world: list[Told]) -> int:
    """How many pairs are compared anew when the last report of a world comes to those that are merged."""
    for counted in (compare, possible):
        counted.cache_clear()
    *known, last = world
    crowd = Crowd(known)
    with_it = component([last], world)
    before = changes([], [one for one in with_it if one is not last])
    known_pairs = pairs_seen()
    crowd.add(last)
    changes([change.event for change in before], crowd.component([last]))
    return pairs_seen() - known_pairs


def pairs_seen() -> int:
    return compare.cache_info().misses + possible.cache_info().misses


def changes(before: list[CanonicalEvent], told: Sequence[Told]) -> tuple[EventChange, ...]:
    return settle(before, partition(told), Cause(reason="told"), None, event_id)


def test_towns_of_one_region_in_one_night_are_not_compared_pair_by_pair() -> None:
    world = towns(3_000)
    assert len(list(neighbours(cells(world)))) < len(world)
    assert len(partition(world)) == 1_000


def test_reports_that_differ_only_in_their_numbers_are_one_cell() -> None:
    world = [told(f"m{at}", "strike", **NIGHT, where="Kharkiv", numbers={"killed": at}) for at in range(2_000)]
    assert len(cells(world)) == 1
    assert len(partition(world)) == 1


def test_a_year_of_background_does_not_grow_more_keys_than_weeks() -> None:
    (cell,) = cells([told("a", who="Russia, Ukraine", background=True)])
    assert len(keys(cell.shape)) < 130


def test_a_report_of_one_town_looks_at_that_town_alone_whatever_else_was_hit_that_night() -> None:
    # given a thousand towns, and reports of the whole wave with numbers of its own
    world = towns(3_000) + [told(f"w{at}", "strike", **NIGHT, where="Ukraine", numbers={"drones": 400 + at}) for at in range(50)]
    # then what could be one event with a report are the reports of its town
    assert len(component(world[:1], world)) == 3


def test_a_crowd_that_somebody_joined_and_left_is_the_crowd_that_was() -> None:
    world = towns(30)
    one, crowd = world[0], Crowd(world)
    before = crowd.component([one])
    crowd.remove(world[1])
    assert crowd.component([one]) == tuple(other for other in before if other is not world[1])
    crowd.add(world[1])
    assert crowd.component([one]) == before


def test_keys_are_handed_out_once() -> None:
    world = towns(6)
    crowd = Crowd(world)
    assert crowd.unasked(world[:3]).meets(keys_of(world[0]))
    assert not crowd.unasked(world[:3])
    assert crowd.unasked(world)


@pytest.mark.parametrize("world", [towns, strike], ids=["many towns", "one strike with a rising toll"])
def test_one_more_report_of_a_night_is_compared_with_as_many_among_five_thousand_as_among_five_hundred(world: World) -> None:
    assert comparisons_of_the_last(world(5_000)) <= comparisons_of_the_last(world(500)) + 2


def test_without_a_limit_to_what_a_mention_is_compared_with_a_strike_would_be_compared_pair_by_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The negative control."""
    limited = comparisons_of_the_last(strike(150))
    monkeypatch.setattr(membership, "CORE", 10_000)
    assert comparisons_of_the_last(strike(150)) > 140 > 3 * limited
