"""Asking Postgres: each answer and its position are read in one snapshot, over connections that can only read.

They are other connections than the follower's, so that a flood of questions never keeps the projection waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from schemas.events import Link
from schemas.positions import Place, short, write_position
from schemas.relations import relations
from schemas.terms import fold
from services.chassis.postgres import give_time, left_as_found
from services.timeline.asked import AsOf
from services.timeline.cursor import UNDATED, Cursor, encode
from services.timeline.generations.names import SERVICE
from services.timeline.lean import read_outlined
from services.timeline.now import Now
from services.timeline.packing import opened, packed, some, unpack
from services.timeline.parameters import ActorsQuery, CalendarQuery, ContradictionsQuery, EventsFilter, EventsQuery, HistoryQuery, Moment
from services.timeline.present import Present, enter, look
from services.timeline.questions import SQL, contradicting, every, listing, nearby, one_event
from services.timeline.session import Session
from services.timeline.sessions import PATIENCE_SECONDS, Sessions
from services.timeline.settings import TimelineSettings

CONNECTIONS = 4
STATEMENT_SECONDS = 5  # longest a question may keep Postgres busy
EXPORTS = 2  # at a time: each holds one of the connections
STALLED_SECONDS = 30  # an export whose reader takes nothing for so long is broken off
PIECE = 200  # events of an export in memory
Position = Mapping[str, int]
Row = Mapping[str, Any]


class NotYetError(Exception):
    """The timeline has not come so far within the time that the asker would wait."""


class BusyError(Exception):
    """Others are being served; come again."""


@dataclass(frozen=True, slots=True)
class EventsPage:
    """`states` as they are stored; where only `some` members were asked for, the text of these."""

    states: list[bytes]
    some: bool
    next: str | None
    total: int | None
    position: Position


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """`state` as it is stored; `survivor` is the event that this one was merged into, in the end; None where it was not."""

    state: bytes
    survivor: str | None
    position: Position


@dataclass(frozen=True, slots=True)
class Related:
    """`derived`: the relations that follow from events, which no text need have told."""

    state: bytes
    derived: tuple[Link, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, from where to go on, and the position."""

    rows: list[Row]
    next: Any
    position: Position


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of the generation that answers: whatever is asked of `tx` is of this moment."""

    tx: asyncpg.Connection
    now: Now

    @property
    def position(self) -> Position:
        """The next offset of each partition: what this moment takes into account."""
        return self.now.position

    async def marked(self) -> str:
        """The position as a subscriber goes on from it: with what is known of each log."""
        rows = await self.tx.fetch(SQL["marked"])
        return write_position({(row["topic"], row["partition"]): _place(row) for row in rows})


class Reader:
    """Answers questions from the generation that is live when they are asked."""

    def __init__(self, sessions: Sessions, present: Present) -> None:
        """`present` must be kept by whoever runs the reader, or nobody can wait for `min_position`."""
        self._sessions, self.present = sessions, present
        self._exporting = asyncio.Semaphore(EXPORTS)

    async def keep_open(self) -> None:
        """Hold the connections until cancelled, then close them."""
        try:
            await self._sessions.keep()
        finally:
            await self.close()

    async def close(self) -> None:
        await self._sessions.close()

    async def events(self, query: EventsQuery) -> EventsPage:
        sql, arguments = listing(query)
        answered, position = await self._asked(query, sql, *arguments)
        total = answered[0]["total"] if query.total else None
        rows = [] if total is not None and answered[0]["event_id"] is None else answered
        shown = rows[: query.limit]
        more = encode(_cursor(query, shown[-1])) if len(rows) > query.limit else None
        states = [some(row["state"], [*query.fields, "event_id"]) if query.fields else packed(row["state"]) for row in shown]
        return EventsPage(states, bool(query.fields), more, total, position)

    async def export(self, query: EventsFilter) -> AsyncIterator[list[str]]:
        """All states that are asked for, piece by piece, from one snapshot.

        Raises:
            BusyError: as many are under way as may be.
        """
        async with self.whole(query) as (_, pieces):
            async for piece in pieces:
                yield piece

    @asynccontextmanager
    async def whole(self, query: EventsFilter) -> AsyncIterator[tuple[Snapshot, AsyncIterator[list[str]]]]:
        """A snapshot, and all states of it that are asked for, piece by piece. A few at a time; each holds a connection.

        Raises:
            BusyError: as many are under way as may be.
        """
        if self._exporting.locked():
            raise BusyError("as many exports are under way as may be at a time")
        sql, arguments = every(query)
        async with self._exporting, self.at(query) as now:
            yield now, _pieces(now.tx, now.tx.cursor(sql, *arguments, prefetch=PIECE))

    async def event(self, event_id: str, moment: Moment, then: AsOf | None = None) -> FoundEvent | None:
        sql, arguments = one_event(event_id, then)
        chain, position = await self._asked(moment, sql, *arguments)
        return FoundEvent(packed(chain[0]["state"]), _survivor(chain), position) if chain else None

    async def related(self, event_id: str, moment: Moment, then: AsOf | None = None) -> Related | None:
        """An event, and what follows from it and its neighbours as they are now; of the past nothing follows."""
        sql, arguments = one_event(event_id, then)
        async with self.at(moment) as now:
            chain = await now.tx.fetch(sql, *arguments)
            if not chain:
                return None
            state = opened(chain[0]["state"])
            event = read_outlined(state)
            around = await now.tx.fetch(SQL["nearby"], *about) if not then and (about := nearby(event)) else []
        return Related(state, relations(event, [read_outlined(opened(row["state"])) for row in around]), now.position)

    async def history(self, event_id: str, query: HistoryQuery) -> Page | None:
        rows, position = await self._asked(query, SQL["history"], event_id, query.after, query.limit + 1)
        shown = [row for row in rows if row["revision"] is not None][: query.limit]
        more = shown[-1]["revision"] if len(rows) > query.limit else None
        return Page(shown, more, position) if rows else None

    async def calendar(self, query: CalendarQuery) -> Page:
        return await self._page(query, "calendar", query.since, query.until, query.kind, query.country)

    async def actors(self, query: ActorsQuery) -> Page:
        begins = fold(query.name) if query.name else None
        after = (query.after or "").split("\x1f") if query.after else [None] * 3
        page = await self._page(query, "actors", begins, query.type, *(after + [""] * 3)[:3], query.limit + 1)
        shown = page.rows[: query.limit]
        more = "\x1f".join(shown[-1][name] for name in ("folded", "name", "type")) if len(page.rows) > query.limit else None
        return Page(shown, more, page.position)

    async def contradictions(self, query: ContradictionsQuery) -> Page:
        sql, arguments = contradicting(query)
        rows, position = await self._asked(query, sql, *arguments)
        shown = rows[: query.limit]
        more = f"{shown[-1]['event_id']}\x1f{shown[-1]['field']}" if len(rows) > query.limit else None
        return Page(shown, more, position)

    async def article(self, article_id: str, moment: Moment) -> Page:
        return await self._page(moment, "article", article_id)

    async def _page(self, moment: Moment, question: str, *arguments: object) -> Page:
        rows, position = await self._asked(moment, SQL[question], *arguments)
        return Page(rows, None, position)

    async def _asked(self, moment: Moment, sql: str, *arguments: object) -> tuple[list[Row], Position]:
        """An answer by one statement, of a moment that takes into account what the asker wants, and its position.

        Raises:
            NotYetError: it does not within the asker's time.
        """
        await self._come_to(moment)
        async with self._sessions.lent() as session:
            rows, now = await session.ask(sql, *arguments)
        return rows, now.position

    @asynccontextmanager
    async def at(self, moment: Moment) -> AsyncIterator[Snapshot]:
        """A snapshot that takes into account what the asker wants.

        Raises:
            NotYetError: it does not within the asker's time.
        """
        await self._come_to(moment)
        async with self.snapshot() as now:
            yield now

    async def _come_to(self, moment: Moment) -> None:
        if moment.least and not await self._comes_to(moment):
            raise NotYetError(f"the timeline has not come to {moment.min_position} within {moment.wait:g} s")

    async def _comes_to(self, moment: Moment) -> bool:
        """Most often it is there already; else one look serves all who wait."""
        least = moment.least
        return (
            self.present.now.takes_in(least)
            or (await look(self._sessions)).takes_in(least)
            or await self.present.has_come_to(least, moment.wait)
        )

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """A read-only transaction on the live generation."""
        async with self._sessions.lent() as session:
            before = session.generation or await session.keep_to_live()
            async with session.transaction(isolation="repeatable_read", readonly=True):
                now = await enter(session)
                if now.generation != before:  # of another generation it has prepared nothing yet
                    await session.leave()
                yield Snapshot(session, now)


async def _pieces(tx: asyncpg.Connection, rows: AsyncIterator[Row]) -> AsyncIterator[list[str]]:
    """Each piece has as much time as a question: all of them together take as long as their reader does."""
    piece: list[str] = []
    async for row in rows:
        piece.append(unpack(row["state"]))
        if len(piece) == PIECE:
            yield piece
            piece = []
            await give_time(tx, attempt=1)
    if piece:
        yield piece


def _place(row: Row) -> Place:
    """Of what was never read nothing is known."""
    if not row["next_offset"]:
        return Place(0)
    return Place(row["next_offset"], row["next_seq"], short(row["log_uuid"]), short(row["last_digest"]))


def _cursor(query: EventsQuery, row: Row) -> Cursor:
    key = row["when_order"] if query.sort.endswith("day") else row["known_at"]
    return Cursor(query.sort, UNDATED if isinstance(key, date) and key.year == UNDATED.year else key, row["event_id"])


def _survivor(chain: list[asyncpg.Record]) -> str | None:
    """The end of a chain of merges; a chain that bites its tail, which no sound log holds, has none."""
    last = chain[-1]
    return None if last["looped"] else last["merged_into"] or (last["event_id"] if len(chain) > 1 else None)


async def open_reader(settings: TimelineSettings) -> Reader:
    """A reader whose connections are made when they are first needed."""
    pool = await asyncpg.create_pool(
        settings.asking.get_secret_value(),
        min_size=0,
        max_size=CONNECTIONS,
        timeout=PATIENCE_SECONDS,
        command_timeout=STATEMENT_SECONDS + PATIENCE_SECONDS,  # for a server that does not even say that it was too slow
        reset=left_as_found,  # what a session keeps is which generation it asks, and it knows that it does
        connection_class=Session,
        server_settings={
            "search_path": SERVICE,
            "application_name": f"daybook-{SERVICE}-reader",
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            "default_transaction_read_only": "on",
            "idle_in_transaction_session_timeout": f"{STALLED_SECONDS}s",
            "transaction_timeout": str(settings.transaction_timeout_ms),  # for one that froze while the server takes it for active
        },
    )
    sessions = Sessions(pool)
    return Reader(sessions, Present(sessions, settings.asking.get_secret_value()))
