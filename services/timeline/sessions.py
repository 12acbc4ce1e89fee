"""Connections that stay at hand from one question to the next.

The client's pool makes a task for each connection that it lends and another when it comes back, which cost as much as half a short
question. Here one that came back in good order is lent again at once; whoever finds none waits at the pool, to which it then goes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from services.timeline.session import Session

PATIENCE_SECONDS = 3.0  # longest wait for a connection
REST_SECONDS = 60.0  # then those at hand go back to the pool, which closes what nobody wants or what was asked very often


class Sessions:
    """Around a pool of `Session`, which bounds how many there are."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._free: list[Session] = []
        self._waiting = 0

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[Session]:
        """A connection, for as long as the block lasts.

        Raises:
            TimeoutError: all are lent, and none came back in time.
        """
        session = self._at_hand() or await self._from_pool()
        try:
            yield session
        except BaseException:
            await self.pool.release(session)  # what it was about may go on, and the pool waits for its end
            raise
        await self._back(session)

    async def fetchval(self, sql: str) -> Any:
        """The value that a statement gives."""
        async with self.lent() as session:
            return await session.fetchval(sql)

    async def keep(self) -> None:
        """Give back those at hand from time to time, until cancelled."""
        while True:
            await asyncio.sleep(REST_SECONDS)
            await self.give_back()

    async def give_back(self) -> None:
        """To the pool."""
        while self._free:
            await self.pool.release(self._free.pop())

    async def close(self) -> None:
        """Close all of them, once they are back."""
        self._waiting += 1  # for ever: whatever comes back goes to the pool
        await self.give_back()
        await self.pool.close()

    def _at_hand(self) -> Session | None:
        """The one that came back last, as its server knows it best; one that broke off meanwhile is the pool's to replace."""
        return self._free.pop() if self._free and not _is_gone(self._free[-1]) else None

    async def _from_pool(self) -> Session:
        self._waiting += 1
        try:
            await self.give_back()
            session: Session = await self.pool.acquire(timeout=PATIENCE_SECONDS)
            return session
        finally:
            self._waiting -= 1

    async def _back(self, session: Session) -> None:
        if self._waiting or _is_gone(session):
            await self.pool.release(session)
        else:
            self._free.append(session)


def _is_gone(session: Session) -> bool:
    """The pool takes one that broke off for given back, and whoever still holds it learns nothing more from it."""
    try:
        return bool(session.is_closed())
    except asyncpg.InterfaceError:
        return True
