"""Events asked for by the API on real Postgres: filters, order, pages, the past, exports, and what lies beside them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from services.timeline import questions, reader
from services.timeline.api.answers import Contradictions
from services.timeline.parameters import EventsQuery
from services.timeline.questions import counting
from tests.integration.timeline_asked import api, ids, pool
from tests.integration.timeline_world import apply, project, settings, timeline_api
from tests.unit.timeline.builders import TIME, claim, event, mention, on, record

__all__ = ["api", "pool"]  # fixtures


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
        ({"country": "ua"}, ["strike"]),
        ({"country": ["UA", "CH"]}, ["strike", "talks"]),
        ({"participant": "nunez"}, ["july", "talks"]),
        ({"participant": ["NÚÑEZ", "bo berg"]}, ["talks"]),
        ({"participant": "nune"}, []),
        ({"participant": "ru"}, ["strike"]),
        ({"status": "retracted"}, ["retracted"]),
        ({"include": "retracted", "from": "2025-08-18", "kind": "summit"}, ["retracted", "talks"]),
        ({"include": ["retracted", "merged"]}, ["july", "merged", "retracted", "strike", "talks", "undated"]),
        ({"participant": "x'; DROP TABLE events; --"}, []),
        ({"place": "geneve"}, ["talks"]),
        ({"place": ["GENÈVE", "poltava oblast"]}, ["strike", "talks"]),
        ({"near": "46.5,6.6,60"}, ["talks"]),
        ({"near": "46.5,6.6,30"}, []),
        ({"near": "49,32,250"}, ["strike"]),
        ({"number": "killed>=5"}, ["strike"]),
        ({"number": "killed>=6"}, []),
        ({"number": ["killed<=5", "drones>=40"]}, ["strike"]),
        ({"lineages": 2}, ["strike"]),
        ({"q": "zelensky"}, ["strike"]),
        ({"q": '"hit poltava"'}, ["strike"]),
        ({"q": '"poltava hit"'}, []),
        ({"q": "nunez -geneve"}, ["july"]),
        ({"q": "x'); DROP TABLE events; --"}, []),
        ({"changed_since": "2025-08-19T23:00Z"}, ["july", "strike", "talks", "undated"]),
        ({"changed_since": "2025-08-20T00:00Z"}, []),
    ],
)
async def test_filters(api: httpx.AsyncClient, asked: dict[str, Any], expected: list[str]) -> None:
    assert await ids(api, **asked) == expected


LASTING = [
    event("a year", when=on("2025-01-01", "2025-12-31", "year")),
    event("decades", when=on("1996-01-01", "2026-01-01", "year")),
    event("a month", when=on("2025-06-20", "2025-07-20", "month")),
    event("over", when=on("2025-01-01", "2025-03-31", "month")),
]


async def test_what_began_long_before_and_lasts_is_found_from_a_day_on(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, LASTING)
    assert await ids(api, **{"from": "2025-07-16", "to": "2025-07-18"}) == ["decades", "a year", "a month", "july"]
    assert await ids(api, **{"from": "2025-12-31"}) == ["decades", "a year"]


async def test_without_a_look_at_what_lasts_it_would_be_lost(
    pool: asyncpg.Pool, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: days are indexed by when events begin."""
    monkeypatch.setitem(questions.SQL, "since", "when_end >= {}::date AND when_order >= least({}::date - 31, {}::date)")
    await project(pool, LASTING)
    assert await ids(api, **{"from": "2025-12-31"}) == []


async def pages(api: httpx.AsyncClient, limit: int, meanwhile: Any = None, sort: str = "day") -> list[str]:
    """All ids, page after page, with something happening after the first page."""
    found: list[str] = []
    params: dict[str, Any] = {"limit": limit, "sort": sort}
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


@pytest.mark.parametrize("sort", ["day", "-day", "recorded", "-recorded"])
async def test_every_order_has_pages_and_with_a_minus_is_the_other_way_round(pool: asyncpg.Pool, api: httpx.AsyncClient, sort: str) -> None:
    await project(pool, [event(f"later-{n}", recorded_at=TIME + timedelta(hours=n), when=on(f"2025-09-0{5 - n}")) for n in range(1, 4)])
    other = sort[1:] if sort.startswith("-") else f"-{sort}"
    assert await pages(api, 2, sort=sort) == await ids(api, sort=sort) == list(reversed(await ids(api, sort=other)))


