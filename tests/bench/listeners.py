"""Listeners to the stream in a process of their own: `python -m tests.bench.listeners HOST PORT COUNT`. Each asks for one country.

Says `ready` once all are told where they stand, and, when its input ends, how many messages they have heard.
"""

from __future__ import annotations

import asyncio
import sys

from services.chassis.http import allow_files

COUNTRIES = 50


def country(number: int) -> str:
    """One of `COUNTRIES` codes."""
    return f"Q{chr(ord('A') + number % 26)}" if number % COUNTRIES < 26 else f"X{chr(ord('A') + number % COUNTRIES - 26)}"


class Listening(asyncio.Protocol):
    """Counts messages, and takes bytes as fast as they come."""

    heard = 0

    def __init__(self, asked: bytes) -> None:
        self._asked, self.opened = asked, asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._asked)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done() and b"retry:" in data:
            self.opened.set_result(None)
        Listening.heard += data.count(b"\ndata: ")


async def listen(host: str, port: int, number: int) -> None:
    asked = f"GET /v1/stream?country={country(number)} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
    _, protocol = await asyncio.get_running_loop().create_connection(lambda: Listening(asked), host, port)
    await asyncio.wait_for(protocol.opened, 60)


async def main(host: str, port: int, count: int) -> None:
    allow_files(count)
    for first in range(0, count, 50):
        await asyncio.gather(*(listen(host, port, number) for number in range(first, min(first + 50, count))))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(Listening.heard, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
