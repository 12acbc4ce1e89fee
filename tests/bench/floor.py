"""The floor under any answer: the server of the services, behind it the same SQL over one connection, and a body that is there already.

`python -m tests.bench.floor PORT DSN SEARCH_PATH` serves `/<number>/…`: the question of that number, which the first lines of input tell, as JSON:
its SQL, its arguments and how many bytes its answer has.
"""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import dataclass

import asyncpg
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from services.chassis.http import Connection


@dataclass(frozen=True, slots=True)
class Floor:
    """An ASGI application that does nothing but that."""

    bare: asyncpg.Connection
    questions: list[tuple[str, list[object], bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sql, arguments, body = self.questions[int(scope["path"].strip("/"))]
        await self.bare.fetch(sql, *arguments)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def main(port: str, dsn: str, search_path: str) -> None:
    """Serve until the process is ended."""
    listening = socket.create_server(("127.0.0.1", int(port)))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    questions = [(sql, arguments, b" " * size) for sql, arguments, size in json.loads(sys.stdin.readline())]
    bare = await asyncpg.connect(dsn, server_settings={"search_path": search_path})
    config = uvicorn.Config(Floor(bare, questions), http=Connection, log_config=None, access_log=False, lifespan="off")
    await uvicorn.Server(config).serve(sockets=[listening])


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:4]))
