"""Having the normalizer read again what a trial has read: the order is given, and waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import asyncpg
import stamina

from services.normalizer.rereading.orders import Order, UnderWayError, give, progress, taken, under_way, withdraw
from services.normalizer.rereading.shadow import NotMergedYetError, administer, need_merged, reached

LOOK_SECONDS = 0.2
TAKEN_SECONDS = 20.0
LEFT_SECONDS = 120.0
"""So long may nobody be at an order that was begun: enough for a normalizer to be started anew on a busy machine."""
Progress = Callable[[int, int], None]


class NobodyReadsSoError(Exception):
    """No normalizer runs that reads by this ruleset."""


class LeftLyingError(Exception):
    """The order was begun, and nobody is at it any more."""


async def promote(admin_dsn: str, order: Order, told: Progress) -> Order:
    """Give the order, unless it was given already, and wait until what it published is merged. `told` hears how many articles are behind.

    Raises:
        UnderWayError: another one was given meanwhile.
        NobodyReadsSoError: nobody took it; it was withdrawn.
        LeftLyingError: it was begun, and whoever began it has halted or ended; it stands.
    """
    session = await administer(admin_dsn)
    try:
        current = await under_way(session)
        if current is None:
            await give(session, order)
        elif current.number != order.number:
            raise UnderWayError("another rereading was ordered meanwhile")
        done = await _carried_out(session, order, told)
        await _merged(session)
        return done
    finally:
        session.terminate()


async def _carried_out(session: asyncpg.Connection, order: Order, told: Progress) -> Order:
    seen, total = time.monotonic(), sum(order.until.values())
    while True:
        now, behind = await progress(session, order)
        if now.state == "done":
            told(total, total)
            return now
        told(behind, total)
        seen = time.monotonic() if await taken(session) else seen
        await _need_somebody(session, now, time.monotonic() - seen)
        await asyncio.sleep(LOOK_SECONDS)


async def _need_somebody(session: asyncpg.Connection, order: Order, alone: float) -> None:
    """Check that an order that nobody was at for so many seconds may still be taken up."""
    if order.state == "ordered" and alone > TAKEN_SECONDS and await withdraw(session, order):
        raise NobodyReadsSoError(f"no normalizer runs here that reads by ruleset {order.ruleset}; nothing was changed")
    if order.state == "begun" and alone > LEFT_SECONDS:
        raise LeftLyingError(f"rereading {order.number} stands still: the normalizer that began it has halted, or runs no more")


async def _merged(session: asyncpg.Connection) -> None:
    """Wait until merging has heard all that was published by now."""
    first = await reached(session)
    async for attempt in stamina.retry_context(on=NotMergedYetError, attempts=None, timeout=None, wait_initial=0.05, wait_max=1.0):
        with attempt:
            need_merged(await reached(session), first)
