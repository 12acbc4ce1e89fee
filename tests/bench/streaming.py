"""Projection while a thousand listen to the stream, beside projection while nobody does."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import asyncpg

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from tests.bench.listeners import country
from tests.bench.ratios import Ratio, in_turn, percentile
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.service import ServiceProcess, service
from tests.unit.timeline.builders import claim, event, mention, on, state

LISTENERS, CHANGES, ROUNDS = 1000, 3000, 5
LONG = "240000"  # milliseconds: a process that is stopped for a while keeps its partitions


async def measure(stack: Stack) -> list[Ratio]:
    """The one rate to the other, taken in turn in one process."""
    with service(stack, "timeline", SESSION_TIMEOUT_MS=LONG, RATE_LIMIT="") as timeline:
        await asyncio.to_thread(timeline.wait_ready)
        return [await _fan_out(stack, timeline)]


async def _fan_out(stack: Stack, timeline: ServiceProcess) -> Ratio:
    """Records a second from Kafka into all projections, with and without listeners, in turn."""
    postgres = await asyncpg.connect(stack.dsn("admin"))
    made = iter(range(10**9))

    async def projected() -> float:
        """The process is stopped while the changes are published, and then has them all before it; what it takes to wake up is not counted."""
        timeline.process.send_signal(signal.SIGSTOP)
        before = await _applied(postgres)
        await publish(stack, [outgoing(_event(next(made))) for _ in range(CHANGES)])
        timeline.process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(120):
            first = await _past(postgres, before)
            started = time.perf_counter()
            last = await _past(postgres, before + CHANGES - 1)
        return (last - first) / (time.perf_counter() - started)

    async def heard() -> float:
        with listeners(timeline.address):
            return await projected()

    await projected()  # warm up
    with_listeners, without = await in_turn(heard, projected, ROUNDS)
    await postgres.close()
    of, to = (percentile(rates, 50) for rates in (with_listeners, without))
    told = f"{LISTENERS:,} listen, each to one country of fifty"
    return Ratio("projection while many listen", round(of / to, 3), f"{told} ({of:,.0f}/s)", f"nobody does ({to:,.0f}/s)", ROUNDS)


async def _past(postgres: asyncpg.Connection, position: int) -> int:
    """The position, once it is past this one."""
    while (applied := await _applied(postgres)) <= position:
        await asyncio.sleep(0.005)
    return applied


async def _applied(postgres: asyncpg.Connection) -> int:
    return int(await postgres.fetchval("SELECT coalesce(sum(next_offset), 0) FROM timeline.checkpoints WHERE follower = 'timeline-g1'"))


def _event(number: int) -> CanonicalEvent:
    """A strike of a usual size."""
    home = f"a-{number}"
    return event(
        f"bench-{number}",
        kind="strike",
        when=on(f"2024-{1 + number % 12:02}-{1 + number % 28:02}"),
        where=[{"name": f"Town {number % 997}", "country": country(number), "role": "target"}],
        participants=[state("Russia", "RU", "attacker"), state("Ukraine", "UA", "target")],
        mentions=[mention(home, f"The raid of night {number} hit the town, its governor said.")],
        claims=[claim(home, field, number) for field in ("quantities.killed", "quantities.wounded", "quantities.drones")],
    )


@contextmanager
def listeners(address: str) -> Iterator[None]:
    """They listen until the block ends."""
    parts = urlsplit(address)
    command = [sys.executable, "-m", "tests.bench.listeners", str(parts.hostname), str(parts.port), str(LISTENERS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().strip() == "ready"
        yield
        heard = process.communicate("")[0].strip()
        if int(heard) == 0:
            raise RuntimeError("they heard nothing")