async def test_a_cursor_of_one_order_is_refused_in_another(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/v1/events?limit=1")).json()["next"]
    answer = await api.get("/v1/events", params={"cursor": cursor, "sort": "-day"})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "cursor")


async def test_only_the_fields_that_are_asked_for_and_how_many_there_are(api: httpx.AsyncClient) -> None:
    answer = (await api.get("/v1/events?fields=title&fields=when&total=true&limit=1")).json()
    assert (set(answer["events"][0]), answer["total"]) == ({"event_id", "title", "when"}, 4)


@pytest.mark.parametrize(
    "asked", [{"kind": "strike"}, {"place": "Genève"}, {"place": "nowhere"}, {"q": "nothing of this"}, {"limit": 1}, {"limit": 4}]
)
@pytest.mark.parametrize("sort", ["day", "-recorded"])
async def test_with_a_total_the_page_is_as_without_also_where_it_is_empty(api: httpx.AsyncClient, asked: dict[str, Any], sort: str) -> None:
    alone = (await api.get("/v1/events", params={**asked, "sort": sort})).json()
    whole = await ids(api, **{**asked, "sort": sort, "limit": 500})
    counted = (await api.get("/v1/events", params={**asked, "sort": sort, "total": True})).json()
    assert counted.pop("total") == len(whole)
    assert counted == alone
    last = {"cursor": alone["next"]} if alone["next"] else {}
    assert (await api.get("/v1/events", params={**asked, **last, "sort": sort, "total": True})).json()["total"] == len(whole)


REVISED = [TIME + timedelta(days=n) for n in range(3)]


async def test_as_of_a_moment_or_a_position_answers_what_would_have_been_answered_then(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    # given: an event that was scheduled, then held, and was then merged into another
    states: list[dict[str, Any]] = [
        {"status": "scheduled"},
        {"status": "occurred", "when": on("2025-08-25")},
        {"status": "occurred", "merged_into": "talks"},
    ]
    lives = [event("life", n, recorded_at=at, **told) for n, (at, told) in enumerate(zip(REVISED, states, strict=True), 1)]
    for offset, one in enumerate(lives, 100):
        await apply(pool, [record(one, offset)])
    for asked in ("2025-08-20T12:00Z", "events.summit.v1-0=101"):
        assert "life" in await ids(api, as_of=asked, status="scheduled")
        assert (await api.get("/v1/events/life", params={"as_of": asked})).json()["status"] == "scheduled"
    for asked in ("2025-08-21T00:00Z", "events.summit.v1-0=102"):
        assert "life" in await ids(api, as_of=asked, status="occurred")
    assert "life" not in await ids(api, as_of="2025-08-19T00:00Z")
    assert (await api.get("/v1/events/life?as_of=2025-08-19")).status_code == 404
    assert (await api.get("/v1/events/life")).status_code == 301
    assert "life" not in await ids(api)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"as_of": "2025-08-20", "q": "talks"}, "q"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"near": "91,0,5"}, "near"),
        ({"near": "Kyiv"}, "near"),
        ({"number": "many killed"}, "number"),
        ({"fields": "colour"}, "fields"),
        ({"min_position": "17"}, "min_position"),
        ({"sort": "title"}, "sort"),
    ],
)
async def test_a_parameter_that_is_not_right_is_named(api: httpx.AsyncClient, asked: dict[str, str], parameter: str) -> None:
    answer = await api.get("/v1/events", params=asked)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_a_reader_can_wait_for_what_it_has_written_and_is_told_when_that_takes_too_long(
    pool: asyncpg.Pool, api: httpx.AsyncClient
) -> None:
    await pool.execute("INSERT INTO checkpoints VALUES ('timeline-g1', 'events.strike.v1', 0, 1, 5, 5)")
    assert (await api.get("/v1/events?min_position=events.strike.v1-0=5")).status_code == 200
    late = await api.get("/v1/events?min_position=events.strike.v1-0=6&wait=0")
    assert (late.status_code, "has not come to events.strike.v1-0=6" in late.json()["detail"]) == (503, True)
    waiting = asyncio.create_task(api.get("/v1/events?min_position=events.strike.v1-0=6&wait=20"))
    await pool.execute("UPDATE checkpoints SET next_offset = 6 WHERE follower = 'timeline-g1'")
    assert (await waiting).json()["position"] == {"events.strike.v1-0": 6}


