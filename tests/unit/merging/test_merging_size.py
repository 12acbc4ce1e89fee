"""A night with five thousand mentions does not cost five thousand times as much as a mention."""

from __future__ import annotations

from typing import Any

from services.normalizer.merging import Crowd, Told, component, keys_of, partition
from services.normalizer.merging.cells import cells, neighbours
from services.normalizer.merging.keys import keys
from tests.unit.merging.telling import told

NIGHT: dict[str, Any] = {"date": "night 2025-08-18", "who": "Russia > Ukraine"}


def towns(count: int) -> list[Told]:
    """Each with its own town and toll, as told by three articles."""
    found = [told(f"m{at}", "strike", **NIGHT, where="Kharkiv", numbers={"killed": 5 + at % 40}) for at in range(count)]
    return [_moved(one, f"Town {at // 3}") for at, one in enumerate(found)]


def _moved(one: Told, town: str) -> Told:
    (place,) = one.mention.where
    where = (place.model_copy(update={"name": town, "within": ("Kharkiv Oblast", "Ukraine")}),)
    return Told(one.mention.model_copy(update={"where": where}), one.article, one.sentences)


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
