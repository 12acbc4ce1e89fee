"""How often a caller may ask: a sliding window, told in each answer by the fields of draft-ietf-httpapi-ratelimit-headers."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from itertools import islice

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

NAME = '"daybook"'
LOOKED_AT = 2  # callers at each request, whether they are to be forgotten: one more than a request can add


class BadRateError(Exception):
    """The setting of a rate can't be read; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a request may pass, and what its caller is told."""

    passes: bool
    headers: dict[str, str]


class Counts(MemoryStorage):
    """How often each caller has asked, for one thread. The library's own starts a thread at every request, which forgets what is over; that
    took more than the request's own counting. Here each request forgets the oldest: they run out in the order in which they came.
    """

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; gives how many there are by now."""
        for known in (*islice(self.expirations, LOOKED_AT), key):
            self.get(known)  # which forgets it if it is over
        self.storage[key] += amount
        self.expirations.setdefault(key, time.time() + expiry)
        return self.storage[key]


class Rates:
    """Counted in this process, for each caller by itself."""

    def __init__(self, rate: str) -> None:
        """`rate` as `600/minute`.

        Raises:
            BadRateError: it is not of this form.
        """
        try:
            self._item: RateLimitItem = parse(rate)
        except ValueError as error:
            raise BadRateError(f"{rate!r} is no rate; write it as 600/minute") from error
        self._policy = f"{NAME};q={self._item.amount};w={self._item.get_expiry()}"
        self._window = SlidingWindowCounterRateLimiter(Counts())

    def turn(self, caller: str) -> Turn:
        """Count one request."""
        passes = self._window.hit(self._item, caller)
        state = self._window.get_window_stats(self._item, caller)
        left = max(1, math.ceil(state.reset_time - time.time()))
        headers = {
            "RateLimit-Policy": self._policy,
            "RateLimit": f"{NAME};r={max(0, state.remaining)};t={left}",
        }
        return Turn(passes, headers if passes else headers | {"Retry-After": str(left)})
