"""Carrying out what was ordered: the normalizer reads its articles again, by the checkpoint protocol, and publishes what is news.

It is a follower like the reader, from the beginning of the articles to where the order says; so it goes on where it was after any end. What
it publishes differs from a first reading in its number alone, which tells merging that it counts, whichever comes first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import asyncpg
import stamina
import structlog

from services.chassis.away import Away
from services.chassis.catching_up import catch_up
from services.chassis.errors import Halt
from services.chassis.follower import Follower
from services.chassis.health import Health
from services.chassis.outbox import Outbox
from services.chassis.passing import is_passing
from services.chassis.records import Outgoing, Record
from services.chassis.service import Service
from services.normalizer.publish import rereading_record
from services.normalizer.rereading.desks import Desks, Read, cause_of, causes_of
from services.normalizer.rereading.knowing import SQL, news, not_overtaken
from services.normalizer.rereading.orders import Order, begin, finish, under_way
from services.normalizer.rulesets import Chosen

log = structlog.get_logger()
LOOK_SECONDS = 1.0
PART = "rereading"
Clock = Callable[[], datetime]


class Rereader:
    """Effects of following the articles once more, for one order."""

    def __init__(self, desks: Desks, outbox: Outbox, pool: asyncpg.Pool, order: Order, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._desks, self._outbox, self._pool, self._order, self._clock = desks, outbox, pool, order, clock

    async def prepare(self, records: Sequence[Record]) -> list[Read]:
        """Read what no later revision has overtaken; what can't be read stays as it was read before."""
        read = await self._desks.read(await self._not_overtaken(records))
        for one in read:
            if one.unreadable:
                at, offset = one.record.at, one.record.offset
                log.warning("article_not_reread", topic=at.topic, partition=at.partition, offset=offset, reason=one.unreadable)
        return read

    async def _not_overtaken(self, records: Sequence[Record]) -> list[Record]:
        """Waits for a Postgres that is away: what `prepare` raises would halt the follower until a restart."""
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=2.0):
            with attempt:
                found = await not_overtaken(self._pool, records)
        return found

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Read]) -> None:
        """Publish what is news, and count."""
        causes, number, at = causes_of(prepared), self._order.number, self._clock()
        found = [reading for reading, _ in await news(tx, [reading for one in prepared for reading in one.readings])]
        await self._outbox.append(tx, [rereading_record(causes[cause_of(one)], one, number, at) for one in found])
        unreadable = sum(one.unreadable is not None for one in prepared)
        await tx.execute(SQL["note"], self._order.number, len(prepared), len(found), unreadable)


class Silent(Outbox):
    """What is no record of an article was quarantined by the reader; here its key is noted, and no more."""

    def __init__(self) -> None:
        super().__init__("normalizer", {}, [])

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:
        """Nothing is published."""


class Rereadings:
    """Looks for orders that one normalizer can carry out: those to read by the ruleset that it reads by anyway."""

    def __init__(self, service: Service, ruleset: Chosen, seconds: float) -> None:
        self._service, self._ruleset, self._seconds = service, ruleset, seconds
        self._away = Away("rereading_waits")

    async def keep(self) -> None:
        """Look again and again, until cancelled. What can't be gone on with is told by readiness, and left alone until a restart."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
                self._away.over()
            except Halt as error:
                log.error("rereading_halted", reason=str(error))  # noqa: TRY400 - the reason is all
                self._service.health.set(PART, reason=str(error))
                return
            except Exception as error:
                if not is_passing(error):
                    raise
                self._away.waits(error)

    async def _look(self) -> None:
        if await self._ours() is None:
            return
        async with self._alone() as alone:
            if alone and (order := await self._ours()):  # whoever held the lock until now may have carried out what was seen before
                await self._carry_out(order)

    async def _ours(self) -> Order | None:
        """The order that is under way, if it is to read by the ruleset of this normalizer."""
        order = await under_way(self._service.pool)
        return order if order and order.ruleset == self._ruleset.version else None

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[bool]:
        """Whether no other process is at it. The lock saves work; that two never publish the same is the checkpoints' doing."""
        connection = await asyncpg.connect(self._service.settings.dsn.get_secret_value(), timeout=10)
        try:
            yield bool(await connection.fetchval(SQL["take"]))
        finally:
            connection.terminate()  # with the session ends the lock

    async def _carry_out(self, order: Order) -> None:
        service, settings = self._service, self._service.settings
        if not order.ends:
            await finish(service.pool, order)
            return
        log.info("rereading_begun", number=order.number, ruleset=order.ruleset, until=dict(order.until))
        await begin(service.pool, order)
        with Desks(self._ruleset, self._seconds) as desks:
            effects = Rereader(desks, service.outbox, service.pool, order)
            follower = Follower(order.follower, effects, service.pool, Silent(), Health(), service.faults, settings.kafka)
            try:
                await catch_up(follower, settings, order.ends)
            except Halt as error:
                if follower.halted:
                    raise
                log.warning("fenced", follower=order.follower, reason=str(error))
                return
        await finish(service.pool, order)
        log.info("rereading_done", number=order.number)
