"""Sends what is due, and records what came of it. Any number of processes may: each event of each address is with one of them at a time."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import structlog

from services.chassis import metrics
from services.chassis.away import Away
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.passing import PASSING, is_passing
from services.chassis.queries import queries
from services.webhooks.posting import Poster
from services.webhooks.sealing import seal_of
from services.webhooks.settings import WebhookSettings
from services.webhooks.signing import headers
from services.webhooks.verdicts import Answer, Verdict, verdict

log = structlog.get_logger()
SQL = queries(Path(__file__).parent / "sql" / "sending.sql")
PART = "sender"
CHANNEL = "webhooks_due"
IDLE_SECONDS = 0.5  # a lost notification delays a delivery by no more than this, and so does a pause that is over
AWAY_SECONDS = 1.0
WEAK = 5  # failures in a row, after which an address is asked one thing at a time, and rests where it says nothing
LONGEST_REST = 300.0  # seconds; it may be a single change that is never taken, and others shall not wait for long
LEASE_SPARE = timedelta(seconds=1)  # beyond twice the time that an answer may take


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt. `age`: seconds since the first one."""

    delivery_id: int
    endpoint_id: str
    event_id: str
    attempts: int
    age: float
    message_id: str
    body: bytes = field(repr=False)
    url: str
    secret: str = field(repr=False)
    old_secret: str | None = field(repr=False)


Done = tuple[Delivery, Answer, Verdict]


