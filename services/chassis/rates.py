"""How often a caller may ask: a sliding window, told in each answer by the fields of draft-ietf-httpapi-ratelimit-headers."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

NAME = '"daybook"'


class BadRateError(Exception):
    """The setting of a rate can't be read; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a request may pass, and what its caller is told."""

    passes: bool
    headers: dict[str, str]


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
        self._window = SlidingWindowCounterRateLimiter(MemoryStorage())

    def turn(self, caller: str) -> Turn:
        """Count one request."""
        passes = self._window.hit(self._item, caller)
        state = self._window.get_window_stats(self._item, caller)
        left = max(1, math.ceil(state.reset_time - time.time()))
        headers = {
            "RateLimit-Policy": f"{NAME};q={self._item.amount};w={self._item.get_expiry()}",
            "RateLimit": f"{NAME};r={max(0, state.remaining)};t={left}",
        }
        return Turn(passes, headers if passes else headers | {"Retry-After": str(left)})
