"""One request and its response, over a connection of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext

import httpcore
import httpx

from services.chassis.reaching.bounds import UnreachedError
from services.chassis.reaching.network import CheckedBackend, Counted
from services.chassis.reaching.targets import Target
from services.ingestor.fetching.outcomes import RefusedError
from services.ingestor.fetching.packings import OFFERED
from services.ingestor.fetching.resources import resource
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.fetching.unpacking import Unpacker

OK = httpx.codes.OK


@dataclass(frozen=True, slots=True)
class Response:
    """A response; the body is read where the status is 200 and the type is one that may be text."""

    status: int
    headers: httpx.Headers
    content: bytes = b""


async def ask(at: Target, headers: Mapping[str, str], settings: FetchSettings, backend: CheckedBackend, most: int) -> Response:
    """Send one GET, and read what comes within bounds. Redirects are not followed, cookies neither sent nor kept.

    Raises:
        RefusedError: for whatever goes wrong.
    """
    try:
        async with httpcore.AsyncConnectionPool(_tls(), http1=True, http2=False, retries=0, network_backend=backend) as pool:
            return await _ask(pool, at, headers, settings, most)
    except UnreachedError as error:
        raise RefusedError(error.reason, error.detail) from error
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise RefusedError("unreachable", _said(error)) from error
    except httpcore.TimeoutException as error:
        raise RefusedError("too_slow", f"{settings.idle_seconds:g}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise RefusedError("broken", _said(error)) from error


async def _ask(pool: httpcore.AsyncConnectionPool, at: Target, headers: Mapping[str, str], settings: FetchSettings, most: int) -> Response:
    sent = {
        "host": at.url.netloc.decode("ascii"),
        "user-agent": settings.agent,
        "accept-encoding": OFFERED,
        "connection": "close",
        **headers,
    }
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), settings.idle_seconds)
    async with pool.stream("GET", str(at.url), headers=list(sent.items()), extensions={"timeout": timeouts}) as response:
        _head_is_in(response)
        found = httpx.Headers(response.headers)
        if response.status != OK:
            return Response(response.status, found)
        _check_type(found.get("content-type", ""))
        return Response(response.status, found, await _body(response, found, most))


def _head_is_in(response: httpcore.Response) -> None:
    stream = response.extensions.get("network_stream")
    counted = stream.get_extra_info("counted") if stream is not None else None
    if isinstance(counted, Counted):
        counted.head_is_in()


async def _body(response: httpcore.Response, headers: httpx.Headers, most: int) -> bytes:
    stated = headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and int(stated) > most:
        raise RefusedError("too_large", f"{int(stated):,} bytes, more than {most:,}")
    unpacker = Unpacker(headers.get("content-encoding", ""), most)
    async for piece in response.aiter_stream():
        unpacker.feed(piece)
    return unpacker.content()


def _check_type(media_type: str) -> None:
    kind = media_type.partition(";")[0].strip().lower()
    if kind.startswith(tuple(resource("types")["never"])) and kind not in resource("types")["but"]:
        raise RefusedError("not_text", kind[:60])


def _said(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]


@cache
def _tls() -> SSLContext:
    return httpx.create_ssl_context()
