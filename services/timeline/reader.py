"""Asking Postgres: each answer and its position are read in one snapshot, over connections that can only read.

They are other connections than the follower's, so that a flood of questions never keeps the projection waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from services.chassis.settings import Settings
from services.timeline.cursor import Cursor, encode
from services.timeline.generations.names import SERVICE, Generation
from services.timeline.parameters import EventsQuery, HistoryQuery
from services.timeline.questions import SQL, listing

CONNECTIONS = 4
STATEMENT_SECONDS = 5  # longest a question may keep Postgres busy
PATIENCE_SECONDS = 3.0  # longest wait for a connection
Position = dict[str, int]


@dataclass(frozen=True, slots=True)
class EventsPage:
    states: list[str]
    next: str | None
    position: Position


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """`survivor` is the event that this one was merged into, in the end; None where it was not."""

    state: str
    survivor: str | None
    position: Position


@dataclass(frozen=True, slots=True)
class HistoryPage:
    rows: list[asyncpg.Record]
    next: int | None
    position: Position


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the generation that answers: whatever is asked of `tx` is of this moment."""

    tx: asyncpg.Connection
    follower: str

    async def position(self) -> Position:
        """The next offset of each partition: what this moment takes into account."""
        rows = await self.tx.fetch(SQL["position"], self.follower)
        return {f"{row['topic']}-{row['partition']}": row["next_offset"] for row in rows}


class Reader:
    """Answers questions from the generation that is live when they are asked."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def keep_open(self) -> None:
        """Hold the connections until cancelled, then close them."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._pool.close()

    async def events(self, query: EventsQuery) -> EventsPage:
        sql, arguments = listing(query)
        async with self.snapshot() as now:
            rows = await now.tx.fetch(sql, *arguments)
            position = await now.position()
        shown = rows[: query.limit]
        more = encode(Cursor(shown[-1]["when_start"], shown[-1]["event_id"])) if len(rows) > query.limit else None
        return EventsPage([row["state"] for row in shown], more, position)

    async def event(self, event_id: str) -> FoundEvent | None:
        async with self.snapshot() as now:
            chain = await now.tx.fetch(SQL["event"], event_id)
            position = await now.position()
        return FoundEvent(chain[0]["state"], _survivor(chain), position) if chain else None

    async def history(self, event_id: str, query: HistoryQuery) -> HistoryPage | None:
        async with self.snapshot() as now:
            rows = await now.tx.fetch(SQL["history"], event_id, query.after, query.limit + 1)
            known = rows or await now.tx.fetchval(SQL["known"], event_id)
            position = await now.position()
        shown = rows[: query.limit]
        more = shown[-1]["revision"] if len(rows) > query.limit else None
        return HistoryPage(shown, more, position) if known else None

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """A read-only transaction on the live generation."""
        async with self._pool.acquire(timeout=PATIENCE_SECONDS) as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            number = await tx.fetchval(SQL["enter"])
            yield Snapshot(tx, Generation(number, "live", "").follower)


def _survivor(chain: list[asyncpg.Record]) -> str | None:
    """The end of a chain of merges; a chain that bites its tail, which no sound log holds, has none."""
    last = chain[-1]
    return None if last["looped"] else last["merged_into"] or (last["event_id"] if len(chain) > 1 else None)


async def open_reader(settings: Settings) -> Reader:
    """A reader whose connections are made when they are first needed."""
    pool = await asyncpg.create_pool(
        settings.dsn.get_secret_value(),
        min_size=0,
        max_size=CONNECTIONS,
        timeout=PATIENCE_SECONDS,
        command_timeout=STATEMENT_SECONDS + PATIENCE_SECONDS,  # for a server that does not even say that it was too slow
        server_settings={
            "search_path": SERVICE,
            "application_name": f"daybook-{SERVICE}-reader",
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            "default_transaction_read_only": "on",
        },
    )
    return Reader(pool)
