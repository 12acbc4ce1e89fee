"""One listener: what is still to be sent to it, within a bound."""

from __future__ import annotations

import asyncio
import contextlib


class Listener:
    """Messages that wait for one connection. One that does not take them fast enough is let go, and reads on when it asks again."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._pieces: list[bytes] = []
        self._bytes = 0
        self._something = asyncio.Event()
        self.let_go = False

    def hear(self, messages: bytes) -> bool:
        """Take what a round has, unless too much of earlier ones waits: then whatever waits is dropped, and the listener is let go."""
        if self._bytes > self._most:
            self._pieces, self._bytes, self.let_go = [], 0, True
        else:
            self._pieces.append(messages)
            self._bytes += len(messages)
        self._something.set()
        return not self.let_go

    async def take(self, seconds: float) -> bytes:
        """All that waits, once something does; nothing, if that takes longer than so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._something.wait(), seconds)
        return self.take_now()

    def take_now(self) -> bytes:
        """All that waits."""
        text = b"".join(self._pieces)
        self._pieces, self._bytes = [], 0
        self._something.clear()
        return text

    def end(self) -> None:
        """Wake it to see that the stream is over."""
        self._something.set()
