"""Running a service: one process with its pool, its followers, its relay and its HTTP side, stopped gracefully."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import asyncpg
import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from faststream import FastStream
from faststream.kafka import KafkaBroker

from schemas.topics import Card, cards
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.follower import Effects, Follower
from services.chassis.health import Health
from services.chassis.health_routes import health_router
from services.chassis.http import Connection, application
from services.chassis.kafka import Subscriber, make_broker, seed_offsets, subscribe
from services.chassis.logs import configure
from services.chassis.outbox import Outbox
from services.chassis.postgres import close_pool, open_pool
from services.chassis.redriving import Redriver
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from services.chassis.topics import partition_counts
from services.chassis.watch import PART, watch_kafka
from services.chassis.watching_logs import LogWatch

log = structlog.get_logger()
COLLECT_AFTER = (50_000, 50, 100)  # what services parse lives long, and has no cycles: to look through it seldom saves a fifth of the time
Work = Callable[[], Awaitable[None]]


class Beside(Protocol):
    """What runs beside a follower, until it is stopped."""

    async def run(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(slots=True)
class Service:
    """What a service's `build` is given, and adds its followers and routes to."""

    name: str
    settings: Settings
    pool: asyncpg.Pool
    outbox: Outbox
    health: Health
    faults: Faults
    broker: KafkaBroker
    app: FastAPI
    background: list[Work] = field(default_factory=list)
    ending: list[Callable[[], None]] = field(default_factory=list)
    followed: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    pools: list[asyncpg.Pool] = field(default_factory=list)
    _tasks: dict[str, list[asyncio.Task[None]]] = field(default_factory=dict)  # held, since the loop alone would let them go

    def follow(self, name: str, topics: Sequence[str], effects: Effects, pool: asyncpg.Pool | None = None) -> Work:
        """Add a follower of these topics, and wait for it in readiness; what is returned stops it. Its effects go through `pool`, else
        the service's own.
        """
        subscriber, beside = self._subscribed(name, topics, effects, pool or self.pool)
        self.background += [one.run for one in beside]
        self.followed.append((name, topics))
        return partial(self._leave, name, subscriber, beside)

    async def follow_now(self, name: str, topics: Sequence[str], effects: Effects, pool: asyncpg.Pool) -> Work:
        """Add a follower while the service runs already; what is returned stops it again."""
        await seed_offsets(self.settings.kafka, name, topics)
        subscriber, beside = self._subscribed(name, topics, effects, pool)
        await subscriber.start()
        self._tasks[name] = [asyncio.create_task(one.run()) for one in beside]
        return partial(self._leave, name, subscriber, beside)

    async def _leave(self, name: str, subscriber: Subscriber, beside: Sequence[Beside]) -> None:
        """Stop following while the service goes on."""
        for one in beside:
            await one.stop()
        await subscriber.stop()
        self._tasks.pop(name, None)
        self.health.forget(name)

    async def open_pool(self, search_path: str, session: Mapping[str, str]) -> asyncpg.Pool:
        """Connections that see other schemas than the service's own, by these settings; closed with the service, if not before."""
        pool = await open_pool(self.settings, self.name, search_path, session)
        self.pools.append(pool)
        return pool

    async def close_pool(self, pool: asyncpg.Pool) -> None:
        """Close connections that are needed no longer."""
        self.pools.remove(pool)
        await close_pool(pool, self.settings.stop_seconds)

    def _subscribed(self, name: str, topics: Sequence[str], effects: Effects, pool: asyncpg.Pool) -> tuple[Subscriber, Sequence[Beside]]:
        self.health.set(name, reason="waiting for partitions")
        follower = Follower(name, effects, pool, self.outbox, self.health, self.faults, self.settings.kafka)
        beside = (Redriver(follower, effects, pool, self.settings.kafka), LogWatch(follower, topics, self.settings.kafka))
        return subscribe(self.broker, follower, topics, self.settings), beside


