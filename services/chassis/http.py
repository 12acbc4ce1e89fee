"""The HTTP side that every service starts with: its description at `/docs`, and failures told as problems."""

from __future__ import annotations

import asyncio
import resource

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.chassis.problems import install


def application(name: str) -> FastAPI:
    """An application whose pages ask nothing of other sites: `/docs` works without a network, and nobody else hears who reads it."""
    app = FastAPIOffline(title=f"Daybook {name}", version="1", redoc_url=None, swagger_ui_parameters={"validatorUrl": None})
    install(app)
    return app


FILES_BESIDE = 1000
"""Of a process: its connections to the servers, its libraries, its log."""


def allow_files(connections: int) -> None:
    """Let the process hold that many connections beside its other files, as far as the administrator of the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES_BESIDE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


class Connection(HttpToolsProtocol):
    """A connection that a handler may cut off by `scope["state"]["cut_off"]()`: whoever takes nothing can't be told to leave.

    What the operating system and the server still hold for it is dropped.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the server has it
        """Give the requests of this connection a way to end it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut_off": transport.abort}
