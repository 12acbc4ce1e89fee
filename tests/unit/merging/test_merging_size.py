"""A night with five thousand mentions does not cost five thousand times as much as a mention."""

from __future__ import annotations

from typing import Any

from services.normalizer.merging import Told, partition
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
