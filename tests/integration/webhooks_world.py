"""A receiver of webhooks that answers as a test wants, the tables of the webhooks, and short ways to register an address."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr
from standardwebhooks import Webhook

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from deploy.pipeline.services import service_cards
from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from services.chassis.postgres import migrate_schema, open_pool
from services.chassis.settings import Settings
from services.webhooks.register import SQL as ENDPOINTS
from services.webhooks.wanted import Wanted
from tests.support.stack import empty

SECRET = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"  # 24 bytes
KEEN = {"WEBHOOK_ALLOW_PRIVATE": "1", "WEBHOOK_FIRST_WAIT_SECONDS": "0.2", "WEBHOOK_LONGEST_WAIT_SECONDS": "0.5"}


@dataclass(frozen=True)
class Got:
    """One request that came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> EventChange:
        return EventChange.model_validate(json.loads(self.body)["data"])

    @property
    def event(self) -> CanonicalEvent:
        return self.told.event

    @property
    def is_ping(self) -> bool:
        return bool(json.loads(self.body)["type"] == "daybook.webhook.ping.v1")

    def verified(self, secret: str = SECRET) -> Any:
        """What the official library makes of it, or its exception."""
        return Webhook(secret).verify(self.body, dict(self.headers))


Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def status(code: int, *headers: str) -> bytes:
    return f"HTTP/1.1 {code} so\r\ncontent-length: 0\r\n{''.join(f'{line}{chr(13)}{chr(10)}' for line in headers)}\r\n".encode()


OK = status(204)


@dataclass
class Receiver:
    """`answer` says what becomes of a request; connections are kept open, as real servers do."""

    answer: Callable[[Got], Answer] = lambda _: OK
    port: int = 0
    got: list[Got] = field(default_factory=list)
    held: int = 0
    most_held: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def changes(self) -> list[Got]:
        return [one for one in self.got if not one.is_ping]

    @property
    def revisions(self) -> list[tuple[str, int]]:
        return [(one.event.event_id, one.event.revision) for one in self.changes]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        got = Got(head[0].split(" ")[1], headers, await reader.readexactly(int(headers.get("content-length", "0"))))
        self.got.append(got)
        self.held += 1
        self.most_held = max(self.most_held, self.held)
        try:
            answer = self.answer(got)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        finally:
            self.held -= 1


@asynccontextmanager
async def receiver(answer: Callable[[Got], Answer] = lambda _: OK) -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    made = Receiver(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, limit=20_000_000)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@asynccontextmanager
async def tables(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    """The webhooks' tables, empty, for a part that is tried without its process."""
    await empty(stack, ("webhooks",), topics_of=())
    card = next(card for card in service_cards() if card.name == "webhooks")
    await migrate_schema(stack.dsn("admin"), "webhooks", card.migrations)
    async with await open_pool(Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("webhooks"))), "webhooks") as made:
        yield made


async def add(pool: asyncpg.Pool, url: str, name: str = "hook", **wanted: Any) -> None:
    """Register an address that has taken its ping."""
    await pool.execute(ENDPOINTS["add"], name, url, "", Wanted.model_validate(wanted).model_dump_json(), SECRET)
    await pool.execute(ENDPOINTS["start"], name, url)


async def ask(address: str, method: str, path: str = "", **asked: Any) -> httpx.Response:
    """Ask the API."""
    async with httpx.AsyncClient(timeout=30, verify=PLAIN_HTTP) as client:
        return await client.request(method, f"{address}/v1/webhooks{path}", **asked)


async def register(address: str, url: str, *, pinged: bool = True, **more: Any) -> str:
    """Register an address and have it take a ping; its id."""
    made = await ask(address, "POST", json={"url": url, "secret": SECRET, **more})
    assert made.status_code == 201, made.text
    webhook = str(made.json()["id"])
    if pinged:
        answer = await ask(address, "POST", f"/{webhook}/ping")
        assert answer.json()["taken"], answer.text
    return webhook


async def standing(address: str, webhook: str) -> dict[str, Any]:
    """How an address stands."""
    found: dict[str, Any] = (await ask(address, "GET", f"/{webhook}")).json()
    return found
