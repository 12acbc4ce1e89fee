"""One POST, over a connection to an address that was judged. What goes wrong comes back as a value; redirects are not followed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import anyio
import httpcore
import httpx

from services.chassis.reaching.addresses import refusal_of
from services.chassis.reaching.bounds import UnreachedError
from services.chassis.reaching.network import CheckedBackend, Counted, Judge, Resolve, look_up
from services.chassis.reaching.retrying import retry_after
from services.chassis.reaching.targets import Target, target
from services.webhooks.messages import MEDIA_TYPE
from services.webhooks.settings import WebhookSettings
from services.webhooks.verdicts import Answer

AGENT = "Daybook-Webhooks/0.1"
IDLE_SECONDS = 15.0  # a connection that is not used for so long is closed


class Poster:
    """Posts for one process; connections are kept for the next delivery. `resolve` and `judge` as in `CheckedBackend`."""

    def __init__(self, settings: WebhookSettings, *, resolve: Resolve = look_up, judge: Judge = refusal_of) -> None:
        self._settings = settings
        self._backend = CheckedBackend(settings, resolve, judge)
        self._pool = httpcore.AsyncConnectionPool(
            httpx.create_ssl_context(),
            max_connections=settings.at_once,
            keepalive_expiry=IDLE_SECONDS,
            http1=True,
            http2=False,
            network_backend=self._backend,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    def check(self, url: str) -> Target:
        """The address, if it may be posted to as far as one can see by looking at it.

        Raises:
            UnreachedError: it may not; `detail` says why.
        """
        at = target(url, self._settings)
        if at.url.scheme != "https" and not self._settings.unencrypted:
            raise UnreachedError("scheme", at.url.scheme)
        return at

    async def look(self, url: str) -> None:
        """Look the name up, and judge where it leads at this moment.

        Raises:
            UnreachedError: it leads nowhere, or where it must not, or nobody says in time; `detail` says why.
        """
        at = self.check(url)
        host = at.host.strip("[]")
        try:
            async with asyncio.timeout(self._settings.answer_seconds):
                await self._backend.addresses(host, at.url.port or {"http": 80, "https": 443}[at.url.scheme])
        except TimeoutError as error:
            raise UnreachedError("no_name", host) from error

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post, and say what was answered. Never raises for what the other side does."""
        try:
            with anyio.fail_after(self._settings.answer_seconds):
                return await self._post(self.check(url), headers, body)
        except UnreachedError as error:
            return Answer(None, refusal(error))
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(None, f"no answer within {self._settings.answer_seconds:g} s")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Answer(None, f"the connection failed: {str(error)[:200] or type(error).__name__}")

    async def _post(self, at: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        said = {
            "host": at.url.netloc.decode("ascii"),
            "user-agent": AGENT,
            "content-type": MEDIA_TYPE,
            "content-length": str(len(body)),
            **headers,
        }
        async with self._pool.stream("POST", str(at.url), headers=list(said.items()), content=body) as response:
            await self._drain(response)
            found = httpx.Headers(response.headers)
            return Answer(response.status, retry_after=retry_after(found.get("retry-after"), datetime.now(UTC)))

    async def _drain(self, response: httpcore.Response) -> None:
        """Read what little comes behind the head, so that the connection can serve again; one that says more is closed."""
        stream = response.extensions.get("network_stream")
        counted = stream.get_extra_info("counted") if stream is not None else None
        if isinstance(counted, Counted):
            counted.head_is_in()
        read = 0
        async for piece in response.aiter_stream():
            read += len(piece)
            if read > self._settings.answer_bytes:
                return
        if isinstance(counted, Counted):
            counted.answer_is_in()


def refusal(error: UnreachedError) -> str:
    """Why an address is not delivered to, for people."""
    words = {
        "no_name": "the name {} leads to no address",
        "port": "port {} is not allowed",
        "scheme": "only https is delivered to, not {}",
        "head_too_large": "the answer's head is above {} bytes",
    }
    return words.get(error.reason, "{}").format(error.detail)