class Sender:
    """Delivers until it is cancelled; what is under way then goes back to the queue."""

    def __init__(self, pool: asyncpg.Pool, settings: WebhookSettings, poster: Poster, health: Health, faults: Faults) -> None:
        self._pool, self._settings, self._poster, self._health, self._faults = pool, settings, poster, health, faults
        self._seal = seal_of(settings)
        self._name = uuid.uuid4().hex
        self._away = Away("webhooks_wait", part=PART)
        self._woken = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._done: list[Done] = []
        self._bug: BaseException | None = None
        self._held: asyncpg.Connection | None = None

    async def run(self) -> None:
        """Trouble that may pass is waited for, and readiness says so. A bug in one delivery is everybody's: it ends the process."""
        try:
            while True:
                try:
                    await self._send_for_ever()
                except Exception as error:
                    if not is_passing(error):
                        raise
                    self._health.set(PART, reason=f"waiting: {error!r}")
                    self._away.waits(error)
                    await asyncio.sleep(AWAY_SECONDS)
        finally:
            await self._let_go()

    async def _send_for_ever(self) -> None:
        async with self._pool.acquire() as listener:
            await listener.add_listener(CHANNEL, self._wake)
            # Nothing waits for the disk here: what a crash of Postgres forgets of the last moments is delivered again, under its id.
            await listener.execute("SET synchronous_commit = off")
            self._health.set(PART)
            self._away.over()
            self._held = listener
            try:
                while True:
                    await self._turn()
            finally:
                self._held = None
                listener.terminate()  # nobody else may be given a session that does not wait for the disk

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """On the connection that is held anyway: one that is borrowed from the pool costs a question more when it is given back."""
        async with contextlib.AsyncExitStack() as stack:
            tx: asyncpg.Connection = self._held or await stack.enter_async_context(self._pool.acquire())
            await stack.enter_async_context(tx.transaction())
            yield tx

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _turn(self) -> None:
        self._woken.clear()
        if self._bug:
            raise self._bug
        await self.record()
        taken = await self.take()
        for delivery in taken:
            task = asyncio.create_task(self.deliver(delivery))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        if not taken and not self._done:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), IDLE_SECONDS)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            self._bug = bug
            self._woken.set()

    async def take(self) -> list[Delivery]:
        """Take what is due from the queue, as much as there is room for here and at each address."""
        room = self._settings.at_once - len(self._under_way)
        if room <= 0:
            return []
        lease = timedelta(seconds=2 * self._settings.answer_seconds) + LEASE_SPARE
        async with self._transaction() as tx:
            ready = [row["endpoint_id"] for row in await tx.fetch(SQL["ready"], room)]
            if not ready:
                return []
            rows = await tx.fetch(SQL["take"], ready, room, self._settings.endpoint_at_once, WEAK, self._name, lease)
        return [Delivery(**row) for row in rows]

    async def deliver(self, delivery: Delivery) -> None:
        """One attempt, and what is to come of it."""
        said = headers(delivery.message_id, delivery.body, self._seal.keys(delivery.secret, delivery.old_secret), int(time.time()))
        self._faults.reached("before_post", delivery.endpoint_id)
        with metrics.WEBHOOK_SECONDS.time():
            answer = await self._poster.post(delivery.url, said, delivery.body)
        self._faults.reached("after_post", delivery.endpoint_id)
        found = verdict(answer, delivery.attempts, delivery.age, random.random(), self._settings.patience)  # noqa: S311 - it spreads load
        self._done.append((delivery, answer, found))
        self._woken.set()

    async def record(self) -> None:
        """Write down what came of deliveries; what can't be written now is written later."""
        done = list(self._done)
        if not done:
            return
        async with self._transaction() as tx:
            await (self._record_taken(tx, done) if all(answer.taken for _, answer, _ in done) else self._record(tx, done))
            self._faults.reached("before_recorded")
        self._faults.reached("after_recorded")
        del self._done[: len(done)]
        for delivery, answer, found in done:
            _tell(delivery, answer, found)

    async def _record_taken(self, tx: asyncpg.Connection, done: Sequence[Done]) -> None:
        rows = [(delivery.delivery_id, delivery.attempts, answer.status) for delivery, answer, _ in done]
        await tx.execute(SQL["record_taken"], self._name, *zip(*rows, strict=True), sorted({delivery.endpoint_id for delivery, *_ in done}))

    async def _record(self, tx: asyncpg.Connection, done: Sequence[Done]) -> None:
        """Addresses before deliveries, as everywhere: whoever removes one locks them so."""
        rows = [(d.delivery_id, d.attempts, v.state, v.wait, a.status, None if a.taken else a.said) for d, a, v in done]
        await self._judge(tx, done)
        await tx.execute(SQL["record"], self._name, *zip(*rows, strict=True))
        if dead := sorted({d.endpoint_id for d, _, v in done if v.state == "dead"}):
            await tx.execute(SQL["calm"], dead)

    async def _judge(self, tx: asyncpg.Connection, done: Sequence[Done]) -> None:
        """What these answers say of their addresses: those that are gone, or fail for long, are left alone from now on."""
        by_endpoint: dict[str, list[Done]] = defaultdict(list)
        for one in done:
            by_endpoint[one[0].endpoint_id].append(one)
        rows = [(name, *_summed(some)) for name, some in sorted(by_endpoint.items())]
        patience = self._settings.patience
        await tx.execute(SQL["judge"], *zip(*rows, strict=True), WEAK, patience.first, min(patience.longest, LONGEST_REST))
        gone = sorted({d.endpoint_id for d, a, _ in done if a.gone})
        for row in await tx.fetch(SQL["gone"], gone) if gone else []:
            log.error("webhook_gone", webhook=row["endpoint_id"])
        failed = sorted({d.endpoint_id for d, a, _ in done if not a.taken})
        for row in await tx.fetch(SQL["give_in"], timedelta(hours=self._settings.pause_hours), failed):
            log.error("webhook_paused", webhook=row["endpoint_id"], reason=row["reason"])

    async def _let_go(self) -> None:
        """Best effort: leases run out by themselves."""
        for task in self._under_way:
            task.cancel()
        with contextlib.suppress(*PASSING, asyncpg.InterfaceError):
            await self.record()
            await self._pool.execute(SQL["let_go"], self._name)


def _summed(done: Sequence[Done]) -> tuple[bool, int, float, bool]:
    """Of one address: whether anything was taken, how much was not, seconds that it shall rest, and whether it once said nothing at all."""
    answers = [answer for _, answer, _ in done]
    failed = sum(not answer.taken for answer in answers)
    return failed < len(answers), failed, max(found.rest for *_, found in done), any(answer.status is None for answer in answers)


def _tell(delivery: Delivery, answer: Answer, found: Verdict) -> None:
    outcome = "failed" if found.state == "waiting" else found.state
    metrics.WEBHOOK_DELIVERIES.labels(delivery.endpoint_id, outcome).inc()
    if found.state == "dead":
        about = {"webhook": delivery.endpoint_id, "delivery": delivery.delivery_id, "event_id": delivery.event_id}
        log.error("webhook_dead_letter", **about, attempts=delivery.attempts, reason=answer.said)
