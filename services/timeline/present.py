"""How far the timeline has come: looked up once for all who wait for it, when a commit rings, and never once for each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Protocol

import asyncpg

from schemas.positions import short
from services.chassis.away import Away
from services.chassis.bell import Bell, listening, within
from services.chassis.passing import is_passing
from services.chassis.queries import queries
from services.timeline.generations.names import SERVICE
from services.timeline.now import Now, Place

SQL = queries(Path(__file__).parent / "sql" / "present.sql")
ENTER = {during: SQL["enter"].format(**{"while": f"'{during}'"}) for during in ("transaction", "session")}
During = Literal["transaction", "session"]
LOOK_SECONDS = 1.0  # for a notice that never came


class Asked(Protocol):
    """Whatever asks Postgres: a connection, or several."""

    async def fetchval(self, sql: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Noted:
    """A moment that was told beside an answer. `at` names Postgres' snapshot: at the same one all is as it was."""

    at: str = ""
    now: Now = field(default_factory=Now)


@lru_cache(8)
def noted(told: str) -> Noted:
    """The moment beside an answer, which several connections are told of."""
    found = json.loads(told)
    return Noted(found["at"], _now(found["present"]))


async def look(connection: Asked) -> Now:
    """What is so now, by one statement, which sees one moment."""
    return noted(await connection.fetchval(SQL["look"])).now


async def enter(tx: asyncpg.Connection, during: During = "transaction") -> Now:
    """What is so in this transaction, which asks the generation that answers from now on; or the session does."""
    return noted(await tx.fetchval(ENTER[during])).now


def _now(rows: Sequence[Mapping[str, Any]]) -> Now:
    known = [row for row in rows if row["topic"] is not None]
    return Now(
        rows[0]["number"] if rows else 0,
        {(row["topic"], row["partition"]): row["next_offset"] for row in known},
        {(row["topic"], row["partition"]): frozenset(row["waiting"]) for row in known if row["waiting"]},
        _logs(known),
    )


def _logs(rows: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        if mark := short(row["log_uuid"]):
            found[row["topic"]] = found.get(row["topic"], frozenset()) | {mark}
    return found


class Present:
    """The moment that was last looked at; `bell` rings when there is a later one. `away` tells of Postgres for all who ask it."""

    def __init__(self, asked: Asked, dsn: str) -> None:
        self._asked, self._dsn = asked, dsn
        self.now = Now()
        self.bell = Bell()
        self.away = Away("postgres_unavailable")

    async def keep(self) -> None:
        """Look whenever a commit rings, until cancelled."""
        while True:
            try:
                await self._keep()
            except Exception as error:
                if not is_passing(error):
                    raise
                self.away.waits(error)
                await asyncio.sleep(LOOK_SECONDS)

    async def _keep(self) -> None:
        rung = Bell()
        async with listening(self._dsn, SERVICE, f"daybook-{SERVICE}-present", rung) as connection:
            while not connection.is_closed():
                coming = rung.coming
                now = await look(self._asked)
                self.away.over()
                if now != self.now:
                    self.now = now
                    self.bell.ring()
                await within(coming, LOOK_SECONDS)
        raise ConnectionResetError("the connection that listens is gone")

    async def has_come_to(self, least: Mapping[Place, int], seconds: float) -> bool:
        """Whether it comes so far within so many seconds."""
        until = time.monotonic() + seconds
        while not self.now.takes_in(least) and time.monotonic() < until:
            await within(self.bell.coming, until - time.monotonic())  # nothing else runs between looking and waiting
        return self.now.takes_in(least)
