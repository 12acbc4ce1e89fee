"""`GET /v1/stream`: changes as they come, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.timeline.parameters import StreamId, StreamQuery
from services.timeline.stream.beginning import AnotherLogError, UnknownPlaceError, UnnamedError
from services.timeline.stream.serving import Streams

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nobody in between holds messages back
DESCRIPTION = """Each message is a change (`event`: identified, revised, merged, split, retracted), with the full state after it.

Its `id` is an exact place in the log: sent back as `Last-Event-ID`, nothing is lost or told twice, however long one was away. A change is
told if its event fits the filters after it, or did before it. `event: generation` says that another copy of the timeline answers: go on
reading. Comments keep the line open."""


def stream_router(streams: Streams) -> APIRouter:
    """The route of the stream."""
    router = APIRouter(tags=["stream"])

    @router.get(
        "/stream",
        response_class=Response,
        description=DESCRIPTION,
        responses={
            200: {"description": "a stream that does not end by itself", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
            409: {
                "description": "the id or position is of a topic that was made anew since, or of too many records in quarantine",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    )
    async def stream(
        query: Annotated[StreamQuery, Query()],
        last_event_id: Annotated[StreamId | None, Header(description="the id of the last message that was heard")] = None,
    ) -> Response:
        try:
            begun = streams.begin(query, last_event_id)
        except UnknownPlaceError as error:
            where = ("query", "after") if last_event_id is None else ("header", "last-event-id")
            raise RequestValidationError([{"loc": where, "msg": str(error)}]) from error
        except (AnotherLogError, UnnamedError) as error:
            raise HTTPException(409, str(error)) from error
        return EventStream(streams.pieces(begun), streams.write_seconds)

    return router


class EventStream(Response):
    """A response that is written as long as its reader takes it: one that takes nothing for so many seconds is cut off."""

    def __init__(self, pieces: AsyncIterator[bytes], write_seconds: float) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        del self.headers["content-length"]
        self._pieces, self._seconds = pieces, write_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        writing, leaving = asyncio.create_task(self._write(scope, send)), asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            writing.cancel()
            await asyncio.gather(writing, leaving, return_exceptions=True)
        if not writing.cancelled() and (error := writing.exception()):
            raise error

    async def _write(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async with aclosing(self._pieces) as pieces:  # type: ignore[type-var]  # a generator
                async for piece in pieces:
                    await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), self._seconds)
            await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), self._seconds)
        except TimeoutError:
            scope["state"]["cut_off"]()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
