"""What an index is there for is found by it, and what is found so is right: the plans of questions, on real Postgres.

Tables are small here, so that it is told to avoid what suits small ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import asyncpg
import httpx
import pytest

from deploy.local.stack import Stack
from services.timeline.parameters import ContradictionsQuery, EventsQuery
from services.timeline.questions import contradicting, listing
from tests.integration.timeline_asked import ids, pool
from tests.integration.timeline_world import project, timeline_api
from tests.unit.timeline.builders import event, on

__all__ = ["pool"]


async def plan(pool: asyncpg.Pool, sql: str, arguments: Sequence[object]) -> str:
    async with pool.acquire() as tx, tx.transaction():
        for way in ("seqscan", "bitmapscan", "sort"):
            await tx.execute(f"SET LOCAL enable_{way} = off")
        return "\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {sql}", *arguments))


@pytest.mark.parametrize(("rising", "goes"), [(False, True), (True, False)])
async def test_contradictions_are_found_among_many_tolls_that_only_rise_and_if_those_are_asked_for_all_are_read(
    pool: asyncpg.Pool, rising: bool, goes: bool
) -> None:
    assert ("contradictions_not_rising" in await plan(pool, *contradicting(ContradictionsQuery(rising=rising)))) == goes


DAYS = ["2025-08-18", "2025-08-18", "2025-08-17", None, "2025-07-01", "2025-08-19", None]
TWICE = [{"name": "Bern", "country": "CH", "lat": 46.9, "lon": 7.4, "role": role} for role in ("venue", "candidate_venue")]
BY_DAY = ["e-4", "e-2", "e-0", "e-1", "e-5", "e-3", "e-6"]


@pytest.fixture
async def in_bern(stack: Stack, pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    """Events in Bern, which is told twice of each, one of which was on another day at first; and others that are not shown."""
    told = ({"where": TWICE, "when": on(day)} if day else {"where": TWICE} for day in DAYS)
    several = [event(f"e-{at}", 1, **fields) for at, fields in enumerate(told)]
    moved = event("e-5", revision=2, where=TWICE, when=on("2025-08-19"))
    hidden = [
        event("gone", where=TWICE, status="retracted"),
        event("joined", where=TWICE, merged_into="e-1"),
        event("elsewhere", when=on("2025-08-18")),
    ]
    await project(
        pool, [event("e-5", where=TWICE, when=on("2024-01-01")), *(one for one in several if one.event_id != "e-5"), moved, *hidden]
    )
    async with timeline_api(stack) as client:
        yield client


@pytest.mark.parametrize("where", [{"place": "Bern"}, {"near": "47,7,100"}, {"place": ["bern", "Basel"], "near": "47,7,100"}])
@pytest.mark.parametrize(("sort", "order"), [("day", BY_DAY), ("-day", BY_DAY[::-1])])
async def test_events_of_a_place_come_once_each_in_the_order_of_all_events_page_by_page(
    in_bern: httpx.AsyncClient, where: dict[str, str], sort: str, order: list[str]
) -> None:
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await in_bern.get("/v1/events", params={**where, **cursor, "sort": sort, "limit": 2})).json()
        found += [one["event_id"] for one in page["events"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == order
    assert (await in_bern.get("/v1/events", params={**where, "total": True, "limit": 1})).json()["total"] == len(order)
    assert sorted(await ids(in_bern, **where, sort="recorded")) == sorted(order)
    assert await ids(in_bern, **where, **{"from": "2025-08-17", "to": "2025-08-18"}, sort="day") == ["e-2", "e-0", "e-1"]


@pytest.mark.parametrize(("where", "looked_up"), [({"place": ["Bern"]}, "places_by_name"), ({"near": "47,7,100"}, "places_by_point")])
@pytest.mark.parametrize("sort", ["day", "-day"])
async def test_what_puts_events_of_a_place_in_order_is_read_from_the_index_alone(
    pool: asyncpg.Pool, where: dict[str, object], sort: str, looked_up: str
) -> None:
    told = await plan(pool, *listing(EventsQuery.model_validate({**where, "sort": sort})))
    assert f"Index Only Scan using {looked_up} on places" in told.replace("Only Scan Backward using", "Only Scan using")
    assert "Sort Key: events." not in told
