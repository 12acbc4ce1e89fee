"""What the API tells of one event: all of it, its parts and history, where it was merged to, its relations, and why it is so."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest

from schemas.events import CanonicalEvent, Membership
from schemas.reasons import reasons
from services.timeline.api.answers import Evidence, History, Why
from services.timeline.questions import one_event
from tests.integration.timeline_asked import ALL, STRIKE, api, pool
from tests.integration.timeline_world import project
from tests.unit.timeline.builders import claim, event, mention, on, person, state

__all__ = ["api", "pool"]  # fixtures


async def test_the_parts_of_an_event_can_be_asked_for_alone(api: httpx.AsyncClient) -> None:
    evidence = Evidence.model_validate_json((await api.get("/v1/events/strike/evidence")).content)
    assert [told.article_id for told in evidence.mentions] == ["a-1", "a-2"]
    assert (await api.get("/v1/events/strike/claims")).json()["claims"] == []
    assert (await api.get("/v1/events/strike/links")).json()["links"] == []


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


async def test_relations_that_follow_from_events_are_told_beside_those_that_texts_tell(api: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    # given a wave on a country, hits of it, a hit of another night, and two meetings of the same two
    attack: dict[str, Any] = {
        "kind": "strike",
        "status": "occurred",
        "participants": [state("Russia", "RU", "attacker"), state("Ukraine", "UA", "target")],
    }
    country = [{"name": "Ukraine", "country": "UA", "role": "target", "precision": "country"}]
    town = [{"name": "Odesa", "country": "UA", "role": "target", "precision": "city", "within": ["Ukraine"]}]
    july = event("july-talks", status="occurred", when=on("2025-07-20"), participants=[person("Ana Núñez", "ES"), person("Bo Berg", "SE")])
    wave, hit = event("wave", where=country, when=on("2025-08-18"), **attack), event("hit", where=town, when=on("2025-08-18"), **attack)
    await project(pool, [*ALL, wave, hit, event("other", where=town, when=on("2025-08-21"), **attack), july])

    async def derived(name: str) -> list[tuple[str, str]]:
        return sorted((link["relation"], link["event_id"]) for link in (await api.get(f"/v1/events/{name}/links")).json()["derived"])

    # then each is told what it is a part of, and what it follows
    assert ("part_of", "wave") in await derived("hit")
    assert ("has_part", "hit") in await derived("wave")
    assert await derived("other") == []
    assert await derived("talks") == [("follows", "july-talks")]
    assert await derived("undated") == []
    assert (await api.get("/v1/events/nothing/links")).status_code == 404


async def test_why_an_event_is_as_it_is_comes_from_the_state_that_was_stored(api: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    membership = {"rule": "place+time", "score": 3.5, "features": {"time": 1.5, "place": 2.0}, "runner_up": "talks"}
    told = [mention("a-1", "Nine died in Sumy.").model_copy(update={"membership": Membership.model_validate(membership)})]
    killed = claim("a-1", "quantities.killed", 9)
    known = event("sumy", mentions=told, claims=[killed], quantities=[{"measure": "killed", "best": 9, "claim_ids": [killed.claim_id]}])
    await project(pool, [known, event("sumy", 2, title="told anew")])
    # then: of the past what held then, with what is behind it
    then = {"as_of": "events.summit.v1-0=1"}
    found = Why.model_validate_json((await api.get("/v1/events/sumy/why", params=then)).content)
    assert found.model_dump(exclude={"position"}) == reasons(known).model_dump()
    assert (found.mentions[0].score, found.mentions[0].runner_up, found.behind["quantities.killed"][0].value) == (3.5, "talks", 9)
    assert (await api.get("/v1/events/sumy/why")).json()["mentions"] == []
    # and: what is not there is named
    missing = await api.get("/v1/events/sumy/why", params=then | {"mention": "a-2"})
    assert (missing.status_code, "no mention 'a-2'" in missing.json()["detail"]) == (404, True)
    assert (await api.get("/v1/events/nothing/why")).status_code == 404


async def test_one_event_is_looked_up_by_its_id_not_among_all_that_there_are(pool: asyncpg.Pool) -> None:
    async def plan(sql: str) -> str:
        async with pool.acquire() as tx, tx.transaction():
            await tx.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            return "\n".join(row[0] for row in await tx.fetch("EXPLAIN " + sql.replace("$1", "'e-1'::text")))

    sql, arguments = one_event("e-1", None)
    assert arguments == ["e-1"]
    assert "CTE Scan on known" not in await plan(sql)
    # but if the present were written down first, it would be all of it
    assert "CTE Scan on known" in await plan(sql.replace("NOT MATERIALIZED", "MATERIALIZED"))
