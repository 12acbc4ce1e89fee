"""What the API answers when a question is not right, or Postgres is away. Nothing here reaches a server: there is none."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from services.timeline.api.problems import Problem
from services.timeline.api.routes import answer_questions
from services.timeline.parameters import EventsQuery
from services.timeline.reader import open_reader
from services.timeline.settings import TimelineSettings
from services.timeline.stream.serving import Streams

NOBODY = SecretStr("postgresql://timeline@127.0.0.1:1/daybook")


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    """The API with a Postgres that is away."""
    app = FastAPI()
    given = TimelineSettings(dsn=NOBODY)
    reader = await open_reader(given)
    answer_questions(app, reader, Streams(reader, given))

    @app.get("/bug")
    def bug() -> None:
        raise ZeroDivisionError

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://daybook") as client:
        yield client


async def problem(api: httpx.AsyncClient, path: str) -> Problem:
    answer = await api.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    found = Problem.model_validate_json(answer.content)
    assert found.status == answer.status_code
    return found


@pytest.mark.parametrize(
    ("question", "parameter", "told"),
    [
        ("kind=earthquake", "kind", "body_exchange, prisoner_exchange, strike, summit"),
        ("status=over", "status", "'proposed', 'scheduled'"),
        ("from=yesterday", "from", "valid date"),
        ("to=2025-02-31", "to", "valid date"),
        ("country=Ukraine", "country", "[A-Za-z]{2}"),
        ("participant=", "participant", "at least 1 character"),
        ("participant=a%00b", "participant", "pattern"),
        ("include=all", "include", "'retracted' or 'merged'"),
        ("cursor=abc", "cursor", "`next` of an earlier answer"),
        ("limit=501", "limit", "less than or equal to 500"),
        ("limit=0", "limit", "greater than or equal to 1"),
        ("colour=red", "colour", "kind, status, from, to, country"),
    ],
)
async def test_a_bad_parameter_is_named_with_what_is_allowed(api: httpx.AsyncClient, question: str, parameter: str, told: str) -> None:
    found = await problem(api, f"/v1/events?{question}")
    assert found.status == 422
    assert [error.parameter for error in found.errors] == [parameter]
    assert told in found.errors[0].message
    assert told in found.detail


async def test_all_bad_parameters_are_named_at_once(api: httpx.AsyncClient) -> None:
    found = await problem(api, "/v1/events?kind=earthquake&limit=x&status=over")
    assert {error.parameter for error in found.errors} == {"kind", "limit", "status"}


@pytest.mark.parametrize("path", ["/v1/events", "/v1/events/e-1", "/v1/events/e-1/history"])
async def test_while_postgres_is_away_the_answer_is_503_and_says_when_to_try_again(api: httpx.AsyncClient, path: str) -> None:
    found = await problem(api, path)
    assert found.status == 503
    assert "Postgres" in found.detail
    assert (await api.get(path)).headers["retry-after"]


async def test_an_id_that_no_event_can_have_is_refused(api: httpx.AsyncClient) -> None:
    assert (await problem(api, "/v1/events/a%00b")).errors[0].parameter == "event_id"


async def test_what_does_not_exist_is_a_problem_too(api: httpx.AsyncClient) -> None:
    assert (await problem(api, "/v1/nothing")).status == 404
    assert (await api.post("/v1/events")).status_code == 405


async def test_a_bug_is_a_problem_that_gives_nothing_away(api: httpx.AsyncClient) -> None:
    found = await problem(api, "/bug")
    assert found.status == 500
    assert "Zero" not in found.detail


async def test_openapi_tells_parameters_answers_and_problems(api: httpx.AsyncClient) -> None:
    described = (await api.get("/openapi.json")).json()
    listing = described["paths"]["/v1/events"]["get"]
    assert described["openapi"].startswith("3.1")
    names = [parameter["name"] for parameter in listing["parameters"]]
    assert set(names) == {field.alias or name for name, field in EventsQuery.model_fields.items()}
    assert listing["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/Events")
    assert set(listing["responses"]["422"]["content"]) == {"application/problem+json"}
    assert {"Problem", "CanonicalEvent", "History"} <= set(described["components"]["schemas"])
    assert "301" in described["paths"]["/v1/events/{event_id}"]["get"]["responses"]
