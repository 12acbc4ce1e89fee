"""The relay: publishes the outbox in order and records what was acknowledged.

One batch a partition is under way at a time and is awaited before the next, so that a failed send can leave no hole behind
it; after a crash the batch is sent again with the same ids and numbers, which consumers drop. aiokafka is used directly,
since FastStream's batches share one set of headers among all their records.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import timedelta
from math import inf

import asyncpg
import stamina
from aiokafka import AIOKafkaProducer, TopicPartition

from services.chassis.away import Away
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.metrics import OUTBOX_PENDING, RELAYED
from services.chassis.outbox import NOTIFY
from services.chassis.outbox import SQL as OUTBOX
from services.chassis.passing import PASSING, is_passing
from services.chassis.probing import probe_of, read_at
from services.chassis.records import seq_of
from services.chassis.settings import Settings

IDLE_SECONDS = 0.25  # a lost notification delays a record by no more than this
LEASE = timedelta(seconds=2)
RENEW_SECONDS = 0.5
BATCH_BYTES = 1_000_000
Waiting = Mapping[TopicPartition, Sequence[asyncpg.Record]]


class Relay:
    """Moves one service's outbox into Kafka until it is cancelled."""

    def __init__(self, service: str, pool: asyncpg.Pool, settings: Settings, health: Health, faults: Faults) -> None:
        self._service, self._pool, self._settings, self._health, self._faults = service, pool, settings, health, faults
        self._woken = asyncio.Event()
        self._holder, self._renewed = uuid.uuid4().hex, -inf
        self._away = Away("relay_waiting")

    async def run(self) -> None:
        """Publish for ever. Trouble that may pass is waited for, with a new producer each time, and readiness says so."""
        while True:
            try:
                await self._run_once()
            except Exception as error:
                if not is_passing(error):
                    raise
                self._health.set("relay", reason=f"waiting: {error!r}")
                self._away.waits(error)
                await asyncio.sleep(1)

    async def _run_once(self) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._settings.kafka,
            acks="all",
            enable_idempotence=True,
            max_request_size=8_388_608,
            max_batch_size=8_000_000,
        )
        async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=None, wait_max=2.0):
            with attempt:
                await producer.start()
        try:
            await self._need_log_behind()
            async with self._listening() as link:
                self._health.set("relay")
                self._away.over()
                await self._publish_for_ever(producer, link)
        finally:
            await producer.stop()
            self._renewed = -inf
            with contextlib.suppress(*PASSING, asyncpg.InterfaceError):  # best effort: the lease runs out by itself
                await self._pool.execute(OUTBOX["release"], self._holder)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[asyncpg.Connection]:
        """The one connection of all that the relay asks: a record waits for each question that comes before its send.

        Nothing waits for the disk here: what a crash of Postgres forgets of the last moments is sent again, with its number.
        """
        channel = f"{NOTIFY}_{self._service}"
        async with self._pool.acquire() as link:
            try:
                await link.execute("SET synchronous_commit = off")
                await link.add_listener(channel, self._wake)
                yield link
            finally:
                link.terminate()  # nobody else may have a session that does not wait for the disk

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _publish_for_ever(self, producer: AIOKafkaProducer, link: asyncpg.Connection) -> None:
        waiting = await self._waiting(link)
        while True:
            if waiting:
                waiting = await self._publish(producer, link, waiting)
            else:
                await _wait(self._woken, IDLE_SECONDS)
                waiting = await self._waiting(link)

    async def _waiting(self, link: asyncpg.Connection) -> Waiting:
        """What is this process's to publish: nothing while another holds the lease, of whose backlog it knows the length alone.

        A lease that was renewed a moment ago is not asked for again: no other can take it before it runs out.
        """
        if self._must_renew:
            self._woken.clear()
            pending = await link.fetchval(OUTBOX["pending"])
            OUTBOX_PENDING.labels(self._service).set(pending)
            if not pending or not await self._leased(link):
                return {}
        return await self._asked(link, {})

    @property
    def _must_renew(self) -> bool:
        return time.monotonic() - self._renewed >= RENEW_SECONDS

    async def _asked(self, link: asyncpg.Connection, reached: Mapping[TopicPartition, int]) -> Waiting:
        """Record up to where partitions were acknowledged, and hear what waits then."""
        self._woken.clear()  # before it looks: what comes meanwhile wakes it
        columns = [at.topic for at in reached], [at.partition for at in reached], list(reached.values())
        waiting = _by_partition(await link.fetch(OUTBOX["waiting"], self._settings.relay_records, BATCH_BYTES, *columns))
        OUTBOX_PENDING.labels(self._service).set(sum(some[0]["pending"] for some in waiting.values()))
        return waiting

    async def _leased(self, link: asyncpg.Connection) -> bool:
        """Take or renew the lease; False while another process holds it."""
        now = time.monotonic()
        leased = bool(await link.fetchval(OUTBOX["lease"], self._holder, LEASE))
        self._renewed = now if leased else -inf
        return leased

    async def _publish(self, producer: AIOKafkaProducer, link: asyncpg.Connection, waiting: Waiting) -> Waiting:
        """Send a batch to each partition at once, and record what was acknowledged, whatever became of the others; then what waits."""
        sends = await asyncio.gather(*(self._send(producer, at, rows) for at, rows in waiting.items()), return_exceptions=True)
        sent = {at: count for at, count in zip(waiting, sends, strict=True) if isinstance(count, int)}
        then = await self._asked(link, {at: waiting[at][0]["seq"] + count for at, count in sent.items()}) if sent else {}
        for at, count in sent.items():
            self._faults.reached("after_relayed", at.topic)
            RELAYED.labels(self._service, at.topic).inc(count)
        for trouble in sends:
            if isinstance(trouble, BaseException):
                raise trouble
        return await self._waiting(link) if self._must_renew else then

    async def _need_log_behind(self) -> None:
        """Check that no topic holds numbers that this outbox has yet to give.

        Raises:
            Halt: one does: Postgres was restored to an older state, or made anew. New records would pass for repeats.
        """
        targets = list(await self._heads())
        if not targets:  # of no partitions the client never says where they end
            return
        async with probe_of(self._settings.kafka) as probe:
            first, end = await probe.beginning_offsets(targets), await probe.end_offsets(targets)
            last = await read_at(probe, {at: end[at] - 1 for at in targets if end[at] > first[at]})
        heads = await self._heads()  # after the log: another process may be publishing, and heads only grow
        for at, raw in last.items():
            if (seq_of(raw) or 0) >= heads[at]:
                raise Halt(
                    f"{at.topic}-{at.partition} holds number {seq_of(raw)}, and the outbox would give {heads[at]} next: "
                    "it is older than the log"
                )

    async def _heads(self) -> dict[TopicPartition, int]:
        rows = await self._pool.fetch(OUTBOX["heads"])
        return {TopicPartition(row["topic"], row["partition"]): row["next_seq"] for row in rows}

    async def _send(self, producer: AIOKafkaProducer, at: TopicPartition, rows: Sequence[asyncpg.Record]) -> int:
        """Send as many of the rows as one batch holds; returns how many were acknowledged."""
        batch, count = producer.create_batch(), 0
        for row in rows:
            if batch.append(key=row["key"], value=row["value"], timestamp=row["timestamp_ms"], headers=_headers(row)) is None:
                break
            count += 1
        batch.close()
        self._faults.reached("before_send", at.topic)
        await (await producer.send_batch(batch, at.topic, partition=at.partition))
        self._faults.reached("after_send", at.topic)
        return count


def _headers(row: asyncpg.Record) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in (json.loads(row["headers"]) | {"ce_seq": str(row["seq"])}).items()]


def _by_partition(rows: Iterable[asyncpg.Record]) -> Waiting:
    found: dict[TopicPartition, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(TopicPartition(row["topic"], row["partition"]), []).append(row)
    return found


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
