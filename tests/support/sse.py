"""A reader of server-sent events (WHATWG HTML, 9.2), as a browser is one: it goes on from the last id that it was told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.pipeline.processes import PLAIN_HTTP

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    data: dict[str, Any]
    id: str

    @property
    def version(self) -> tuple[str, int]:
        return self.data["event_id"], self.data["revision"]


@dataclass(slots=True)
class Source:
    """One connection. `last_id` is what a browser would send when it asks again."""

    lines: AsyncIterator[str]
    last_id: str = ""
    comments: int = 0
    retry: int | None = None
    heard: list[Event] = field(default_factory=list)

    async def events(self) -> AsyncIterator[Event]:
        """What is dispatched: blocks that have data."""
        kind, data = "message", ""
        async for line in self.lines:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line and not name:
                self.comments += 1
            elif name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data += value
            elif name == "retry":
                self.retry = int(value)
            elif not line:
                if data:
                    self.heard.append(Event(kind, json.loads(data), self.last_id))
                    yield self.heard[-1]
                kind, data = "message", ""

    async def take(self, count: int) -> list[Event]:
        """The next so many."""
        found: list[Event] = []
        async with asyncio.timeout(SECONDS):
            async for event in self.events():
                found.append(event)
                if len(found) == count:
                    break
        return found


@asynccontextmanager
async def source(address: str, last_id: str | None = None, **params: Any) -> AsyncIterator[Source]:
    """Ask for the stream."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    async with (
        httpx.AsyncClient(timeout=30, verify=PLAIN_HTTP) as client,
        client.stream("GET", f"{address}/v1/stream", params=params, headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Source(answer.aiter_lines(), last_id or "")
