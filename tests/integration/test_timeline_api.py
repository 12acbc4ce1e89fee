"""The API on real Postgres: filters, order, pages, merged ids, history, positions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from services.timeline import reader
from services.timeline.api.answers import Events, History
from tests.integration.timeline_world import project, settings, timeline_api, timeline_pool
from tests.unit.timeline.builders import event, on, person, state

STRIKE = event(
    "strike",
    kind="strike",
    status="occurred",
    when=on("2025-08-18", "2025-08-19", "night"),
    where=[{"name": "Poltava Oblast", "country": "UA", "role": "target"}],
    participants=[state("Russia", "RU", "attacker"), state("Ukraine", "UA", "target")],
)
TALKS = event(
    "talks",
    when=on("2025-08-18"),
    where=[{"name": "Geneva", "country": "CH"}],
    participants=[person("Ana Núñez", "ES"), person("Bo Berg", "SE")],
)
JULY = event("july", status="occurred", when=on("2025-07-01", "2025-07-31", "month"), participants=[person("Ana Núñez", "ES")])
UNDATED = event("undated", status="proposed")
RETRACTED = event("retracted", status="retracted", when=on("2025-08-18"))
MERGED = event("merged", when=on("2025-08-18"), merged_into="talks")
ALL = [STRIKE, TALKS, JULY, UNDATED, RETRACTED, MERGED]


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with timeline_pool(stack) as opened:
        yield opened


@pytest.fixture
async def api(stack: Stack, pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    await project(pool, ALL)
    async with timeline_api(stack) as client:
        yield client


async def ids(api: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await api.get("/v1/events", params=params)
    assert answer.status_code == 200, answer.text
    return [found.event_id for found in Events.model_validate_json(answer.content).events]


async def test_the_timeline_is_in_order_of_days_then_ids_and_undated_events_come_last(api: httpx.AsyncClient) -> None:
    assert await ids(api) == ["july", "strike", "talks", "undated"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "strike"}, ["strike"]),
        ({"kind": ["strike", "summit"], "status": "occurred"}, ["july", "strike"]),
        ({"status": ["proposed", "scheduled"]}, ["talks", "undated"]),
        ({"from": "2025-08-19"}, ["strike"]),
        ({"from": "2025-07-15", "to": "2025-07-16"}, ["july"]),
        ({"to": "2025-08-18"}, ["july", "strike", "talks"]),
        ({"from": "2025-08-20"}, []),
        ({"country": "UA"}, ["strike"]),
        ({"country": ["UA", "CH"]}, ["strike", "talks"]),
        ({"participant": "nunez"}, ["july", "talks"]),
        ({"participant": ["NÚÑEZ", "bo berg"]}, ["talks"]),
        ({"participant": "nune"}, []),
        ({"participant": "ru"}, ["strike"]),
        ({"status": "retracted"}, ["retracted"]),
        ({"include": "retracted", "from": "2025-08-18", "kind": "summit"}, ["retracted", "talks"]),
        ({"include": ["retracted", "merged"]}, ["july", "merged", "retracted", "strike", "talks", "undated"]),
        ({"participant": "x'; DROP TABLE events; --"}, []),
    ],
)
async def test_filters(api: httpx.AsyncClient, asked: dict[str, Any], expected: list[str]) -> None:
    assert await ids(api, **asked) == expected


async def pages(api: httpx.AsyncClient, limit: int, meanwhile: Any = None) -> list[str]:
    """All ids, page after page, with something happening after the first page."""
    found: list[str] = []
    params: dict[str, Any] = {"limit": limit}
    while True:
        body = (await api.get("/v1/events", params=params)).json()
        assert len(body["events"]) <= limit
        found += [told["event_id"] for told in body["events"]]
        if body["next"] is None:
            return found
        params["cursor"] = body["next"]
        if meanwhile:
            await meanwhile()
            meanwhile = None


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 500])
async def test_pages_together_are_the_whole(api: httpx.AsyncClient, limit: int) -> None:
    assert await pages(api, limit) == await ids(api)


async def test_pages_through_undated_events_go_on_after_the_last_one(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, [event(f"u-{n}") for n in range(5)])
    assert await pages(api, 2) == ["july", "strike", "talks", "u-0", "u-1", "u-2", "u-3", "u-4", "undated"]


async def test_a_cursor_stays_right_while_events_arrive(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    async def arrive() -> None:
        await project(pool, [event("early", when=on("2025-01-01")), event("late", when=on("2026-01-01"))])

    assert await pages(api, 2, arrive) == ["july", "strike", "talks", "late", "undated"]


async def test_one_event_is_answered_in_full(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/events/strike")
    assert CanonicalEvent.model_validate_json(answer.content) == STRIKE


async def test_an_id_with_any_characters_can_be_asked_for(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    odd = event('a?b"c%ü')
    await project(pool, [odd, event("old", merged_into=odd.event_id)])
    assert (await api.get("/v1/events/a%3Fb%22c%25%C3%BC")).json()["event_id"] == odd.event_id
    answer = await api.get("/v1/events/old", follow_redirects=True)
    assert answer.json()["event_id"] == odd.event_id


async def test_a_merged_id_leads_to_the_survivor_through_any_number_of_merges(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, [event("older", merged_into="merged"), event("oldest", merged_into="older")])
    answer = await api.get("/v1/events/oldest")
    assert (answer.status_code, answer.headers["location"]) == (301, "/v1/events/talks")
    assert "daybook-position" in answer.headers


async def test_a_survivor_that_has_not_arrived_yet_is_named_all_the_same(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, [event("old", merged_into="to come")])
    assert (await api.get("/v1/events/old")).headers["location"] == "/v1/events/to%20come"


async def test_merges_in_a_circle_end_in_an_answer(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, [event("hen", merged_into="egg"), event("egg", merged_into="hen"), event("self", merged_into="self")])
    assert [(await api.get(f"/v1/events/{name}")).status_code for name in ("hen", "egg", "self")] == [200, 200, 200]


@pytest.mark.parametrize("path", ["/v1/events/nobody", "/v1/events/nobody/history"])
async def test_an_unknown_id_is_a_404_that_names_it(api: httpx.AsyncClient, path: str) -> None:
    answer = await api.get(path)
    assert answer.status_code == 404
    assert "nobody" in answer.json()["detail"]


async def test_history_tells_every_revision_in_order_and_in_pages(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, [event("e", n, title=f"revision {n}") for n in (1, 2, 3)])
    first = History.model_validate_json((await api.get("/v1/events/e/history?limit=2")).content)
    rest = History.model_validate_json((await api.get(f"/v1/events/e/history?limit=2&after={first.next}")).content)
    assert [(r.revision, r.state.title, r.offset) for r in (*first.revisions, *rest.revisions)] == [
        (1, "revision 1", 0),
        (2, "revision 2", 1),
        (3, "revision 3", 2),
    ]
    assert rest.next is None
    assert History.model_validate_json((await api.get("/v1/events/e/history?after=3")).content).revisions == []


async def test_a_merged_event_keeps_its_own_history(api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/events/merged/history")).json()["revisions"][0]["state"]["merged_into"] == "talks"


async def test_every_answer_says_what_it_takes_into_account(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await pool.execute("INSERT INTO checkpoints VALUES ('timeline-g1', 'events.strike.v1', 3, 1, 17, 17), ('other', 'x', 0, 1, 5, 5)")
    assert (await api.get("/v1/events")).json()["position"] == {"events.strike.v1-3": 17}
    assert (await api.get("/v1/events/strike/history")).json()["position"] == {"events.strike.v1-3": 17}
    assert (await api.get("/v1/events/strike")).headers["daybook-position"] == "events.strike.v1-3=17"


async def test_questions_can_only_read(stack: Stack, pool: asyncpg.Pool) -> None:
    opened = await reader.open_reader(settings(stack))
    try:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await opened._pool.execute("TRUNCATE timeline_g1.events")
    finally:
        await opened.close()


async def test_a_question_that_takes_too_long_is_given_up(stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "STATEMENT_SECONDS", 1)
    async with timeline_api(stack) as api, pool.acquire() as tx, tx.transaction():
        await tx.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        answer = await api.get("/v1/events")
    assert answer.status_code == 503
    assert "too long" in answer.json()["detail"]


async def test_more_questions_than_connections_are_all_answered(api: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(api.get("/v1/events") for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
