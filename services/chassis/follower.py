"""A follower: the one way from Kafka into Postgres. It owns partitions by epoch and commits effects with its position.

FastStream consumes in batches and calls `handle`; this object is also the consumer's rebalance listener. Every exception
leaves the batch uncommitted. What may pass is waited for; what may not pauses the partitions and says so.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import asyncpg
import stamina
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition

from services.chassis import checkpoints, metrics
from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Ahead, Fenced, Permanent, Unapplied
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import Outbox
from services.chassis.passing import is_passing
from services.chassis.plan import Place, Plan, WaitingKey, make_plan
from services.chassis.postgres import give_time
from services.chassis.quarantine import quarantine_records
from services.chassis.records import Record
from services.chassis.standing import Standing
from services.chassis.verify import verify

log = structlog.get_logger()


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
        self.pool = pool
        self._effects, self._outbox, self._faults, self._kafka = effects, outbox, faults, kafka
        self._standing = Standing(name, health)
        self._held: dict[TopicPartition, Checkpoint] = {}
        self._epochs: dict[TopicPartition, int] = {}
        self._waiting: set[WaitingKey] = set()
        self._taking_over: asyncio.Task[None] | None = None
        self._given_up: set[Place] = set()
        self._busy = asyncio.Lock()
        self._consumer: Callable[[], AIOKafkaConsumer] = _unbound

    @property
    def positions(self) -> dict[TopicPartition, int]:
        """The next offset of each partition that is held."""
        return {at: checkpoint.next_offset for at, checkpoint in self._held.items()}

    @property
    def halted(self) -> str | None:
        """Why it follows something no further; None while it follows all."""
        return self._standing.halted

    @contextlib.asynccontextmanager
    async def at_rest(self, at: TopicPartition) -> AsyncIterator[Checkpoint | None]:
        """Between two batches: nothing is applied or claimed until it ends. Gives what is held of this partition; None: it is not ours."""
        async with self._busy:
            yield self._held.get(at)

    @contextlib.asynccontextmanager
    async def resting(self) -> AsyncIterator[dict[TopicPartition, tuple[int, int | None]]]:
        """Between two batches: by which epoch each partition is, or was, ours, and the position of those that are held."""
        async with self._busy:
            yield {at: (epoch, self.positions.get(at)) for at, epoch in self._epochs.items() if at not in self._standing.stopped}

    def claim_anew(self, partitions: Sequence[TopicPartition]) -> None:
        """Take over once more what Postgres, put back to an older state, no longer knows as ours."""
        lost = sorted(set(partitions) & self._assigned())
        if not lost or (self._taking_over and not self._taking_over.done()):
            return
        log.warning("positions_put_back", follower=self.name, partitions=[f"{at.topic}-{at.partition}" for at in lost])
        for at in lost:
            self._held.pop(at, None)
        self._begin_taking_over(lost)

    def waiting(self, at: TopicPartition) -> set[bytes]:
        """The keys of this partition that have a record in quarantine."""
        return {key for partition, key in self._waiting if partition == at}

    def tells_aside(self, count: int, *, more: bool) -> None:
        """Say in readiness and by a metric how many records wait in quarantine."""
        self._standing.aside(count, more=more)

    def waits_no_more(self, at: TopicPartition, key: bytes) -> None:
        """Nothing of this key is in quarantine any more: its records are applied again."""
        self._waiting.discard((at, key))

    def bind(self, consumer: Callable[[], AIOKafkaConsumer]) -> None:
        """Tell the follower how to reach the consumer that it listens for."""
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Another member takes over: a transaction under way is fenced by the new owner's epoch, or was in time."""
        partitions = list(revoked)
        if self._taking_over:
            self._taking_over.cancel()
        for at in partitions:
            self._held.pop(at, None)
            self._epochs.pop(at, None)
        self._standing.revoked(partitions)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Step 1 of the protocol. Pausing comes before any await, or records of an older position leak through.

        The rest is a task: the member's heartbeats begin only once this returns.
        """
        self._begin_taking_over(sorted(assigned))

    def _begin_taking_over(self, partitions: Sequence[TopicPartition]) -> None:
        self._consumer().pause(*partitions)
        self._standing.claims(partitions)
        self._taking_over = asyncio.create_task(self._take_over(partitions))

    async def _take_over(self, partitions: Sequence[TopicPartition]) -> None:
        try:
            claimed = await self._claim(partitions)
            refused = await verify(self._kafka, claimed.values())
        except Exception as error:  # noqa: BLE001 - whatever it is, these partitions must not be followed, and it must be seen
            self._standing.halt(partitions, error)
            return
        for at, why in refused.items():
            self._standing.halt([at], why)
        sound = {at: checkpoint for at, checkpoint in claimed.items() if at not in refused}
        self._held.update(sound)
        self._epochs.update({at: checkpoint.owner_epoch for at, checkpoint in sound.items()})
        self._go_on(sound)
        positions = {f"{at.topic}-{at.partition}": checkpoint.next_offset for at, checkpoint in sound.items()}
        log.info("partitions_assigned", follower=self.name, positions=positions)

    def _go_on(self, partitions: Iterable[TopicPartition]) -> None:
        consumer = self._consumer()
        for at in set(partitions) & self._assigned() & self._held.keys():
            consumer.seek(at, self._held[at].next_offset)
            consumer.resume(at)
        self._standing.waits(None)

    async def _claim(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Checkpoint]:
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=2.0):
            with attempt:
                async with self._busy:  # nobody at rest may go by what waited before
                    async with self.pool.acquire() as tx, tx.transaction():
                        claimed = await checkpoints.claim(tx, self.name, partitions)
                        waiting = await checkpoints.waiting_keys(tx, self.name, partitions)
                        given_up = await checkpoints.given_up(tx, self.name, partitions)
                    self._waiting = {w for w in self._waiting if w[0] not in claimed} | waiting
                    self._given_up = {place for place in self._given_up if place[0] not in claimed} | given_up
        return claimed

    async def handle(self, batch: Sequence[ConsumerRecord]) -> None:
        """Apply a batch of records exactly once.

        Raises:
            Unapplied: the batch was not applied, or not to its end; `rewind` then goes back to what was.
        """
        try:
            async with self._busy:
                await self._apply(batch)
        except Unapplied:
            raise
        except Exception as error:
            self.halt(partitions_of(batch), error)
            raise Unapplied from error

    def rewind(self, batch: Sequence[ConsumerRecord]) -> None:
        """Go back to the positions that are held; what is not held is left to whoever claims it."""
        consumer = self._consumer()
        for at in partitions_of(batch) & consumer.assignment() & self._held.keys():
            consumer.seek(at, self._held[at].next_offset)

    def halt(self, partitions: Iterable[TopicPartition], error: Exception) -> None:
        """Follow these no further, loudly."""
        consumer = self._consumer()
        halted = set(partitions) & consumer.assignment()
        consumer.pause(*halted)
        self._standing.halt(halted, error)

    def halt_lost(self, partitions: Iterable[TopicPartition], error: Exception) -> None:
        """Follow these no further, even where the client has let go of them by itself. Those that have halted stay as they are."""
        lost = set(partitions) - self._standing.stopped
        if lost:
            if assigned := lost & self._assigned():
                self._consumer().pause(*assigned)
            self._standing.halt(lost, error)

    def halt_all(self, error: Exception) -> None:
        """The client itself has failed, on no partition that it names; before it follows any, the process ends of it."""
        if not (assigned := self._assigned()):
            raise error
        self.halt(assigned, error)

    def _assigned(self) -> set[TopicPartition]:
        """What the client follows: nothing before it has started, and nothing once it has stopped."""
        consumer: AIOKafkaConsumer | None = self._consumer()
        return set(consumer.assignment()) if consumer else set()

    async def _apply(self, batch: Sequence[ConsumerRecord]) -> None:
        known_bad: dict[Place, str] = {}
        while (plan := make_plan(self._held, self._waiting, batch, known_bad, self._given_up)).reached:
            try:
                await self._commit(plan, await self._effects.prepare(plan.fresh))
            except Permanent as error:
                _remember(error, plan, known_bad)
            except Fenced as fenced:
                self._let_go(plan, str(fenced))
                raise Unapplied from fenced
            else:
                self._committed(plan)
                break
        self._stop(plan.stopped)

    def _stop(self, stopped: Mapping[TopicPartition, Ahead]) -> None:
        """What lies before a record that is ahead of this installation has been applied; its partition waits for a newer one."""
        for at, error in stopped.items():
            self.halt([at], error)
        if stopped:
            raise Unapplied

    async def _commit(self, plan: Plan, prepared: Any) -> None:
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=5.0):
            with attempt:
                if attempt.num > 1:
                    metrics.RETRIED.labels(self.name).inc()
                    self._standing.waits("for Postgres")
                    if await self._was_committed(plan):
                        break
                with metrics.COMMIT_SECONDS.labels(self.name).time():
                    await self._transact(plan, prepared, attempt.num)
        self._standing.waits(None)

    async def _transact(self, plan: Plan, prepared: Any, attempt: int) -> None:
        """Step 2: the compare-and-swap first, then the effects, then the commit."""
        async with self.pool.acquire() as tx, tx.transaction():
            if attempt > 1:
                await give_time(tx, attempt)
            self._faults.reached("before_compare_and_swap", self.name)
            await checkpoints.advance(tx, self.name, plan.moves)
            self._faults.reached("after_compare_and_swap", self.name)
            await self._effects.apply(tx, prepared)
            await checkpoints.set_aside(tx, self.name, plan.refused)
            await self._outbox.append(tx, quarantine_records(self.name, plan.refused))
            self._faults.reached("before_commit", self.name)
        self._faults.reached("after_commit", self.name)

    async def _was_committed(self, plan: Plan) -> bool:
        """Whether a commit whose answer was lost took place: the row then holds our epoch and the position we wanted."""
        wanted = {at: (c.owner_epoch, c.next_offset) for at, c in plan.reached.items()}
        async with self.pool.acquire() as connection:
            return await checkpoints.positions(connection, self.name, sorted(wanted)) == wanted

    def _committed(self, plan: Plan) -> None:
        """What memory believes follows what Postgres holds, unless the partition was revoked meanwhile."""
        self._held.update({at: new for at, new in plan.reached.items() if self._owns(new)})
        for raw, reason in plan.refused:
            self._waiting.add((TopicPartition(raw.topic, raw.partition), raw.key or b""))
            metrics.QUARANTINED.labels(self.name, raw.topic).inc()
            log.error("record_quarantined", follower=self.name, **_whereabouts(raw), reason=reason)
        for topic, applied in Counter(record.at.topic for record in plan.fresh).items():
            metrics.APPLIED.labels(self.name, topic).inc(applied)
        for raw in plan.repeated:
            metrics.REPEATED.labels(self.name, raw.topic).inc()

    def _owns(self, checkpoint: Checkpoint) -> bool:
        """Whether memory still holds the partition by the epoch that this checkpoint was made with."""
        held = self._held.get(checkpoint.at)
        return held is not None and held.owner_epoch == checkpoint.owner_epoch

    def _let_go(self, plan: Plan, reason: str) -> None:
        """Give up what another process has claimed. What this one has claimed anew meanwhile stays as it is."""
        metrics.FENCED.labels(self.name).inc()
        log.warning("fenced", follower=self.name, reason=reason)
        lost = {at for at, checkpoint in plan.reached.items() if self._owns(checkpoint)}
        if lost:
            self._consumer().pause(*(lost & self._consumer().assignment()))
            self._standing.waits("for partitions: another process has claimed them")
        for at in lost:
            del self._held[at]


def partitions_of(batch: Iterable[ConsumerRecord]) -> set[TopicPartition]:
    """The partitions that these records are of."""
    return {TopicPartition(raw.topic, raw.partition) for raw in batch}


def _remember(error: Permanent, plan: Plan, known_bad: dict[Place, str]) -> None:
    """Note which records were refused.

    Raises:
        Permanent: it names none of the plan's; trying again would not end.
    """
    fresh = {(record.at, record.offset) for record in plan.fresh}
    refused = {(one.record.at, one.record.offset): str(one) for one in (error, *error.others) if one.record}
    if not refused.keys() & fresh:
        raise error
    known_bad |= refused


def _whereabouts(raw: ConsumerRecord) -> dict[str, object]:
    """What an operator needs to find a record again; the key is an article's or an event's id."""
    key = (raw.key or b"").decode(errors="backslashreplace")
    return {"topic": raw.topic, "partition": raw.partition, "offset": raw.offset, "key": key}


def _unbound() -> AIOKafkaConsumer:
    raise RuntimeError("the follower was not bound to a consumer")
