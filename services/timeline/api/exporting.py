"""`GET /v1/export/{format}`: all events that are asked for, as one file, streamed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import StreamingResponse

from schemas.events import CanonicalEvent
from services.timeline.exports import Export, Writer, exports
from services.timeline.parameters import EventsFilter
from services.timeline.reader import Reader

Format = Annotated[str, Path(description="; ".join(f"`{one.name}`: {one.summary}" for one in exports().values()))]


def export_router(reader: Reader) -> APIRouter:
    """The route of all formats."""
    router = APIRouter(prefix="/export", tags=["exports"])

    @router.get("/{export_format}", response_class=StreamingResponse)
    async def export(export_format: Format, query: Annotated[EventsFilter, Query()]) -> StreamingResponse:
        """All events that are asked for, by day, as one file: from one moment, in constant memory."""
        if export_format not in exports():
            raise HTTPException(404, f"there is no format {export_format!r}; there are {', '.join(exports())}")
        chosen = exports()[export_format]
        pieces = _written(chosen, reader.export(query))
        first = await anext(pieces)  # what is wrong is told while there still is a status to tell it by
        file = {"Content-Disposition": f'attachment; filename="daybook.{chosen.suffix}"'}
        return StreamingResponse(_joined(first, pieces), media_type=chosen.media_type, headers=file)

    return router


async def _written(export: Export, states: AsyncIterator[list[str]]) -> AsyncIterator[bytes]:
    writer = export.writer()
    begun = writer.begin()
    async for piece in states:
        yield begun + await asyncio.to_thread(_add, writer, piece)  # whoever projects shares this loop
        begun = b""
    yield begun + writer.end()


def _add(writer: Writer, piece: list[str]) -> bytes:
    return writer.add([CanonicalEvent.model_validate_json(state) for state in piece])


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
