"""A follower: the one way from Kafka into Postgres. It owns partitions by epoch and commits effects with its position.

FastStream consumes in batches and calls `handle`; this object is also the consumer's rebalance listener. Every exception
leaves the batch uncommitted. What may pass is waited for; what may not pauses the partitions and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import stamina
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from faststream.exceptions import NackMessage

from services.chassis import checkpoints, metrics
from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Fenced, Halt, Permanent, is_passing
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import Outbox
from services.chassis.plan import Place, Plan, WaitingKey, make_plan
from services.chassis.quarantine import quarantine_records
from services.chassis.queries import queries
from services.chassis.records import Record
from services.chassis.verify import verify

log = structlog.get_logger()
SQL = queries(Path(__file__).parent / "sql" / "checkpoints.sql")


class Effects(Protocol):
    """What a follower does with records. Both steps may raise `Permanent` with `record` set: that one can never be applied, and
    the rest of the batch is tried again without it.
    """

    async def prepare(self, records: Sequence[Record]) -> Any:
        """Whatever needs no transaction: reading, checking, long thought. A transaction that idles is ended by the server."""

    async def apply(self, tx: asyncpg.Connection, prepared: Any) -> None:
        """Apply what was prepared, in order, inside the transaction that moves the position."""


class Follower(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Follows topics for one projection. `name` is the consumer group and the checkpoint's owner."""

    def __init__(self, name: str, effects: Effects, pool: asyncpg.Pool, outbox: Outbox, health: Health, faults: Faults, kafka: str) -> None:  # noqa: PLR0913, PLR0917 - its whole surroundings, once
        self.name = name
        self._effects, self._pool, self._outbox, self._health, self._faults, self._kafka = effects, pool, outbox, health, faults, kafka
        self._held: dict[TopicPartition, Checkpoint] = {}
        self._waiting: set[WaitingKey] = set()
        self._consumer: Callable[[], AIOKafkaConsumer] = _unbound

    def bind(self, consumer: Callable[[], AIOKafkaConsumer]) -> None:
        """Tell the follower how to reach the consumer that it listens for."""
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Another member takes over: a transaction under way is fenced by the new owner's epoch, or was in time."""
        for partition in revoked:
            self._held.pop(partition, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Step 1 of the protocol. Pausing comes before any await, or records of an older position leak through."""
        partitions = sorted(assigned)
        consumer = self._consumer()
        consumer.pause(*partitions)
        try:
            claimed = await self._claim(partitions)
            await verify(self._kafka, claimed.values())
        except Halt as halt:
            self._halt(str(halt))
            return
        for at, checkpoint in claimed.items():
            consumer.seek(at, checkpoint.next_offset)
        self._held.update(claimed)
        consumer.resume(*partitions)
        metrics.HALTED.labels(self.name).set(0)
        self._health.set(self.name)
        log.info(
            "partitions_assigned", follower=self.name, positions={f"{at.topic}-{at.partition}": c.next_offset for at, c in claimed.items()}
        )

    async def _claim(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Checkpoint]:
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=2.0):
            with attempt:
                async with self._pool.acquire() as tx, tx.transaction():
                    claimed = await checkpoints.claim(tx, self.name, partitions)
                    self._waiting = {w for w in self._waiting if w[0] not in claimed} | await checkpoints.waiting_keys(
                        tx, self.name, partitions
                    )
        return claimed

    async def handle(self, batch: Sequence[ConsumerRecord]) -> None:
        """Apply a batch of records exactly once.

        Raises:
            NackMessage: the batch was not applied; FastStream rewinds to its beginning.
        """
        try:
            await self._apply(batch)
        except Fenced as fenced:
            self._let_go(batch, str(fenced))
            raise NackMessage from fenced
        except Exception as error:
            self._pause(batch)
            self._halt(str(error) if isinstance(error, Halt) else f"{type(error).__name__}: {error}", error)
            raise NackMessage from error

    async def _apply(self, batch: Sequence[ConsumerRecord]) -> None:
        known_bad: dict[Place, str] = {}
        while True:
            plan = make_plan(self._held, self._waiting, batch, known_bad)
            if not plan.reached:
                return
            try:
                await self._commit(plan, await self._effects.prepare(plan.fresh))
            except Permanent as error:
                if error.record is None:
                    raise
                known_bad[error.record.at, error.record.offset] = str(error)
            else:
                self._committed(plan)
                return

    async def _commit(self, plan: Plan, prepared: Any) -> None:
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=5.0):
            with attempt:
                if attempt.num > 1:
                    metrics.RETRIED.labels(self.name).inc()
                    self._health.set(self.name, reason="waiting for Postgres")
                    if await self._was_committed(plan):
                        return
                with metrics.COMMIT_SECONDS.labels(self.name).time():
                    await self._transact(plan, prepared)
        self._health.set(self.name)

    async def _transact(self, plan: Plan, prepared: Any) -> None:
        """Step 2: the compare-and-swap first, then the effects, then the commit."""
        async with self._pool.acquire() as tx, tx.transaction():
            self._faults.reached("before_compare_and_swap")
            await checkpoints.advance(tx, self.name, plan.moves)
            await self._effects.apply(tx, prepared)
            await checkpoints.set_aside(tx, self.name, plan.refused)
            await self._outbox.append(tx, quarantine_records(self.name, plan.refused))
            self._faults.reached("before_commit")
        self._faults.reached("after_commit")

    async def _was_committed(self, plan: Plan) -> bool:
        """Whether a commit whose answer was lost took place: the row then holds our epoch and the position we wanted."""
        wanted = {at: (c.owner_epoch, c.next_offset) for at, c in plan.reached.items()}
        at = sorted(wanted)
        rows = await self._pool.fetch(SQL["positions"], self.name, [a.topic for a in at], [a.partition for a in at])
        return {TopicPartition(r["topic"], r["partition"]): (r["owner_epoch"], r["next_offset"]) for r in rows} == wanted

    def _committed(self, plan: Plan) -> None:
        """What memory believes follows what Postgres holds, unless the partition was revoked meanwhile."""
        self._held.update({at: new for at, new in plan.reached.items() if at in self._held})
        for raw, reason in plan.refused:
            self._waiting.add((TopicPartition(raw.topic, raw.partition), raw.key or b""))
            metrics.QUARANTINED.labels(self.name, raw.topic).inc()
            log.error("record_quarantined", follower=self.name, **_whereabouts(raw), reason=reason)
        for record in plan.fresh:
            metrics.APPLIED.labels(self.name, record.at.topic).inc()
        for raw in plan.repeated:
            metrics.REPEATED.labels(self.name, raw.topic).inc()

    def _let_go(self, batch: Sequence[ConsumerRecord], reason: str) -> None:
        metrics.FENCED.labels(self.name).inc()
        log.warning("fenced", follower=self.name, reason=reason)
        for at in self._pause(batch):
            self._held.pop(at, None)

    def _pause(self, batch: Sequence[ConsumerRecord]) -> set[TopicPartition]:
        consumer = self._consumer()
        partitions = {TopicPartition(raw.topic, raw.partition) for raw in batch} & set(consumer.assignment())
        consumer.pause(*partitions)
        return partitions

    def _halt(self, reason: str, error: Exception | None = None) -> None:
        metrics.HALTED.labels(self.name).set(1)
        self._health.set(self.name, reason=f"halted: {reason}")
        log.error("follower_halted", follower=self.name, reason=reason, exc_info=None if isinstance(error, Halt) else error)


def _whereabouts(raw: ConsumerRecord) -> dict[str, object]:
    """What an operator needs to find a record again; the key is an article's or an event's id."""
    key = (raw.key or b"").decode(errors="backslashreplace")
    return {"topic": raw.topic, "partition": raw.partition, "offset": raw.offset, "key": key}


def _unbound() -> AIOKafkaConsumer:
    raise RuntimeError("the follower was not bound to a consumer")
