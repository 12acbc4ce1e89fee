"""Which listeners a change is for: the filters of `/v1/events`, on the event after the change or before it, and the index says the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import CanonicalEvent
from schemas.terms import terms
from services.timeline.changes import days
from services.timeline.parameters import StreamQuery
from services.timeline.stream.listener import Listener
from services.timeline.stream.matching import Glance, Switchboard, wants
from tests.unit.timeline.builders import event, on, person, state


def glance(of: CanonicalEvent) -> Glance:
    first, last = days(of.when)
    countries = sorted({place.country for place in of.where if place.country})
    return Glance(of.kind, of.status, first, last, countries, terms(of.participants), of.corroboration.lineages, of.model_dump_json())


STRIKE = event(
    "strike",
    kind="strike",
    status="occurred",
    when=on("2025-08-18", "2025-08-19", "night"),
    where=[{"name": "Poltava Oblast", "country": "UA", "role": "target", "lat": 49.6, "lon": 34.5}],
    participants=[state("Russia", "RU", "attacker"), person("Ana Núñez")],
    quantities=[{"measure": "killed", "low": 3, "best": 5, "high": 7}, {"measure": "drones", "low": 40}],
    corroboration={"articles": 5, "publishers": 3, "lineages": 2},
)


def fits(of: CanonicalEvent, **query: Any) -> bool:
    return wants(StreamQuery.model_validate(query))("revised", (glance(of),))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"kind": ["strike", "summit"]},
        {"status": ["occurred"]},
        {"from": "2025-08-19"},
        {"to": "2025-08-18"},
        {"country": ["CH", "UA"]},
        {"place": ["poltava oblast"]},
        {"near": "49,32,250"},
        {"participant": ["nunez", "ru"]},
        {"number": ["killed>=5", "drones>=40"]},
        {"lineages": 2},
        {"change": ["revised"]},
    ],
)
def test_an_event_that_fits(query: dict[str, Any]) -> None:
    assert fits(STRIKE, **query)


@pytest.mark.parametrize(
    "query",
    [
        {"kind": ["summit"]},
        {"status": ["scheduled"]},
        {"from": "2025-08-20"},
        {"to": "2025-08-17"},
        {"country": ["CH"]},
        {"place": ["poltava"]},
        {"near": "49,32,100"},
        {"participant": ["nunez", "de"]},
        {"number": ["killed>=5", "drones>=41"]},
        {"lineages": 3},
        {"change": ["merged"]},
    ],
)
def test_an_event_that_does_not(query: dict[str, Any]) -> None:
    assert not fits(STRIKE, **query)


def test_undated_events_fit_no_days() -> None:
    assert not fits(event("undated"), **{"from": "2025-01-01"})
    assert not fits(event("undated"), to="2025-01-01")


def test_who_listens_to_a_country_hears_that_an_event_has_left_it() -> None:
    board: Switchboard[str] = Switchboard()
    board.add("kyiv", StreamQuery(country=["UA"]))
    board.add("bern", StreamQuery(country=["CH"]))
    elsewhere = glance(STRIKE.model_copy(update={"where": ()}))
    assert board.for_whom("revised", (elsewhere, glance(STRIKE))) == ["kyiv"]
    assert board.for_whom("revised", (elsewhere,)) == []


queries = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.lists(st.sampled_from(["strike", "summit"]), max_size=2),
        "country": st.lists(st.sampled_from(["UA", "CH"]), max_size=2),
        "participant": st.lists(st.sampled_from(["russia", "ana", "ru", "de"]), max_size=2),
        "lineages": st.integers(0, 3),
        "change": st.lists(st.sampled_from(["revised", "merged"]), max_size=1),
    },
)


@given(st.lists(queries, max_size=8), st.booleans())
def test_the_index_finds_just_those_who_would_be_found_one_by_one(asked: list[dict[str, Any]], moved: bool) -> None:
    board: Switchboard[int] = Switchboard()
    every = [StreamQuery.model_validate(query) for query in asked]
    for number, query in enumerate(every):
        board.add(number, query)
    seen = (glance(STRIKE.model_copy(update={"where": (), "participants": ()})), glance(STRIKE)) if moved else (glance(STRIKE),)
    expected = [number for number, query in enumerate(every) if wants(query)("revised", seen)]
    assert sorted(board.for_whom("revised", seen)) == expected
    for number in range(len(every)):
        board.remove(number)
    assert (len(board), board.for_whom("revised", seen), board._by_term) == (0, [], {})


async def test_a_listener_that_does_not_take_what_waits_is_let_go_and_holds_nothing() -> None:
    slow = Listener(10)
    assert [slow.hear(b"123456") for _ in range(3)] == [True, True, False]
    assert (slow.let_go, await slow.take(0)) == (True, b"")


async def test_a_listener_that_takes_what_waits_may_hear_for_ever() -> None:
    quick = Listener(10)
    for _ in range(100):
        assert quick.hear(b"123456")
        assert await quick.take(0) == b"123456"
    assert await quick.take(0) == b""
