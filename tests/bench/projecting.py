"""Changes from Kafka into all projections, live and in a rebuild, beside Debezium's plain upsert of the same events and beside a bare loop.

Each side reads a topic that is full, with servers of its own start: the first quarter warms it up and does not count. With `DAYBOOK_FULL=1` a rebuild
of three million changes is measured beside one of thirty thousand, which takes an hour; else one of a hundred thousand.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager

import asyncpg

from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import service_cards
from schemas.changes import EventChange
from tests.bench import chronicle
from tests.bench.chronicle import Ends
from tests.bench.debezium import debezium
from tests.bench.plain import TABLES
from tests.bench.ratios import Ratio, median_ratio
from tests.support.service import service
from tests.support.stack import empty

FULL = bool(os.environ.get("DAYBOOK_FULL"))
ROUNDS = 3
FEW, MANY = 30_000, 3_000_000 if FULL else 100_000
PATIENCE = 600.0  # seconds for one side
LOOK = 0.05  # seconds
YARD = "yardstick"
APPLIED = f"SELECT sum(revision)::bigint FROM {YARD}.flat"
"""How many changes a plain sink has applied: it keeps the last revision of each event, and none is left out."""


async def measure(stack: Stack) -> list[Ratio]:
    """Changes a second of each; then whether a rebuild's cost and memory stay what they are."""
    made = await chronicle.templates(stack)
    ends = await chronicle.lay_out(stack, chronicle.copies(made, FEW), await chronicle.open_logs(stack))
    await chronicle.lay_out_flat(stack, chronicle.copies(made, FEW))
    live, shared, sink, bare, rebuilt = [], [], [], [], []
    for number in range(ROUNDS):
        live.append(await _live(stack, 1))
        shared.append(await _live(stack, 2))
        rebuilt.append(FEW / (await refilled(stack, ends))["seconds"])
        sink.append(await _sink(stack, number))
        bare.append(await _bare(stack))
    others = {
        "Debezium's JDBC sink, a plain upsert of the same events": sink,
        "a bare loop of consumer and one upsert, with its position": bare,
    }
    return [
        median_ratio(f"{name}, changes a second", (_told(of, rates), rates), (_told(to, theirs), theirs))
        for name, of, rates in (
            ("projection", "Kafka to all projections, with history", live),
            ("projection by two processes", "the same, partitions shared", shared),
            ("rebuild", "a whole generation filled", rebuilt),
        )
        for to, theirs in others.items()
    ] + await _growth(stack, ends, made, sink)


def _told(name: str, rates: Sequence[float]) -> str:
    return f"{name} ({statistics.median(rates):,.0f} a second)"


async def _growth(stack: Stack, few: Ends, made: Sequence[EventChange], sink: Sequence[float]) -> list[Ratio]:
    """The same logs, grown longer: what a rebuild's start costs is a smaller part of it."""
    many = await chronicle.lay_out(stack, chronicle.copies(made, MANY, FEW), few)
    one, other = [await refilled(stack, ends) for ends in (many, few)]
    costs = [found["seconds"] / number * 1000 for found, number in ((one, MANY), (other, FEW))]
    rate = MANY / one["seconds"]
    return [
        median_ratio(
            f"rebuild of {MANY:,} changes, changes a second",
            (_told("a whole generation filled", [rate]), [rate]),
            (_told("Debezium's JDBC sink, a plain upsert", sink), sink),
        ),
        median_ratio(
            f"rebuild, cost of a change among {MANY:,}",
            (f"milliseconds a change among {MANY:,} ({costs[0]:.3f})", costs[:1]),
            (f"milliseconds a change among {FEW:,} ({costs[1]:.3f})", costs[1:]),
        ),
        median_ratio(
            f"rebuild, memory with {MANY:,} changes",
            (f"all processes at their peak ({one['megabytes']:.0f} MB)", [one["megabytes"]]),
            (f"with {FEW:,} changes ({other['megabytes']:.0f} MB)", [other["megabytes"]]),
        ),
    ]


async def refilled(stack: Stack, until: Ends) -> Mapping[str, float]:
    """A rebuild of the log up to there: its seconds and megabytes."""
    positions = json.dumps([[at.topic, at.partition, offset] for at, offset in until.items()])
    environment = os.environ | {
        "DAYBOOK_KAFKA": stack.kafka,
        "DAYBOOK_DSN": stack.dsn("timeline"),
        "DAYBOOK_LOG_LEVEL": "warning",
        "ADMIN_DSN": stack.dsn("admin"),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.refilling", positions, stdout=PIPE, env=environment)
    told, _ = await process.communicate()
    found: Mapping[str, float] = json.loads(told.splitlines()[-1])
    return found


async def _live(stack: Stack, processes: int) -> float:
    """The service, by so many processes that share the partitions, from nothing, on a timeline that is empty."""
    await empty(stack, ("timeline",), topics_of=())
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    async with _postgres(stack) as postgres:
        with ExitStack() as running:
            for _ in range(processes):
                running.enter_context(service(stack, "timeline", LOG_LEVEL="warning", SESSION_TIMEOUT_MS="10000"))
            return await _rate(lambda: postgres.fetchval("SELECT sum(next_seq - 1)::bigint FROM timeline.checkpoints WHERE next_seq > 0"))


async def _sink(stack: Stack, number: int) -> float:
    async with _yard(stack) as postgres:
        with debezium(stack, YARD, f"yardstick-{number}"):
            return await _rate(lambda: postgres.fetchval(APPLIED))


async def _bare(stack: Stack) -> float:
    async with _yard(stack) as postgres:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.plain", stack.kafka, stack.dsn("admin"), YARD)
        try:
            return await _rate(lambda: postgres.fetchval(APPLIED))
        finally:
            await process.wait()


@asynccontextmanager
async def _yard(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    """The tables of the two others, empty."""
    async with _postgres(stack) as postgres:
        await postgres.execute(f"DROP SCHEMA IF EXISTS {YARD} CASCADE; CREATE SCHEMA {YARD}; SET search_path TO {YARD}; {TABLES}")
        yield postgres


@asynccontextmanager
async def _postgres(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        yield postgres
    finally:
        await postgres.close()


async def _rate(applied: Callable[[], Awaitable[int | None]]) -> float:
    """Changes a second, once a quarter of them is applied."""
    async with asyncio.timeout(PATIENCE):
        while (first := await applied() or 0) < FEW / 4:
            await asyncio.sleep(LOOK)
        started = time.perf_counter()
        while await applied() != FEW:
            await asyncio.sleep(LOOK)
        return (FEW - first) / (time.perf_counter() - started)
