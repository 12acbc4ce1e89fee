"""A bell: whoever waits is woken when something may have changed, and looks for itself. Postgres rings it from any process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg


class Bell:
    """Take `coming` before you look, then wait for it: what changes in between rings too."""

    def __init__(self) -> None:
        self._coming = asyncio.Event()

    @property
    def coming(self) -> asyncio.Event:
        """The ring that has not come yet."""
        return self._coming

    def ring(self) -> None:
        """Wake all who wait for the ring that was coming."""
        rung, self._coming = self._coming, asyncio.Event()
        rung.set()


async def within(ring: asyncio.Event, seconds: float) -> bool:
    """Whether it came within so many seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(ring.wait(), max(seconds, 0))
    return ring.is_set()


@contextlib.asynccontextmanager
async def listening(dsn: str, channel: str, name: str, bell: Bell) -> AsyncIterator[asyncpg.Connection]:
    """Ring at each notice on a channel, and when the connection is gone, as notices may be missed from then on.

    Raises:
        OSError, asyncpg.PostgresError: the server can't be reached.
    """
    connection = await asyncpg.connect(dsn, timeout=10, server_settings={"application_name": name})
    try:
        connection.add_termination_listener(lambda _: bell.ring())
        await connection.add_listener(channel, lambda *_: bell.ring())
        yield connection
    finally:
        connection.terminate()
