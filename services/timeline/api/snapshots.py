"""`GET /v1/snapshot`: the present state of every event, and the position from which to go on with the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from services.timeline.parameters import SnapshotQuery
from services.timeline.reader import Reader
from services.timeline.stream.ids import write
from services.timeline.stream.standing import standing_at


def snapshot_router(reader: Reader) -> APIRouter:
    """The route of the snapshot."""
    router = APIRouter(tags=["subscribing"])

    @router.get("/snapshot", response_class=StreamingResponse)
    async def snapshot(query: Annotated[SnapshotQuery, Query()]) -> StreamingResponse:
        """All events that are asked for as they are now, one `CanonicalEvent` a line, in constant memory. What came after them in the log
        is just what a subscriber gets that goes on from `Daybook-Position`, or who listens to `/v1/stream` from `Daybook-Stream-Id`.
        """
        lines = _lines(reader, query)
        position, identity = await anext(lines), await anext(lines)  # what is wrong is told while there still is a status to tell it by
        told = {"Daybook-Position": position, "Daybook-Stream-Id": identity, "Cache-Control": "no-store"}
        return StreamingResponse(lines, media_type="application/jsonl", headers=told)

    return router


async def _lines(reader: Reader, query: SnapshotQuery) -> AsyncIterator[str]:
    """The position, the id of the stream, then the states as they are stored, piece by piece: all of one moment."""
    async with reader.whole(query) as (now, pieces):
        yield await now.marked()
        yield write(standing_at(now.now))
        async for piece in pieces:
            yield "".join(f"{state}\n" for state in piece)
