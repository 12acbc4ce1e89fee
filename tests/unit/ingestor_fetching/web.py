"""A real web server that misbehaves by the path it is asked for, and a name server that says what a test wants."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

import brotli
from anyio.from_thread import start_blocking_portal

from services.chassis.reaching.addresses import refusal_of
from services.chassis.reaching.network import Judge
from services.ingestor.fetching.fetcher import Fetcher
from services.ingestor.fetching.packings import zstd
from services.ingestor.fetching.politeness import Politeness
from services.ingestor.fetching.settings import FetchSettings

PUBLIC = "127.0.0.2"  # stands for the public web: tests allow it, and nothing else of the loopback network
PAGE = b"<html><body><p>The ferry to Torvik sails again.</p></body></html>"

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Web:
    """What the server answers by path, and what it was asked: lines of the requests' heads, by path."""

    answers: dict[str, list[Answer]]
    port: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def at(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            self.asked.append((path, {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}))
            left = self.answers.get(path, [status(404)])
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, bytes):
                writer.write(answer.replace(b"%PORT%", str(self.port).encode()))
                await writer.drain()
            else:
                await answer(writer)
        writer.close()


def ok(body: bytes = PAGE, *headers: str, media_type: str = "text/html; charset=utf-8") -> bytes:
    return status(200, f"content-type: {media_type}", *headers, body=body)


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    stated = "" if any(line.lower().startswith("content-length") for line in headers) else f"content-length: {len(body)}\r\n"
    return f"HTTP/1.1 {code} so\r\n{stated}{''.join(f'{line}{chr(13)}{chr(10)}' for line in headers)}\r\n".encode() + body


def redirect(location: str, code: int = 302) -> bytes:
    return status(code, f"location: {location}")


def endless(start: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """Begins, and then never ends."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return write


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: bytes(brotli.compress(body, quality=5)),
    "zstd": zstd.compress,
}


def bomb(size: int, packing: str = "gzip") -> bytes:
    """A body that unpacks to a thousand times what it is, and more."""
    return PACKERS[packing](bytes(size))


@asynccontextmanager
async def web(**answers: Answer | list[Answer]) -> AsyncIterator[Web]:
    """Serve on a free port; `a_b` stands for the path `/a/b`, `robots` for robots.txt."""
    named = {"/robots.txt" if name == "robots" else f"/{name.replace('_', '/')}": answer for name, answer in answers.items()}
    site = Web({path: answer if isinstance(answer, list) else [answer] for path, answer in named.items()})
    server = await asyncio.start_server(site.serve, "0.0.0.0", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()


def names(**leads: str | list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    """A name server: `news_example` answers for news.example; of a list each answer is given once, the last for ever."""
    zone = {name.replace("_", "."): answer if isinstance(answer, list) else [answer] for name, answer in leads.items()}

    async def resolve(host: str, port: int) -> list[str]:
        if ":" in host or host.replace(".", "").isdigit():
            return [host]
        if host not in zone:
            raise OSError(host)
        left = zone[host]
        return (left.pop(0) if len(left) > 1 else left[0]).split(",")

    return resolve


def settings(**more: object) -> FetchSettings:
    """Allows the one address that stands for the web; no pauses."""
    plain: dict[str, object] = {"allow_networks": f"{PUBLIC}/32", "ports": "any", "delay_seconds": 0, "robots": False}
    return FetchSettings.model_validate(plain | more)


def fetcher(
    judge: Judge = refusal_of, politeness: Politeness | None = None, zone: dict[str, str | list[str]] | None = None, **more: object
) -> Fetcher:
    resolve = names(**({"news_example": PUBLIC, "other_example": PUBLIC} | (zone or {})))
    return Fetcher(settings(**more), resolve=resolve, judge=judge, politeness=politeness)


@contextmanager
def web_beside(**answers: Answer | list[Answer]) -> Iterator[Web]:
    """The same server in a thread of its own, for tests that wait."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(web(**answers)) as site:
        yield site
