"""A question that is answered straight is answered just as the framework answers it, whatever is asked; what is refused, the framework refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import fastapi.routing
import httpx
import pytest
from fastapi import Depends, FastAPI, Header, Query, Request, Security
from fastapi.security import HTTPBearer
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response
from starlette.routing import Match

from services.timeline.api.problems import handle_problems
from services.timeline.api.routes import EventId
from services.timeline.api.straight import answer_straight
from services.timeline.parameters import CalendarQuery, EventsQuery, Past

NAMES = sorted({field.alias or name for name, field in EventsQuery.model_fields.items()} | {"since", "colour", ""})
VALUES = ["strike", "summit", "occurred", "2025-08-18", "ua", "Ukraine", "killed>=10", "50,30,100", "day", "-day", "title"]
VALUES += [
    "true",
    "yes",
    "0",
    "7",
    "501",
    "retracted",
    "2025-08-18T09:30",
    "events.strike.v1-0=17",
    "WyJkYXkiLCAiMjAyNS0wOC0xOCIsICJlIl0",
    "é",
    "1e3",
    "now",
    "",
    "a b",
    " 5 ",
    "\x00",
]
TEXTS = st.sampled_from(VALUES) | st.text(max_size=4).filter(lambda text: text.isprintable())
ASKED = st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=5)


async def list_events(request: Request, query: Annotated[EventsQuery, Query()]) -> Response:
    """All parameters that there are."""
    return Response(repr((query, request.url.path)))


async def get_event(request: Request, event_id: EventId, query: Annotated[Past, Query()]) -> Response:
    """One in the path, too."""
    return Response(repr((event_id, query, request.url.query)))


async def get_calendar(request: Request, query: Annotated[CalendarQuery, Query()]) -> Response:
    """Some that must be given."""
    return Response(repr((query, request.method)))


async def listen(query: Annotated[Past, Query()], last_event_id: Annotated[str, Header()] = "none") -> Response:
    """Not of the form that is answered straight."""
    return Response(repr((query, last_event_id)))


ENDPOINTS: dict[str, Callable[..., Any]] = {
    "/v1/events": list_events,
    "/v1/events/{event_id}": get_event,
    "/v1/calendar": get_calendar,
    "/v1/stream": listen,
}


def made(*, straight: bool) -> FastAPI:
    app = FastAPI(dependencies=[Security(HTTPBearer(auto_error=False))])
    for path, endpoint in ENDPOINTS.items():
        app.get(path)(endpoint)
    handle_problems(app)
    if straight:
        answer_straight(app)
    return app


STRAIGHT, FRAMEWORK = made(straight=True), made(straight=False)


async def asked(app: FastAPI, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> tuple[int, list[Any], bytes]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook") as client:
        answer = await client.request(method, path, headers=headers)
        return answer.status_code, answer.headers.raw, answer.content


def told(path: str) -> tuple[int, list[Any], bytes]:
    """What both answer, which must be the same."""
    straight, framework = asyncio.run(asked(STRAIGHT, path)), asyncio.run(asked(FRAMEWORK, path))
    assert straight == framework
    return straight


@given(ASKED)
def test_any_parameters_are_read_or_refused_as_the_framework_does(asked: list[tuple[str, str]]) -> None:
    told("/v1/events?" + "&".join(f"{quote(name)}={quote(value)}" for name, value in asked))


@given(st.text(min_size=1, max_size=6).filter(lambda text: text not in {".", ".."}), ASKED)
def test_so_are_any_ids(event_id: str, asked: list[tuple[str, str]]) -> None:
    told(f"/v1/events/{quote(event_id, safe='')}?" + "&".join(f"{quote(name)}={quote(value)}" for name, value in asked[:1]))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/events", 200),
        ("/v1/events?kind=strike&kind=summit&limit=3&limit=4", 200),
        ("/v1/events?kind=earthquake", 422),
        ("/v1/events?since=2025-08-18", 422),
        ("/v1/events?%66rom=2025-08-18", 200),
        ("/v1/events?q=%ff", 200),
        ("/v1/events?q=a+b;c", 200),
        ("/v1/events/", 307),
        ("/v1/events/e-1", 200),
        ("/v1/events/a%00b", 422),
        ("/v1/events/e%2F1", 404),
        ("/v1/calendar", 422),
        ("/v1/calendar?from=2025-08-18&to=2025-08-19", 200),
        ("/v1/calendar?from=2025-08-18&to=2025-08-17", 422),
        ("/v1/stream", 200),
        ("/v1/nothing", 404),
    ],
)
def test_these_are_answered_so(path: str, status: int) -> None:
    assert told(path)[0] == status


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "DELETE"])
async def test_another_method_is_the_frameworks(method: str) -> None:
    for path in ("/v1/events", "/v1/events/e-1"):
        assert (await asked(STRAIGHT, path, method))[0] == (await asked(FRAMEWORK, path, method))[0] == 405


async def test_what_is_described_is_the_same() -> None:
    assert await asked(STRAIGHT, "/openapi.json") == await asked(FRAMEWORK, "/openapi.json")


@pytest.mark.parametrize("depends", [Depends(lambda: None), Security(HTTPBearer())])
async def test_a_route_that_depends_on_more_is_the_frameworks(depends: Any) -> None:
    for dependencies, straight in (([], True), ([depends], False)):
        app = FastAPI(dependencies=dependencies)
        app.get("/v1/events")(list_events)
        answer_straight(app)
        scope = {"type": "http", "method": "GET", "path": "/v1/events", "query_string": b""}
        assert (app.router.routes[0].matches(scope)[0] == Match.FULL) == straight


@pytest.mark.parametrize("app", [STRAIGHT, pytest.param(FRAMEWORK, id="without")])
async def test_the_framework_has_nothing_to_solve_of_what_is_right_as_it_had_without(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    class SolvedError(Exception):
        pass

    async def solve(**_: object) -> None:
        raise SolvedError

    monkeypatch.setattr(fastapi.routing, "solve_dependencies", solve)
    if app is FRAMEWORK:
        with pytest.raises(SolvedError):
            await asked(app, "/v1/events/e-1?wait=3")
    else:
        assert (await asked(app, "/v1/events/e-1?wait=3"))[0] == 200
        with pytest.raises(SolvedError):
            await asked(app, "/v1/stream")
