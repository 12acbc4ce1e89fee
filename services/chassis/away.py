"""A server that is away: told in the log once when it goes, then after pauses that grow, and once when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

import structlog

log = structlog.get_logger()
FIRST_SECONDS = 10.0
LONGEST_SECONDS = 600.0


class Pauses:
    """When what is met again and again is to be said: at once, then after pauses that double, and anew once it was not met for a pause."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._met, self._due, self._pause = -inf, -inf, FIRST_SECONDS

    def due(self) -> bool:
        """It was met again: whether to say so."""
        now, before = self._clock(), self._met
        self._met = now
        if now - before > self._pause:
            self._due, self._pause = now, FIRST_SECONDS
        if now < self._due:
            return False
        self._due, self._pause = now + self._pause, min(2 * self._pause, LONGEST_SECONDS)
        return True


class Away:
    """One part's word on the server that it waits for. `event`: what the log calls its waiting; `about`: fields that say which part.

    Every waiting of `FIRST_SECONDS` is told; shorter ones that come and go are told ever more rarely.
    """

    def __init__(self, event: str, clock: Callable[[], float] = time.monotonic, **about: object) -> None:
        self._event, self._clock, self._about = event, clock, about
        self._pauses = Pauses(clock)
        self._since: float | None = None
        self._told = False

    def waits(self, error: Exception, **about: object) -> None:
        """It was tried again, and in vain."""
        self._since = self._clock() if self._since is None else self._since
        if self._pauses.due() or (not self._told and self._is_long()):
            self._told = True
            log.warning(self._event, **self._about, **about, error=repr(error), seconds=self._seconds())

    def over(self) -> None:
        """It was tried, and went well. Said only if the waiting was; what is away after a long waiting is away anew."""
        if self._told:
            log.info("waiting_over", waited=self._event, **self._about, seconds=self._seconds())
            if self._is_long():
                self._pauses = Pauses(self._clock)
        self._since, self._told = None, False

    def _is_long(self) -> bool:
        return self._seconds() >= FIRST_SECONDS

    def _seconds(self) -> float:
        return round(self._clock() - (self._since or 0.0), 1)
