"""The routes of the API, version 1."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, HTTPException, Path, Query, Request, Response, Security
from fastapi.responses import RedirectResponse
from fastapi.security import HTTPBearer

from schemas.events import CanonicalEvent
from services.timeline.api import answers
from services.timeline.api.answers import (
    contradictions_json,
    events_json,
    history_json,
    links_json,
    part_json,
    position_header,
    rows_json,
    why_json,
)
from services.timeline.api.exporting import export_router
from services.timeline.api.problems import Problem, handle_problems
from services.timeline.api.sending import answer
from services.timeline.api.snapshots import snapshot_router
from services.timeline.api.straight import answer_straight
from services.timeline.api.streaming import stream_router
from services.timeline.packing import Packed
from services.timeline.parameters import (
    ActorsQuery,
    CalendarQuery,
    ContradictionsQuery,
    EventsQuery,
    HistoryQuery,
    Moment,
    Past,
    Text,
    WhyQuery,
)
from services.timeline.reader import Position, Reader
from services.timeline.stream.serving import Streams

T = TypeVar("T")
POSITION = "Daybook-Position"
EventId = Annotated[Text, Path(description="an id stays good for ever, also of an event that was merged into another")]
ArticleId = Annotated[Text, Path(description="as the ingestor gave it")]


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


COMMON: dict[int | str, dict[str, Any]] = {
    304: {"description": "nothing has changed since the answer with this `ETag`"},
    401: _problem("an API key or a token is needed, or the token does not hold"),
    403: _problem("the API key is not known"),
    422: _problem("a parameter is not right"),
    429: _problem("more is asked than `RateLimit-Policy` allows; see `Retry-After`"),
    503: _problem("Postgres can't be reached, or took too long, or `min_position` was not reached in time"),
    "default": {"model": Problem, "description": "any other error"},
}
UNKNOWN: dict[int | str, dict[str, Any]] = {404: _problem("no event has this id")}
MOVED: dict[int | str, dict[str, Any]] = {
    301: {"description": "merged into another event", "headers": {"Location": {"schema": {"type": "string"}}}}
}


def answer_questions(app: FastAPI, reader: Reader, streams: Streams) -> None:
    """Add the API to an application: its routes, and its problems."""
    app.include_router(timeline_router(reader, streams))
    handle_problems(app, reader.present.away)
    answer_straight(app)


def timeline_router(reader: Reader, streams: Streams) -> APIRouter:
    """Routes that answer from this reader, and streams."""
    router = APIRouter(prefix="/v1", responses=COMMON, dependencies=[Security(HTTPBearer(auto_error=False))])
    router.include_router(_events(reader))
    router.include_router(_parts(reader))
    router.include_router(_overviews(reader))
    router.include_router(export_router(reader))
    router.include_router(snapshot_router(reader))
    router.include_router(stream_router(streams))
    return router


def _events(reader: Reader) -> APIRouter:
    router = APIRouter(prefix="/events", tags=["events"])

    @router.get("", response_model=answers.Events)
    async def list_events(request: Request, query: Annotated[EventsQuery, Query()]) -> Response:
        """The timeline: events in order of their first day, then id, undated ones last; or in another order, or of the past."""
        return answer(request, events_json(await reader.events(query)))

    @router.get("/{event_id}", response_model=CanonicalEvent, responses=UNKNOWN | MOVED)
    async def get_event(request: Request, event_id: EventId, query: Annotated[Past, Query()]) -> Response:
        """One event in full. The id of a merged event answers 301 with the place of the one it became."""
        found = _known(event_id, await reader.event(event_id, query, query.then))
        if found.survivor is not None:
            return _moved(found.survivor, request.url.query, found.position)
        return answer(request, Packed((b"", b""), (found.state,)), **{POSITION: position_header(found.position)})

    return router


def _parts(reader: Reader) -> APIRouter:
    """What one event consists of, part by part."""
    router = APIRouter(prefix="/events", tags=["events"])

    @router.get("/{event_id}/history", response_model=answers.History, responses=UNKNOWN)
    async def get_history(request: Request, event_id: EventId, query: Annotated[HistoryQuery, Query()]) -> Response:
        """Every revision of one event, in order: what changed, why, and the state after it. Merged events keep theirs."""
        page = await reader.history(event_id, query)
        if page is None:
            raise _unknown(event_id)
        return answer(request, history_json(event_id, page))

    @router.get("/{event_id}/claims", response_model=answers.Claims, responses=UNKNOWN)
    async def get_claims(request: Request, event_id: EventId, query: Annotated[Past, Query()]) -> Response:
        """Who says what of each field of this event, with the quote."""
        return await _part(request, event_id, "claims", query)

    @router.get("/{event_id}/evidence", response_model=answers.Evidence, responses=UNKNOWN)
    async def get_evidence(request: Request, event_id: EventId, query: Annotated[Past, Query()]) -> Response:
        """Where articles tell this event: quote, offsets, address, and why each mention belongs to it."""
        return await _part(request, event_id, "mentions", query)

    @router.get("/{event_id}/links", response_model=answers.Links, responses=UNKNOWN)
    async def get_links(request: Request, event_id: EventId, query: Annotated[Past, Query()]) -> Response:
        """Which events this one follows, prepares, is part of or stands beside, and why."""
        return answer(request, links_json(event_id, _known(event_id, await reader.related(event_id, query, query.then))))

    @router.get("/{event_id}/why", response_model=answers.Why, responses=UNKNOWN)
    async def get_why(request: Request, event_id: EventId, query: Annotated[WhyQuery, Query()]) -> Response:
        """Why this event is as it is: the rule and the claims of each field, and by what each mention belongs to it."""
        found = _known(event_id, await reader.related(event_id, query, query.then))
        try:
            return answer(request, why_json(found, query.mention))
        except KeyError as error:
            raise HTTPException(404, f"event {event_id!r} has no mention {query.mention!r}") from error

    async def _part(request: Request, event_id: str, part: str, query: Past) -> Response:
        found = _known(event_id, await reader.event(event_id, query, query.then))
        return answer(request, part_json(event_id, part, found.state, found.position))

    return router


def _overviews(reader: Reader) -> APIRouter:
    router = APIRouter(tags=["overviews"])

    @router.get("/calendar", response_model=answers.Calendar)
    async def get_calendar(request: Request, query: Annotated[CalendarQuery, Query()]) -> Response:
        """How many events of each kind lie on which day in which country."""
        return answer(request, rows_json("days", answers.Day, await reader.calendar(query)))

    @router.get("/actors", response_model=answers.Actors)
    async def get_actors(request: Request, query: Annotated[ActorsQuery, Query()]) -> Response:
        """Who takes part in events, by name."""
        page = await reader.actors(query)
        return answer(request, rows_json("actors", answers.Actor, page, next=page.next))

    @router.get("/contradictions", response_model=answers.Contradictions)
    async def get_contradictions(request: Request, query: Annotated[ContradictionsQuery, Query()]) -> Response:
        """Where claims of one event cannot all be so: which field, which values, by whom, when."""
        return answer(request, contradictions_json(await reader.contradictions(query)))

    @router.get("/articles/{article_id}", response_model=answers.Article)
    async def get_article(request: Request, article_id: ArticleId, query: Annotated[Moment, Query()]) -> Response:
        """What one article contributed: the events that it tells of."""
        page = await reader.article(article_id, query)
        return answer(request, rows_json("contributions", answers.Contribution, page, article_id=article_id))

    return router


def _moved(event_id: str, asked: str, position: Position) -> Response:
    """`no-cache`, since a correction may undo a merge."""
    headers = {POSITION: position_header(position), "Cache-Control": "no-cache"}
    return RedirectResponse(f"/v1/events/{quote(event_id, safe='')}" + (f"?{asked}" if asked else ""), 301, headers)


def _known(event_id: str, found: T | None) -> T:
    if found is None:
        raise _unknown(event_id)
    return found


def _unknown(event_id: str) -> HTTPException:
    return HTTPException(404, f"no event has the id {event_id!r}")
