"""The routes of the API, version 1."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Path, Query, Response
from fastapi.responses import RedirectResponse

from schemas.events import CanonicalEvent
from services.timeline.api.answers import Events, History, events_json, history_json, position_header
from services.timeline.api.problems import Problem
from services.timeline.parameters import EventsQuery, HistoryQuery, Text
from services.timeline.reader import Position, Reader

POSITION = "Daybook-Position"
EventId = Annotated[Text, Path(description="an id stays good for ever, also of an event that was merged into another")]


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}


COMMON: dict[int | str, dict[str, Any]] = {
    422: _problem("a parameter is not right"),
    503: _problem("Postgres can't be reached, or took too long"),
    "default": {"model": Problem, "description": "any other error"},
}
UNKNOWN: dict[int | str, dict[str, Any]] = {404: _problem("no event has this id")}
MOVED: dict[int | str, dict[str, Any]] = {
    301: {"description": "merged into another event", "headers": {"Location": {"schema": {"type": "string"}}}}
}


def events_router(reader: Reader) -> APIRouter:
    """Routes that answer from this reader."""
    router = APIRouter(prefix="/v1", tags=["events"], responses=COMMON)

    @router.get("/events", response_model=Events)
    async def list_events(query: Annotated[EventsQuery, Query()]) -> Response:
        """The timeline: events in order of their first day, then id; undated ones last."""
        return _json(events_json(await reader.events(query)))

    @router.get("/events/{event_id}", response_model=CanonicalEvent, responses=UNKNOWN | MOVED)
    async def get_event(event_id: EventId) -> Response:
        """One event in full. The id of a merged event answers 301 with the place of the one it became."""
        found = await reader.event(event_id)
        if found is None:
            raise _unknown(event_id)
        if found.survivor is not None:
            return _moved(found.survivor, found.position)
        return _json(found.state, **{POSITION: position_header(found.position)})

    @router.get("/events/{event_id}/history", response_model=History, responses=UNKNOWN)
    async def get_history(event_id: EventId, query: Annotated[HistoryQuery, Query()]) -> Response:
        """Every revision of one event, in order: what changed, why, and the state after it. Merged events keep theirs."""
        page = await reader.history(event_id, query)
        if page is None:
            raise _unknown(event_id)
        return _json(history_json(event_id, page))

    return router


def _json(body: str, **headers: str) -> Response:
    return Response(body, media_type="application/json", headers=headers)


def _moved(event_id: str, position: Position) -> Response:
    """`no-cache`, since a correction may undo a merge."""
    headers = {POSITION: position_header(position), "Cache-Control": "no-cache"}
    return RedirectResponse(f"/v1/events/{quote(event_id, safe='')}", 301, headers)


def _unknown(event_id: str) -> HTTPException:
    return HTTPException(404, f"no event has the id {event_id!r}")