async def test_an_answer_that_the_asker_has_already_is_not_sent_again(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    tag = (await api.get("/v1/events/strike")).headers["etag"]
    again = await api.get("/v1/events/strike", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await project(pool, [event("strike", 2, kind="strike")])
    assert (await api.get("/v1/events/strike", headers={"If-None-Match": tag})).status_code == 200


async def test_the_calendar_counts_events_by_day_country_and_kind(api: httpx.AsyncClient) -> None:
    days = (await api.get("/v1/calendar?from=2025-07-01&to=2025-08-31")).json()["days"]
    assert [(day["day"], day["country"], day["kind"], day["ids"]) for day in days] == [
        ("2025-07-01", "", "summit", ["july"]),
        ("2025-08-18", "CH", "summit", ["talks"]),
        ("2025-08-18", "UA", "strike", ["strike"]),
        ("2025-08-19", "UA", "strike", ["strike"]),
    ]
    assert (await api.get("/v1/calendar?from=2025-08-01&to=2025-08-31&kind=summit&country=CH")).json()["days"][0]["events"] == 1
    assert (await api.get("/v1/calendar?from=2025-08-02&to=2025-08-01")).status_code == 422
    assert (await api.get("/v1/calendar")).status_code == 422


async def test_actors_are_found_by_how_their_names_begin_and_come_in_pages(api: httpx.AsyncClient) -> None:
    every = (await api.get("/v1/actors")).json()["actors"]
    assert [(actor["name"], actor["events"], actor["roles"]) for actor in every] == [
        ("Ana Núñez", 2, ["attendee"]),
        ("Bo Berg", 1, ["attendee"]),
        ("Russia", 1, ["attacker"]),
        ("Ukraine", 1, ["target"]),
    ]
    assert [actor["name"] for actor in (await api.get("/v1/actors?name=ANA")).json()["actors"]] == ["Ana Núñez"]
    assert [actor["name"] for actor in (await api.get("/v1/actors?type=person")).json()["actors"]] == ["Ana Núñez", "Bo Berg"]
    first = (await api.get("/v1/actors?limit=3")).json()
    rest = (await api.get("/v1/actors", params={"limit": 3, "after": first["next"]})).json()
    assert ([*first["actors"], *rest["actors"]], rest["next"]) == (every, None)


async def test_an_article_says_what_it_contributed(api: httpx.AsyncClient) -> None:
    (told,) = (await api.get("/v1/articles/a-1")).json()["contributions"]
    assert (told["event_id"], told["kind"], told["outlet"], told["claims"]) == ("strike", "strike", "The Torvik Post", 0)
    assert (await api.get("/v1/articles/nothing")).json()["contributions"] == []


async def test_an_article_says_how_many_claims_of_an_event_rest_on_it(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    told = [claim("b-1", "status", "occurred"), claim("b-2", "status", "occurred"), claim("b-1", "quantities.killed", {"best": 3})]
    await project(pool, [event("counted", claims=told, mentions=[mention(name, "It says so.") for name in ("b-1", "b-2")])])
    for article, claims in (("b-1", 2), ("b-2", 1)):
        (contribution,) = (await api.get(f"/v1/articles/{article}")).json()["contributions"]
        assert (contribution["event_id"], contribution["claims"]) == ("counted", claims)


async def test_contradictions_are_listed_by_event_and_field_and_rising_tolls_on_demand(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    # given: one strike whose dead are counted differently, one whose toll rose, and one that is retracted
    def counted(event_id: str, *numbers: int, **fields: Any) -> CanonicalEvent:
        claims = [claim(f"{event_id}-{n}", "quantities.killed", {"best": number}) for n, number in enumerate(numbers)]
        mentions = [mention(one.evidence.article_id, "It says so.") for one in claims]
        return event(event_id, kind="strike", claims=claims, mentions=mentions, **fields)

    await project(pool, [counted("c-1", 7, 3), counted("c-2", 3, 7), counted("c-3", 7, 3, status="retracted"), counted("c-4", 9, 1)])

    async def listed(**asked: Any) -> list[str]:
        return [told["event_id"] for told in (await api.get("/v1/contradictions", params=asked)).json()["contradictions"]]

    assert await listed() == ["c-1", "c-4"]
    assert await listed(rising=True) == ["c-1", "c-2", "c-4"]
    assert await listed(field="quantities") == await listed(field="quantities.killed", kind="strike") == ["c-1", "c-4"]
    assert await listed(field="quantities_killed") == await listed(kind="summit") == []
    first = Contradictions.model_validate_json((await api.get("/v1/contradictions?limit=1")).content)
    assert first.contradictions[0].contradiction.values == (7, 3)
    assert await listed(after=first.next) == ["c-4"]


async def test_an_export_holds_all_that_was_asked_for_as_one_file(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/export/jsonl?kind=summit")
    assert [json.loads(line)["event_id"] for line in answer.text.splitlines()] == ["july", "talks", "undated"]
    assert answer.headers["content-disposition"] == 'attachment; filename="daybook.jsonl"'
    assert answer.headers["content-type"] == "application/jsonl"
    assert (await api.get("/v1/export/pdf")).status_code == 404
    assert (await api.get("/v1/export/csv?kind=carnival")).status_code == 422


async def test_an_export_is_of_one_moment_however_many_pieces_it_comes_in(
    pool: asyncpg.Pool, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "PIECE", 1)
    lines = [json.loads(line)["event_id"] for line in (await api.get("/v1/export/jsonl")).text.splitlines()]
    assert lines == await ids(api)


async def test_more_exports_than_may_be_at_a_time_are_asked_to_come_again(
    stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "EXPORTS", 0)
    async with timeline_api(stack) as crowded:
        answer = await crowded.get("/v1/export/csv")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_pages_through_undated_events_go_on_after_the_last_one(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await project(pool, [event(f"u-{n}") for n in range(5)])
    assert await pages(api, 2) == ["july", "strike", "talks", "u-0", "u-1", "u-2", "u-3", "u-4", "undated"]


async def test_a_cursor_stays_right_while_events_arrive(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    async def arrive() -> None:
        await project(pool, [event("early", when=on("2025-01-01")), event("late", when=on("2026-01-01"))])

    assert await pages(api, 2, arrive) == ["july", "strike", "talks", "late", "undated"]


async def test_every_answer_says_what_it_takes_into_account(pool: asyncpg.Pool, api: httpx.AsyncClient) -> None:
    await pool.execute("INSERT INTO checkpoints VALUES ('timeline-g1', 'events.strike.v1', 3, 1, 17, 17), ('other', 'x', 0, 1, 5, 5)")
    assert (await api.get("/v1/events")).json()["position"] == {"events.strike.v1-3": 17}
    assert (await api.get("/v1/events/strike/history")).json()["position"] == {"events.strike.v1-3": 17}
    assert (await api.get("/v1/events/strike")).headers["daybook-position"] == "events.strike.v1-3=17"


async def test_questions_can_only_read(stack: Stack, pool: asyncpg.Pool) -> None:
    opened = await reader.open_reader(settings(stack))
    try:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await opened._sessions.pool.execute("TRUNCATE timeline_g1.events")
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


async def test_a_position_in_the_past_is_looked_up_by_the_place_in_the_log(pool: asyncpg.Pool) -> None:
    sql, arguments = counting(EventsQuery(as_of="events.summit.v1-0=3, events.strike.v1-1=2"))
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {sql}", *arguments))
    assert "events_by_place_in_log" in plan
