"""Addresses that are behind: new ones that begin in the past, and those whose queue was full. Each reads the log up to where the
follower is; there, in a transaction that holds the follower back for its moment, it is told again. Nothing falls between, nor comes twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.chassis.away import Away
from services.chassis.decoding import decode
from services.chassis.errors import Halt, Permanent
from services.chassis.health import Health
from services.chassis.passing import is_passing
from services.chassis.plan import is_genesis
from services.chassis.probing import probe_of
from services.chassis.reading_back import stretch
from services.chassis.records import seq_of
from services.webhooks.allotting import Position, allot
from services.webhooks.messages import Message, message
from services.webhooks.queueing import SQL, Queueing, heard, write

log = structlog.get_logger()
PART = "catching up"
LOOK_SECONDS = 0.5
MOST = 500  # records at a time


class CatchingUp:
    """Looks after all addresses that are behind, one stretch at a time."""

    def __init__(self, follower: str, pool: asyncpg.Pool, queueing: Queueing, most: int, kafka: str, health: Health) -> None:
        self._follower, self._pool, self._queueing, self._most = follower, pool, queueing, most
        self._kafka, self._health, self._away = kafka, health, Away("webhooks_wait", part=PART)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                moved = await self.look()
                self._health.set(PART)
                self._away.over()
            except Halt as error:
                self._health.set(PART, reason=f"halted: {error}")
                log.error("webhooks_halted", reason=str(error))  # noqa: TRY400 - the reason is all
                moved = False
            except Exception as error:
                if not is_passing(error):
                    raise
                self._away.waits(error)
                self._health.set(PART, reason=f"waiting: {error!r}")
                moved = False
            await asyncio.sleep(0 if moved else LOOK_SECONDS)

    async def look(self) -> bool:
        """One stretch for each address and partition that is behind and has room. Whether any moved."""
        rows = await self._pool.fetch(SQL["behind"], self._follower, self._most)
        if not rows:
            return False
        async with probe_of(self._kafka) as probe:
            return any([await self._move(probe, row) for row in rows])

    async def _move(self, probe: AIOKafkaConsumer, row: asyncpg.Record) -> bool:
        at = TopicPartition(row["topic"], row["partition"])
        reached = await self._pool.fetchval(SQL["reached"], self._follower, *at)
        raws = await _read(probe, at, row["next_offset"], min(reached, row["next_offset"] + MOST))
        try:
            return await self._queue(row, at, raws)
        except Overtaken:
            return False  # the others go on; the next look sees what the other process left

    async def _queue(self, row: asyncpg.Record, at: TopicPartition, raws: Sequence[ConsumerRecord]) -> bool:
        """Queue a stretch and move on; at the follower's own position the address is told from now on."""
        async with self._pool.acquire() as tx, tx.transaction():
            listeners = await self._queueing.listeners(tx, row["endpoint_id"])
            reached = await tx.fetchval(SQL["reached"], self._follower, *at)
            end = raws[-1].offset + 1 if raws else row["next_offset"]
            aside = await self._set_aside(tx, at, row["next_offset"], end)
            fresh, next_seq = fresh_of(raws, row["next_seq"], aside)
            made = allot(fresh, listeners, {(row["endpoint_id"], tuple(at)): Position(0, end)}, await heard(tx, fresh))
            await write(tx, made)
            moved_to = None if end >= reached else end
            where = (row["endpoint_id"], *at, row["next_offset"])
            if not await tx.fetchval(SQL["advance"], *where, moved_to, next_seq):
                raise Overtaken
        return bool(raws) or moved_to is None

    async def _set_aside(self, tx: asyncpg.Connection, at: TopicPartition, first: int, end: int) -> set[int]:
        """Where records lie that are in quarantine, or were given up."""
        return {found["at"] for found in await tx.fetch(SQL["set_aside"], self._follower, *at, first, end)}


class Overtaken(Exception):  # noqa: N818
    """Another process has read this stretch for this address."""


async def _read(probe: AIOKafkaConsumer, at: TopicPartition, first: int, end: int) -> list[ConsumerRecord]:
    found: list[ConsumerRecord] = []
    if first < end:
        async for batch in stretch(probe, at, first, end):
            found += batch
    return found


def fresh_of(raws: Sequence[ConsumerRecord], next_seq: int, aside: set[int]) -> tuple[list[Message], int]:
    """The messages of a stretch of the log: without repeats, the opening record, and what is in quarantine. And the number that follows."""
    fresh: list[Message] = []
    for raw in raws:
        seq = seq_of(raw)
        if seq is not None and seq < next_seq:
            continue
        next_seq = next_seq if seq is None else seq + 1
        if not is_genesis(raw) and raw.offset not in aside and (made := _message(raw)):
            fresh.append(made)
    return fresh, next_seq


def _message(raw: ConsumerRecord) -> Message | None:
    """None for what is no change: the follower has set it aside, or an operator has given it up."""
    try:
        return message(decode(raw))
    except Permanent:
        return None
