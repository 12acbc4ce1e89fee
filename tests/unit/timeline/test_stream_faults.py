"""A connection to Postgres that breaks off ends no process, whichever of its errors the client has for it; a mistake of ours does.

Faked, as the real client has these words only for a moment that can't be met at will; that they are its words is in `test_errors.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from services.timeline import present as presents
from services.timeline.now import Now
from services.timeline.parameters import StreamQuery
from services.timeline.present import Present
from services.timeline.reader import BusyError
from services.timeline.settings import TimelineSettings
from services.timeline.stream import hub as hubs
from services.timeline.stream.serving import Streams
from tests.unit.timeline.builders import TOPIC

BROKEN = asyncpg.InterfaceError("cannot call Connection.fetch(): connection has been released back to the pool")
MISTAKE = asyncpg.InterfaceError("the server expects 1 argument for this query, 2 were passed")
NOW, LATER = Now(1, {(TOPIC, 0): 5}), Now(1, {(TOPIC, 0): 6})


class Broken:
    """A reader whose connections break off in the middle; `asked` counts the attempts."""

    def __init__(self, error: Exception) -> None:
        self._error, self.asked = error, asyncio.Semaphore(0)
        self.present = Present(self, "postgres://nowhere")
        self.present.now = NOW

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Any]:
        await self.fetch()
        yield

    async def fetch(self, *_: object) -> list[Any]:
        self.asked.release()
        raise self._error

    fetchval = fetch


@asynccontextmanager
async def connected(*_: object) -> AsyncIterator[Any]:
    """A connection that listens, and knows nothing yet of any fault."""
    yield type("Open", (), {"is_closed": lambda _: False})()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (hubs, presents):
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(presents, "listening", connected)


def works(broken: Broken) -> list[Any]:
    """What runs in the process for the stream, with somebody who listens and has not been told the latest."""
    hub = hubs.Hub(broken)  # type: ignore[arg-type]
    hub.join(StreamQuery(), 1024)
    broken.present.now = LATER
    return [hub.run, broken.present.keep]


@pytest.mark.parametrize("which", [0, 1])
async def test_whatever_tells_what_is_new_asks_again_when_a_connection_breaks_off(which: int) -> None:
    broken = Broken(BROKEN)
    running = asyncio.create_task(works(broken)[which]())
    async with asyncio.timeout(10):
        for _ in range(3):
            await broken.asked.acquire()
    assert not running.done()
    running.cancel()


@pytest.mark.parametrize("which", [0, 1])
async def test_a_mistake_of_ours_is_not_tried_for_ever(which: int) -> None:
    with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
        async with asyncio.timeout(10):
            await works(Broken(MISTAKE))[which]()


async def test_a_hub_that_has_told_all_there_is_asks_nothing_until_there_is_more() -> None:
    # given somebody who listens, and has been told everything
    broken = Broken(BROKEN)
    hub = hubs.Hub(broken)  # type: ignore[arg-type]
    hub.join(StreamQuery(), 1024)
    running = asyncio.create_task(hub.run())
    # when it looks again and again
    for _ in range(20):
        broken.present.bell.ring()
        await asyncio.sleep(0)
    # then
    assert broken.asked.locked()
    # and when there is more
    broken.present.now = LATER
    broken.present.bell.ring()
    async with asyncio.timeout(10):
        await broken.asked.acquire()
    running.cancel()


async def pieces(error: Exception) -> list[bytes]:
    streams = Streams(Broken(error), TimelineSettings())  # type: ignore[arg-type]
    return [piece async for piece in streams.pieces(streams.begin(StreamQuery(), f"{TOPIC}:2"))]


async def test_a_stream_whose_connection_breaks_off_ends_and_its_listener_asks_again() -> None:
    assert [piece[:6] for piece in await pieces(BROKEN)] == [b"retry:"]


async def test_a_stream_that_meets_a_mistake_of_ours_says_so() -> None:
    with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
        await pieces(MISTAKE)


def test_an_id_is_kept_for_later_as_long_as_the_service_does_not_know_what_it_follows() -> None:
    broken = Broken(BROKEN)
    broken.present.now = Now(1)
    streams = Streams(broken, TimelineSettings())  # type: ignore[arg-type]
    with pytest.raises(BusyError):
        streams.begin(StreamQuery(), f"{TOPIC}:2")
    assert streams.begin(StreamQuery(), None).standing.following == {}
