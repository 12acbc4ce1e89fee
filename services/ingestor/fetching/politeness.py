"""One request at a time to each host, with a pause between two."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

MOST_HOSTS = 10_000  # remembered; those that nobody waits for and whose pause is over are forgotten first


@dataclass(slots=True)
class _Host:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    free_at: float = 0.0
    users: int = 0


class Politeness:
    """Shared by all fetches of a process. `clock` and `sleep` are given so that tests need not wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._clock, self._sleep = clock, sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str, delay: float) -> AsyncIterator[None]:
        """A turn with the host: `delay` seconds after it, the next may begin."""
        host = self._hosts.setdefault(name, _Host())
        host.users += 1
        try:
            async with host.lock:
                wait = host.free_at - self._clock()
                if wait > 0:
                    await self._sleep(wait)
                try:
                    yield
                finally:
                    host.free_at = max(host.free_at, self._clock() + delay)
        finally:
            host.users -= 1
            self._forget()

    def hold(self, name: str, seconds: float) -> None:
        """Leave the host alone for so long, as it asked."""
        host = self._hosts.setdefault(name, _Host())
        host.free_at = max(host.free_at, self._clock() + seconds)

    def _forget(self) -> None:
        if len(self._hosts) > MOST_HOSTS:
            now = self._clock()
            self._hosts = {name: host for name, host in self._hosts.items() if host.users or host.free_at > now}