def run_service(name: str, settings: Settings, build: Callable[[Service], Awaitable[None]]) -> None:
    """Run a service until SIGTERM or Ctrl-C. It ends with 1, and says why, where it can't go on or its HTTP port is taken."""
    configure(name, settings)
    gc.set_threshold(*COLLECT_AFTER)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(name, settings, build))
    except* KeyboardInterrupt:
        log.info("interrupted")
    except* Halt as halts:
        log.error("service_halted", reason="; ".join(str(halt) for halt in halts.exceptions))  # noqa: TRY400 - the reason is all
        raise SystemExit(1) from halts


async def _run(name: str, settings: Settings, build: Callable[[Service], Awaitable[None]]) -> None:
    listening = _listen(settings)
    targets = [card for card in cards() if name in card.producers]
    pool = await open_pool(settings, name)
    pools = [pool]
    try:
        service = await _assemble(name, settings, pools, targets)
        await build(service)
        for follower, topics in service.followed:
            await seed_offsets(settings.kafka, follower, topics)
        service.app.include_router(health_router(service.health))
        if service.settings.faults:
            log.warning("faults_planned", plan=settings.faults)

        async def bound_stop() -> None:
            """A server that is silent can hold up a graceful stop for ever. What is cut off was not acknowledged, and is done again."""
            asyncio.get_running_loop().call_later(2 * settings.stop_seconds, _stop_at_once)

        await FastStream(service.broker, logger=None, lifespan=lambda: _beside(service, listening), on_shutdown=[bound_stop]).run()
    finally:
        await asyncio.gather(*(close_pool(one, settings.stop_seconds) for one in pools))
        log.info("stopped")


def _listen(settings: Settings) -> socket.socket:
    try:
        listening = socket.create_server((settings.http_host, settings.http_port))
    except OSError as error:
        where = f"{settings.http_host}:{settings.http_port}"
        raise Halt(f"nothing can be served at {where}: {error.strerror}; end who listens there, or set DAYBOOK_HTTP_PORT") from error
    # asyncio does this for sockets that it makes; without it each answer waits 40 ms for the client's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


async def _assemble(name: str, settings: Settings, pools: list[asyncpg.Pool], targets: Sequence[Card]) -> Service:
    pool = pools[0]
    counts = await partition_counts(settings.kafka, [card.topic for card in targets]) if targets else {}
    outbox = Outbox(name, counts, [card.topic for card in targets if card.log])
    async with pool.acquire() as tx, tx.transaction():
        await outbox.open_logs(tx)
    health, faults, broker = Health("relay", PART), Faults(settings.faults), make_broker(settings)
    return Service(name, settings, pool, outbox, health, faults, broker, application(name), pools=pools)


@contextlib.asynccontextmanager
async def _beside(service: Service, listening: socket.socket) -> AsyncIterator[None]:
    """The relay, the HTTP side and whatever the service adds run beside its followers; if one fails, the process stops."""
    watch: Work = partial(watch_kafka, service.settings.kafka, service.health)
    relay = Relay(service.name, service.pool, service.settings, service.health, service.faults)
    stop_seconds = int(service.settings.stop_seconds)
    server = _Server(
        uvicorn.Config(service.app, http=Connection, log_config=None, access_log=False, timeout_graceful_shutdown=stop_seconds)
    )
    async with asyncio.TaskGroup() as group:
        endless = [group.create_task(_coroutine(work)) for work in [relay.run, watch, *service.background]]
        serving = group.create_task(server.serve(sockets=[listening]))
        log.info("started", http="{}:{}".format(*listening.getsockname()[:2]))
        try:
            yield
        finally:
            for end in service.ending:  # answers that would not end by themselves
                end()
            server.should_exit = True
            await serving
            for task in endless:
                task.cancel()


def _stop_at_once() -> None:
    log.warning("stop_forced")
    os._exit(1)


async def _coroutine(work: Work) -> None:
    await work()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: FastStream's stop the whole process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
