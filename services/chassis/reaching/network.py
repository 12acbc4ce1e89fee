"""Connections that are checked where they are made, so that no answer of a name server can lead them astray.

The name is looked up once, every address it leads to is judged, and the connection goes to the very address that was judged; TLS and
the Host header keep the name. What is checked before and looked up again later (DNS rebinding) does not happen.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterable

import anyio
import httpcore
from httpcore import AnyIOBackend

from services.chassis.reaching.addresses import refusal_of
from services.chassis.reaching.bounds import Reach, UnreachedError

Resolve = Callable[[str, int], Awaitable[list[str]]]
Judge = Callable[[str, Reach], str | None]


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order; numbers in any writing (`0x7f.1`) become addresses too.

    Raises:
        OSError, UnicodeError: there are none.
    """
    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class Counted(httpcore.AsyncNetworkStream):
    """A stream that ends when a response's head does not."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, most: int) -> None:
        self._stream, self._most = stream, most
        self._count, self._in_head = 0, True

    def head_is_in(self) -> None:
        """From here on the body's own bound counts."""
        self._in_head = False

    def answer_is_in(self) -> None:
        """All of the answer has come; what comes next on this connection is another one's head."""
        self._count, self._in_head = 0, True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the library's signature
        """Some bytes.

        Raises:
            UnreachedError: the head is longer than it may be.
        """
        if self._in_head and self._count >= self._most:
            raise UnreachedError("head_too_large", f"{self._most:,}")
        most = min(max_bytes, self._most - self._count) if self._in_head else max_bytes
        content = await self._stream.read(most, timeout)
        self._count += len(content)
        return content

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Hand on."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Hand on."""
        await self._stream.aclose()

    async def start_tls(self, ssl_context: object, server_hostname: str | None = None, timeout: float | None = None) -> Counted:  # noqa: ASYNC109
        """The same over TLS: the bound is for what TLS carries."""
        inner = await self._stream.start_tls(ssl_context, server_hostname, timeout)  # type: ignore[arg-type]
        return Counted(inner, self._most)

    def get_extra_info(self, info: str) -> object:
        """Hand on; `counted` is this stream."""
        return self if info == "counted" else self._stream.get_extra_info(info)


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Looks up, judges, connects. `resolve` and `judge` are given so that tests can be name servers, and take the guard out."""

    def __init__(self, reach: Reach, resolve: Resolve = look_up, judge: Judge = refusal_of) -> None:
        self._reach, self._resolve, self._judge = reach, resolve, judge
        self._backend = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - as above; the pool gives none
    ) -> httpcore.AsyncNetworkStream:
        """A connection to one of the name's addresses, all of which are allowed.

        Raises:
            UnreachedError: the name leads nowhere, or one of its addresses is refused.
            httpcore.ConnectError, httpcore.ConnectTimeout: none of them answers.
        """
        addresses = await self.addresses(host, port)
        for address in addresses[:-1]:
            try:
                return await self._connect(address, port, timeout, local_address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._connect(addresses[-1], port, timeout, local_address)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name, all of which are allowed.

        Raises:
            UnreachedError: the name leads nowhere, or one of its addresses is refused.
        """
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise UnreachedError("no_name", host) from error
        if not addresses:
            raise UnreachedError("no_name", host)
        for address in addresses:
            why = self._judge(address, self._reach)
            if why:
                raise UnreachedError("address", f"{host} leads to {address}, which may not be connected to ({why})")
        return addresses

    async def _connect(self, address: str, port: int, seconds: float | None, local: str | None) -> Counted:
        return Counted(await self._backend.connect_tcp(address, port, seconds, local), self._reach.head_bytes)
