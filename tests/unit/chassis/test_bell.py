"""The bell: what rings between looking and waiting is not missed, and each ring wakes all who wait."""

from __future__ import annotations

import asyncio

from services.chassis.bell import Bell, within


async def test_a_ring_that_comes_between_looking_and_waiting_is_heard() -> None:
    bell = Bell()
    coming = bell.coming
    bell.ring()
    assert await within(coming, 0)
    # but whoever takes the bell only when it has rung would wait for the next one
    assert not await within(bell.coming, 0)


async def test_one_ring_wakes_all_who_wait() -> None:
    bell = Bell()
    waiting = [asyncio.create_task(within(bell.coming, 30)) for _ in range(100)]
    await asyncio.sleep(0)
    bell.ring()
    assert all(await asyncio.gather(*waiting))
