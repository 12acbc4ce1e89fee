"""Whether too much waits for Kafka is asked once for a moment, and no more is let in for that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from services.ingestor.backlog import STANDS_SECONDS, Backlog


@dataclass
class World:
    """So many records wait; how often that was asked; what the clock says."""

    waiting: int = 0
    asked: int = 0
    now: float = 100.0
    backlog: Backlog = field(init=False)

    def __post_init__(self) -> None:
        self.backlog = Backlog(self._count, 10, lambda: self.now)

    async def _count(self) -> int:
        self.asked += 1
        seen = self.waiting
        await asyncio.sleep(0)
        return seen


async def test_one_look_stands_for_a_moment() -> None:
    world = World()
    assert not any([await world.backlog.is_full() for _ in range(5)])
    assert world.asked == 1
    world.now, world.waiting = world.now + STANDS_SECONDS, 11
    assert await world.backlog.is_full()


async def test_what_is_taken_in_meanwhile_takes_up_the_room() -> None:
    world = World(waiting=4)
    assert not await world.backlog.is_full()
    world.backlog.takes(6)
    assert not await world.backlog.is_full()
    assert world.asked == 1
    # when one more comes, then it is looked again: Kafka may have taken some, or not
    world.backlog.takes(1)
    assert not await world.backlog.is_full()
    world.backlog.takes(7)
    world.waiting = 11
    assert await world.backlog.is_full()
    assert world.asked == 3


async def test_that_it_is_full_stands_for_no_moment() -> None:
    world = World(waiting=11)
    assert await world.backlog.is_full()
    world.waiting = 10
    assert not await world.backlog.is_full()


async def test_all_who_ask_at_once_share_a_look() -> None:
    world = World(waiting=11)
    assert all(await asyncio.gather(*(world.backlog.is_full() for _ in range(20))))
    assert world.asked <= 2


async def test_what_is_committed_while_it_is_counted_counts_besides() -> None:
    # given a look that has counted, and not yet told
    world = World()
    looking = asyncio.create_task(world.backlog.is_full())
    while not world.asked:
        await asyncio.sleep(0)
    # when
    world.waiting = 11
    world.backlog.takes(11)
    # then
    assert await looking
    assert await world.backlog.is_full()
    world.waiting = 0
    assert not await world.backlog.is_full()


async def test_whoever_wants_to_know_anew_is_told_what_is_so_now() -> None:
    world = World()
    assert not await world.backlog.is_full()
    world.waiting = 11
    assert not await world.backlog.is_full()
    assert await world.backlog.is_full(anew=True)
