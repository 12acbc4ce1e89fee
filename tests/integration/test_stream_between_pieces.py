"""What may happen while a stream waits between two of its pieces, on a real Postgres: still everything is told once.

The pieces are taken one by one, without a server, so that the log moves at just the moment that is meant.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.timeline.parameters import StreamQuery
from services.timeline.present import look
from services.timeline.reader import open_reader
from services.timeline.stream import hub, serving
from services.timeline.stream.messages import HEARTBEAT
from services.timeline.stream.serving import Streams
from tests.integration.test_timeline_stream import ids, many, pool, tell
from tests.integration.timeline_world import settings

__all__ = ["pool"]
PAGE = 3


@pytest.fixture
async def streams(stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Streams]:
    """The streams of a process that looks at Postgres when the test does, and tells nothing new by itself."""
    monkeypatch.setattr(hub, "PAGE", PAGE)
    monkeypatch.setattr(serving, "PAGE", PAGE)
    known = settings(stack).model_copy(update={"stream_heartbeat_seconds": 0.05})
    reader = await open_reader(known)
    yield Streams(reader, known)
    await reader.close()


async def see(streams: Streams, pool: asyncpg.Pool) -> None:
    streams.hub._reader.present.now = await look(pool)


async def until_quiet(pieces: AsyncIterator[bytes]) -> list[str]:
    """The events that are told until nothing is."""
    heard: list[str] = []
    async for piece in pieces:
        if piece.startswith(HEARTBEAT):
            break
        heard += re.findall(r'data: \{"change":"[a-z]+","event_id":"([^"]+)"', piece.decode())
    return heard


async def test_what_comes_while_a_cut_over_is_told_is_told_too(streams: Streams, pool: asyncpg.Pool) -> None:
    await tell(pool, many(0, 10), 0)
    await see(streams, pool)
    pieces = streams.pieces(streams.begin(StreamQuery(), "g2;events.summit.v1:8"))
    # given a listener that is sent that another generation answers
    assert (await anext(pieces)).startswith(b"retry")
    assert (await anext(pieces)).startswith(b"event: generation")
    # when the log goes on by more than a page
    await tell(pool, many(10, 4 * PAGE), 10)
    await see(streams, pool)
    # then
    assert await until_quiet(pieces) == ids(8, 2 + 4 * PAGE)
