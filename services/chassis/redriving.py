"""Trying again what was set aside, when an operator asks for it: by the partition's owner, between two batches, key by key in order."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import asyncpg
import structlog
from aiokafka import ConsumerRecord, TopicPartition

from services.chassis import checkpoints
from services.chassis.away import Away
from services.chassis.checkpoints import SQL, Checkpoint
from services.chassis.decoding import decode
from services.chassis.errors import Fenced, Halt, Permanent
from services.chassis.follower import Effects, Follower
from services.chassis.passing import is_passing
from services.chassis.probing import probe_of
from services.chassis.reading_back import stretch

log = structlog.get_logger()
LOOK_SECONDS = 1.0
MOST_KEYS = 100
MOST_TOLD = 10_000


class Redriver:
    """Looks after one follower's quarantine. A record of a key is applied only after all earlier ones of that key."""

    def __init__(self, follower: Follower, effects: Effects, pool: asyncpg.Pool, kafka: str) -> None:
        self._follower, self._effects, self._pool, self._kafka = follower, effects, pool, kafka
        self._away = Away("redriving_waits", follower=follower.name)
        self._over = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def stop(self) -> None:
        """Look no more; returns once a look that is under way has ended."""
        self._over.set()
        await self._idle.wait()

    async def run(self) -> None:
        """Look again and again, until stopped or cancelled."""
        while not await self._is_over():
            self._idle.clear()
            try:
                await self.look()
                self._away.over()
            except Fenced as error:
                log.warning("fenced", follower=self._follower.name, reason=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, it must be seen where the follower stands
                if not is_passing(error):
                    self._follower.halt_all(error)
                    return
                self._away.waits(error)
            finally:
                self._idle.set()

    async def _is_over(self) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), LOOK_SECONDS)
        return self._over.is_set()

    async def look(self) -> None:
        """Try each key of ours of which a record is wanted; let those go on of which all were given up."""
        held = sorted(self._follower.positions)
        partitions = [at.topic for at in held], [at.partition for at in held]
        rows = await self._pool.fetch(SQL["wanted"], self._follower.name, *partitions, MOST_KEYS)
        for row in rows:
            await self._try(TopicPartition(row["topic"], row["partition"]), row["key"])
        for at in list(self._follower.positions):
            await self._let_go_on(at)
        aside = await self._pool.fetchval(SQL["aside"], self._follower.name, MOST_TOLD)
        self._follower.tells_aside(aside, more=aside == MOST_TOLD)

    async def _let_go_on(self, at: TopicPartition) -> None:
        if not self._follower.waiting(at):
            return
        async with self._follower.at_rest(at) as held:
            if held is None:
                return
            left = await checkpoints.waiting_keys(self._pool, self._follower.name, [at])
            for key in self._follower.waiting(at) - {key for _, key in left}:
                self._follower.waits_no_more(at, key)

    async def _try(self, at: TopicPartition, key: bytes) -> None:
        async with self._follower.at_rest(at) as held:
            if held is None:
                return
            for offset in await self._waiting(at, key):
                if not await self._tried(held, key, offset):
                    return
            self._follower.waits_no_more(at, key)

    async def _tried(self, held: Checkpoint, key: bytes, offset: int) -> bool:
        try:
            raw = await self._read(held.at, offset)
        except Halt as error:
            await self._refused_again(held.at, key, offset, f"it is no longer in the log: {error}")
            return False
        return await self._applied(held, key, raw)

    async def _waiting(self, at: TopicPartition, key: bytes) -> list[int]:
        rows = await self._pool.fetch(SQL["of_key"], self._follower.name, *at, key)
        return [row["at"] for row in rows if row["state"] != "given_up"]

    async def _read(self, at: TopicPartition, offset: int) -> ConsumerRecord:
        """The record as the log has it.

        Raises:
            Halt: it has been deleted.
        """
        async with probe_of(self._kafka) as probe:
            async for batch in stretch(probe, at, offset, offset + 1):
                return batch[0]
        raise Halt(f"{at.topic}-{at.partition}: nothing lies at offset {offset}")

    async def _applied(self, held: Checkpoint, key: bytes, raw: ConsumerRecord) -> bool:
        """Apply one record in a transaction that proves that the partition is ours; the position stays where it is."""
        name = self._follower.name
        try:
            prepared = await self._effects.prepare([replace(decode(raw), again=True)])
            async with self._pool.acquire() as tx, tx.transaction():
                await checkpoints.wait_for_disk(tx)
                await checkpoints.advance(tx, name, [(held, held)])
                await self._effects.apply(tx, prepared)
                await tx.execute(SQL["released"], name, *held.at, key, [raw.offset])
        except (Permanent, Halt) as error:
            await self._refused_again(held.at, key, raw.offset, str(error))
            return False
        log.info("record_redriven", follower=name, topic=raw.topic, partition=raw.partition, offset=raw.offset)
        return True

    async def _refused_again(self, at: TopicPartition, key: bytes, offset: int, reason: str) -> None:
        await checkpoints.refused_again(self._pool, self._follower.name, at, key, offset, reason)
        where = {"topic": at.topic, "partition": at.partition, "offset": offset}
        log.error("record_refused_again", follower=self._follower.name, **where, reason=reason)
