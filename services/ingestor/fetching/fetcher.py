"""Fetching an address: robots.txt, politeness, redirects, tries. What goes wrong comes back as a value."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

import anyio
import stamina

from services.chassis.reaching.addresses import refusal_of
from services.chassis.reaching.network import CheckedBackend, Judge, Resolve, look_up
from services.chassis.reaching.retrying import retry_after
from services.chassis.reaching.targets import Target
from services.ingestor.fetching.exchange import Response, ask
from services.ingestor.fetching.outcomes import (
    NOTHING,
    Fetched,
    NotFetched,
    Outcome,
    RefusedError,
    Unchanged,
    Validators,
    not_fetched,
)
from services.ingestor.fetching.politeness import Politeness
from services.ingestor.fetching.robots import Robots
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.fetching.targets import redirected, target

MOVED = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
BUSY = frozenset({429, 500, 502, 503, 504})


class _Found(NamedTuple):
    at: Target
    response: Response


class _AgainError(Exception):
    """Another try may help. `wait`: when the server says."""

    def __init__(self, refusal: NotFetched, wait: float | None) -> None:
        super().__init__(refusal.what)
        self.refusal, self.wait = refusal, wait


def utc_now() -> datetime:
    """The time that pages are captured at."""
    return datetime.now(UTC)


class Fetcher:
    """Fetches for one process. `resolve` and `judge` as in `CheckedBackend`."""

    def __init__(
        self,
        settings: FetchSettings,
        *,
        resolve: Resolve = look_up,
        judge: Judge = refusal_of,
        politeness: Politeness | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings, self._now = settings, now
        self._backend = CheckedBackend(settings, resolve, judge)
        self._politeness = politeness or Politeness()
        self._robots = Robots(self._read_robots, clock)

    async def fetch(self, url: str, validators: Validators = NOTHING) -> Outcome:
        """The page at an address; with validators of an earlier fetch, only if it has changed since. Never raises for what the web does."""
        try:
            async for attempt in stamina.retry_context(
                on=self._again, attempts=self._settings.attempts, timeout=None, wait_initial=0.5, wait_max=10.0
            ):
                with attempt:
                    return await self._once(url, validators)
        except _AgainError as error:
            return error.refusal
        raise AssertionError("stamina tries at least once")

    def _again(self, error: Exception) -> bool | float:
        if not isinstance(error, _AgainError):
            return False
        if error.wait is None:
            return True
        return error.wait if error.wait <= self._settings.longest_wait_seconds else False

    async def _once(self, url: str, validators: Validators) -> Outcome:
        try:
            found = await self._follow(url, _conditions(validators), self._settings.body_bytes, obeying=self._settings.robots)
        except RefusedError as error:
            refusal = not_fetched(url, error.reason, error.detail)
            if refusal.passes:
                raise _AgainError(refusal, None) from error
            return refusal
        return self._outcome(url, validators, found)

    def _outcome(self, url: str, validators: Validators, found: _Found) -> Outcome:
        response = found.response
        if response.status == HTTPStatus.OK:
            return self._fetched(url, found)
        if response.status == HTTPStatus.NOT_MODIFIED and validators != NOTHING:
            return Unchanged(url)
        said = _status(response.status)
        if response.status in BUSY:
            wait = retry_after(response.headers.get("retry-after"), self._now())
            self._politeness.hold(found.at.host, min(wait or 0.0, self._settings.longest_wait_seconds))
            raise _AgainError(not_fetched(url, "busy", said, retry_after=wait, status=response.status), wait)
        return not_fetched(url, "gone" if response.status in GONE else "status", said, status=response.status)

    def _fetched(self, url: str, found: _Found) -> Fetched:
        headers = found.response.headers
        given = Validators(headers.get("etag"), headers.get("last-modified"))
        media_type = headers.get("content-type", "application/octet-stream")
        return Fetched(url, str(found.at.url), found.response.content, media_type, self._now(), given)

    async def _follow(self, url: str, conditions: Mapping[str, str], most: int, *, obeying: bool) -> _Found:
        """The response at the end of the redirects; each hop is judged as the first was."""
        at, seen, left = target(url, self._settings), set[str](), self._settings.total_seconds
        while True:
            seen.add(str(at.url))
            delay = await self._permitted(at) if obeying else self._settings.delay_seconds
            response, took = await self._ask(at, conditions, most, delay, left)
            location = response.headers.get("location")
            if response.status not in MOVED or location is None:
                return _Found(at, response)
            at, left = redirected(at, location, self._settings), left - took
            self._check_way(at, seen)

    def _check_way(self, at: Target, seen: set[str]) -> None:
        if str(at.url) in seen:
            raise RefusedError("redirects", "redirects go round in a circle")
        if len(seen) > self._settings.redirects:
            raise RefusedError("redirects", f"more than {self._settings.redirects} redirects")

    async def _ask(self, at: Target, conditions: Mapping[str, str], most: int, delay: float, seconds: float) -> tuple[Response, float]:
        """A response, and how many seconds it took; the wait for the host's turn apart."""
        async with self._politeness.turn(at.host, delay):
            began = anyio.current_time()
            try:
                with anyio.fail_after(max(seconds, 0.0)):
                    response = await ask(at, conditions, self._settings, self._backend, most)
            except TimeoutError as error:
                raise RefusedError("too_slow", f"{self._settings.total_seconds:g}") from error
            return response, anyio.current_time() - began

    async def _permitted(self, at: Target) -> float:
        """Seconds to pause after this request, if robots.txt lets us make it."""
        rules = await self._robots.rules(at.site)
        verdict = rules.allows(str(at.url), self._settings.agent)
        if verdict != "yes":
            raise RefusedError("robots" if verdict == "no" else "robots_away", at.host)
        asked = min(rules.delay(self._settings.agent), self._settings.longest_delay_seconds)
        return max(asked, self._settings.delay_seconds)

    async def _read_robots(self, url: str) -> tuple[int, bytes]:
        response = (await self._follow(url, {}, self._settings.robots_bytes, obeying=False)).response
        return response.status, response.content


def _conditions(validators: Validators) -> dict[str, str]:
    stated = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in stated.items() if value is not None}


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
