"""Whether too much waits for Kafka. Every push asks that, and hardly ever is the answer new: one look stands for a moment."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from services.ingestor.together import Together

STANDS_SECONDS = 0.25


class Backlog:
    """`count` gives how many records wait; `most` may. What others take in meanwhile is seen at the next look."""

    def __init__(self, count: Callable[[], Awaitable[int]], most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._most, self._clock = count, most, clock
        self._looks = Together(self._look, about=lambda _: frozenset(), size=lambda _: 0)
        self._taken, self._full_at, self._looked = 0, -1, 0.0

    async def is_full(self, *, anew: bool = False) -> bool:
        """Whether more waits than may. That there is room stands for a moment, less what is taken in here; that there is none does not."""
        if anew or self._taken > self._full_at or self._clock() - self._looked >= STANDS_SECONDS:
            await self._looks.do(None)
        return self._taken > self._full_at

    def takes(self, records: int) -> None:
        """So many have come to it, and are committed."""
        self._taken += records

    async def _look(self, asked: Sequence[None]) -> Sequence[None]:
        """What is committed while it is counted may be missing there, and so counts besides."""
        looked, taken = self._clock(), self._taken
        self._full_at = taken + self._most - await self._count()
        self._looked = looked
        return [None] * len(asked)
