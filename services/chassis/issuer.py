"""The keys of an OpenID Connect provider: fetched when needed, kept for a while, and where they are is asked of the provider itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
from jwt import PyJWKClient, PyJWKClientConnectionError

from services.chassis.api_keys import is_loopback
from services.chassis.away import Away

FETCH_SECONDS = 5.0  # for all that is fetched at a time, where the keys are and the keys, to its end
KEPT_SECONDS = 300.0
FOUND_SECONDS = 3600.0  # where the keys are; a fetch of them that fails asks anew
UNKNOWN_SECONDS = 30.0  # least time between two fetches for keys that nobody knows: anybody can write such a token
FAILED_SECONDS = 2.0  # a fetch that failed stands for all that are wanted within this time
LARGEST = 262_144  # bytes of an answer; a set of a hundred keys has a third of it
HEADERS = {"accept": "application/json", "accept-encoding": "identity"}  # so that few bytes do not become many
DISCOVERY = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, section 4."""


def is_safe(url: str) -> bool:
    """Whether what is fetched there can be believed: nobody between can change it."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")))
    except ValueError:
        return False


class IssuerKeys(PyJWKClient):
    """The library's client, with the fetching bounded, and the address asked for where it is not given.

    The library keeps the keys, looks for one that it does not know no more often than `UNKNOWN_SECONDS` allows, and lets one thread at a
    time look.
    """

    def __init__(self, issuer: str, url: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(url or issuer, lifespan=KEPT_SECONDS, timeout=FETCH_SECONDS, cooldown_duration=UNKNOWN_SECONDS)
        self._issuer, self._given, self._clock = issuer, url, clock
        self._found: tuple[str, float] | None = None
        self._failed: tuple[float, str] | None = None
        self._away = Away("issuer_away", clock, issuer=issuer)

    def fetch_data(self) -> Any:
        """The JWK set.

        Raises:
            PyJWKClientConnectionError: it can't be had at present, or what came is none.
        """
        if self._failed and self._clock() - self._failed[0] < FAILED_SECONDS:
            raise PyJWKClientConnectionError(self._failed[1])
        try:
            until = time.monotonic() + FETCH_SECONDS
            found = _fetched(self._url(until), until)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            self._found, self._failed = None, (self._clock(), str(error))
            self._away.waits(error)
            raise PyJWKClientConnectionError(str(error)) from error
        self._failed = None
        self._away.over()
        if self.jwk_set_cache is not None:
            self.jwk_set_cache.put(found)
        self._last_successful_fetch = time.monotonic()
        return found

    def _url(self, until: float) -> str:
        if self._given:
            return self._given
        if self._found is None or self._clock() - self._found[1] > FOUND_SECONDS:
            self._found = self._discovered(until), self._clock()
        return self._found[0]

    def _discovered(self, until: float) -> str:
        told = _fetched(self._issuer.rstrip("/") + DISCOVERY, until)
        if told.get("issuer") != self._issuer:
            raise ValueError(f"{self._issuer} calls itself {str(told.get('issuer'))[:200]!r}")
        url = told.get("jwks_uri")
        if not isinstance(url, str) or not is_safe(url) or (is_plain(url) and not is_plain(self._issuer)):
            raise ValueError(f"{self._issuer} names no https address of its keys")
        return url


def is_plain(url: str) -> bool:
    return urlsplit(url).scheme == "http"


def _fetched(url: str, until: float) -> dict[str, Any]:
    """A JSON object. No redirect is followed: where it leads has not been looked at.

    `until`: when it is given up, as `time.monotonic` counts.

    Raises:
        httpx.HTTPError: no answer, or no good one.
        ValueError: the answer is too large, too slow, or no JSON object.
    """
    told = json.loads(asyncio.run(_content(url, until)))
    if not isinstance(told, dict):
        raise ValueError(f"{url} holds no JSON object")  # noqa: TRY004 - of what came over the wire, not of an argument
    return told


async def _content(url: str, until: float) -> bytes:
    # On a loop of its own, as only that ends everything in time: the client's timeouts count anew at each step and each piece.
    try:
        async with (
            asyncio.timeout(until - time.monotonic()),
            httpx.AsyncClient(timeout=FETCH_SECONDS) as client,
            client.stream("GET", url, follow_redirects=False, headers=HEADERS) as answer,
        ):
            return await _body(url, answer)
    except TimeoutError as error:
        raise ValueError(f"{url} took more than {FETCH_SECONDS:.0f} s") from error


async def _body(url: str, answer: httpx.Response) -> bytes:
    if answer.status_code != httpx.codes.OK:
        raise ValueError(f"{url} answered {answer.status_code}")
    content = b""
    async for piece in answer.aiter_raw():
        content += piece
        if len(content) > LARGEST:
            raise ValueError(f"{url} is longer than {LARGEST:,} bytes")
    return content
