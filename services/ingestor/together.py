"""What waits is done together: while one group is under way the next gathers, and each asker hears of its own part once all of it is done.

Of many small pages each would cost a transaction and a flush of the disk of its own. Nothing waits for others to come: whoever finds
nothing under way goes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import Generic, TypeVar

from services.chassis.passing import is_passing

Asked = TypeVar("Asked")
Told = TypeVar("Told")
MOST = 100  # in one group
MOST_BYTES = 4_000_000  # in one group of more than one: it is held twice, and takes no longer than a large page may take alone


class Together(Generic[Asked, Told]):
    """Does `work` for groups of what is asked, one group after the other. `work` gives one answer for each, in order.

    `about` names what one is about: no two of a group are about the same, so that the later one finds what the earlier one did.
    `size` is in bytes.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]],
        about: Callable[[Asked], AbstractSet[Hashable]],
        size: Callable[[Asked], int],
    ) -> None:
        self._work, self._about, self._size = work, about, size
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._under_way: asyncio.Task[None] | None = None

    async def do(self, asked: Asked) -> Told:
        """The answer to one; raises what `work` raises for it."""
        told: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, told))
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._do_all())
        return await told

    async def _do_all(self) -> None:
        try:
            while group := self._next():
                await self._do(group)
        finally:
            self._under_way = None

    def _next(self) -> list[tuple[Asked, asyncio.Future[Told]]]:
        """The first that wait and that have nothing to do with each other, nor with one passed over before them."""
        seen: set[Hashable] = set()
        group, rest = list[tuple[Asked, asyncio.Future[Told]]](), list[tuple[Asked, asyncio.Future[Told]]]()
        size = 0
        for one in self._waiting:
            about = self._about(one[0])
            size += self._size(one[0])
            fits = not group or (len(group) < MOST and size <= MOST_BYTES)
            (group if fits and not about & seen else rest).append(one)
            seen |= about
        self._waiting = rest
        return group

    async def _do(self, group: Sequence[tuple[Asked, asyncio.Future[Told]]]) -> None:
        """Trouble that may pass is everybody's; any other is one's, and costs its neighbours nothing."""
        try:
            answers = await self._work([asked for asked, _ in group])
        except Exception as error:  # noqa: BLE001 - each asker is told
            if len(group) > 1 and not is_passing(error.__cause__ or error):
                for one in group:
                    await self._do([one])
                return
            for _, told in group:
                _tell(told, error)
            return
        for (_, told), answer in zip(group, answers, strict=True):
            if not told.done():
                told.set_result(answer)


def _tell(told: asyncio.Future[Told], error: Exception) -> None:
    if not told.done():
        told.set_exception(error)
