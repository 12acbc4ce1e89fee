"""Trying again what was set aside, when an operator asks for it: by the partition's owner, between two batches, key by key in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import structlog
from aiokafka import ConsumerRecord, TopicPartition

from services.chassis import checkpoints
from services.chassis.checkpoints import SQL, Checkpoint
from services.chassis.decoding import decode
from services.chassis.errors import Fenced, Halt, Permanent, is_passing
from services.chassis.follower import Effects, Follower
from services.chassis.probing import probe_of
from services.chassis.reading_back import stretch

log = structlog.get_logger()
LOOK_SECONDS = 1.0
MOST_KEYS = 100


class Redriver:
    """Looks after one follower's quarantine. A record of a key is applied only after all earlier ones of that key."""

    def __init__(self, follower: Follower, effects: Effects, pool: asyncpg.Pool, kafka: str) -> None:
        self._follower, self._effects, self._pool, self._kafka = follower, effects, pool, kafka

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Fenced as error:
                log.warning("fenced", follower=self._follower.name, reason=str(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, it must be seen where the follower stands
                if not is_passing(error):
                    self._follower.halt_all(error)
                    return

    async def look(self) -> None:
        """Try each key of ours of which a record is wanted; let those go on of which all were given up."""
        rows = await self._pool.fetch(SQL["wanted"], self._follower.name, MOST_KEYS)
        for at, key in [(TopicPartition(row["topic"], row["partition"]), row["key"]) for row in rows]:
            if at in self._follower.positions:
                await self._try(at, key)
        for at in list(self._follower.positions):
            await self._let_go_on(at)

    async def _let_go_on(self, at: TopicPartition) -> None:
        if not self._follower.waiting(at):
            return
        async with self._follower.at_rest(at):
            left = await checkpoints.waiting_keys(self._pool, self._follower.name, [at])
            for key in self._follower.waiting(at) - {key for _, key in left}:
                self._follower.waits_no_more(at, key)

    async def _try(self, at: TopicPartition, key: bytes) -> None:
        async with self._follower.at_rest(at) as held:
            if held is None:
                return
            offsets = await self._waiting(at, key)
            for raw in await self._read(at, offsets):
                if not await self._applied(held, key, raw):
                    return
            self._follower.waits_no_more(at, key)

    async def _waiting(self, at: TopicPartition, key: bytes) -> list[int]:
        rows = await self._pool.fetch(SQL["of_key"], self._follower.name, *at, key)
        return [row["at"] for row in rows if row["state"] != "given_up"]

    async def _read(self, at: TopicPartition, offsets: Sequence[int]) -> list[ConsumerRecord]:
        """The records as the log has them: what was set aside is still there."""
        async with probe_of(self._kafka) as probe:
            return [raw for offset in offsets async for batch in stretch(probe, at, offset, offset + 1) for raw in batch]

    async def _applied(self, held: Checkpoint, key: bytes, raw: ConsumerRecord) -> bool:
        """Apply one record in a transaction that proves that the partition is ours; the position stays where it is."""
        name = self._follower.name
        try:
            prepared = await self._effects.prepare([decode(raw)])
            async with self._pool.acquire() as tx, tx.transaction():
                await checkpoints.advance(tx, name, [(held, held)])
                await self._effects.apply(tx, prepared)
                await tx.execute(SQL["released"], name, *held.at, key, [raw.offset])
        except (Permanent, Halt) as error:
            await checkpoints.refused_again(self._pool, name, held.at, key, raw.offset, str(error))
            log.error("record_refused_again", follower=name, topic=raw.topic, partition=raw.partition, offset=raw.offset, reason=str(error))  # noqa: TRY400 - the reason is all
            return False
        log.info("record_redriven", follower=name, topic=raw.topic, partition=raw.partition, offset=raw.offset)
        return True
