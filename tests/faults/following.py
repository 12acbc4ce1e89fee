"""A timeline that follows real logs while something breaks, and the questions that count afterwards: is it what its logs make, or
has it halted and said why?
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from schemas.events import CanonicalEvent
from schemas.topics import card
from services.timeline.generations.names import Generation
from services.timeline.generations.verifying import Verified, verify
from services.timeline.projections import discover
from services.timeline.service import followed_topics
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.service import ServiceProcess, eventually
from tests.unit.timeline.builders import event, on, person

FIRST = Generation(1, "live", "")
FOLLOWER = FIRST.follower
RECOVERY_SECONDS = 60.0
SMALL = {"BATCH_RECORDS": "5"}
"""Several transactions, so that there is a middle of work."""
KINDS = ("strike", "summit")
TABLES = ("heads", *(projection.name for projection in discover()))


@dataclass
class World:
    """`told`: how many events there are by now."""

    stack: Stack
    told: int = field(default=0)

    async def tell(self, count: int = 30) -> None:
        """So many new events, and another revision of every third one there was."""
        revision = 2 + self.told // count
        old = [_event(n, revision) for n in range(0, self.told, 3)]
        new = [_event(n, 1) for n in range(self.told, self.told + count)]
        self.told += count
        await publish(self.stack, [outgoing(one) for one in (*old, *new)])

    async def catches_up(self, seconds: float = RECOVERY_SECONDS) -> None:
        """Wait until all that was told is applied."""
        ends = await self.ends()
        await eventually(lambda: self.has_reached(ends), seconds)

    async def recovers(self) -> None:
        """Wait until all is applied, and see that each row is what the log makes."""
        await self.catches_up()
        found = await self.verified()
        assert found.equal, found
        assert found.rows["events"] > 0

    async def verified(self) -> Verified:
        return await verify(self.stack.kafka, self.stack.dsn("admin"), FIRST, lambda _done, _total: None)

    async def ends(self) -> dict[TopicPartition, int]:
        """The next offset of each partition that is followed."""
        partitions = [TopicPartition(topic, number) for topic in followed_topics() for number in range(card(topic).partitions)]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.stack.kafka, enable_auto_commit=False)
        await consumer.start()
        try:
            return dict(await consumer.end_offsets(partitions))
        finally:
            await consumer.stop()

    async def positions(self) -> dict[TopicPartition, int]:
        rows = await self.fetch("SELECT topic, partition, next_offset FROM timeline.checkpoints WHERE follower = $1", FOLLOWER)
        return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}

    async def rows(self) -> dict[str, list[str]]:
        """All that the copy holds."""
        return {
            name: sorted(row["row"] for row in await self.fetch(f"SELECT t::text AS row FROM timeline_g1.{name} AS t")) for name in TABLES
        }

    async def rows_of(self, kind: str) -> dict[str, list[str]]:
        """Those that tell of events of one kind, and so come from one topic."""
        return {name: [row for row in rows if _kind(row) == kind] for name, rows in (await self.rows()).items()}

    async def fetch(self, query: str, *arguments: object) -> list[Any]:
        """Ask Postgres as the administrator."""
        admin = await asyncpg.connect(self.stack.dsn("admin"))
        try:
            return list(await admin.fetch(query, *arguments))
        finally:
            await admin.close()

    async def execute(self, statements: str) -> None:
        admin = await asyncpg.connect(self.stack.dsn("admin"))
        try:
            await admin.execute(statements)
        finally:
            await admin.close()

    async def has_reached(self, ends: dict[TopicPartition, int]) -> bool:
        try:
            reached = await self.positions()
        except (OSError, asyncpg.PostgresError):  # it may be what was broken
            return False
        return all(reached.get(at, 0) >= end for at, end in ends.items())


def _kind(row: str) -> str | None:
    named = re.search(r"\be-(\d+)\b", row)
    return KINDS[int(named[1]) % len(KINDS)] if named else None


def _event(number: int, revision: int) -> CanonicalEvent:
    kind = KINDS[number % len(KINDS)]
    return event(
        f"e-{number}",
        revision,
        kind=kind,
        title=f"{kind} {number}, told for the {revision}. time",
        when=on(f"2025-08-{1 + number % 28:02}"),
        participants=[person(f"Ana {number % 7}", "ES")],
    )


async def halts(process: ServiceProcess, *because: str) -> None:
    """Wait until the process says in readiness, in its metric and in its log that it has halted, and why, in one of these ways."""
    await eventually(lambda: _says(process, because), RECOVERY_SECONDS)
    async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
        told = (await http.get(f"{process.address}/metrics")).text
        ready = await http.get(f"{process.address}/readyz")
    assert f'daybook_halted{{follower="{FOLLOWER}"}} 1.0' in told
    assert ready.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert process.saw('"follower_halted"'), process.text()
    assert any(process.saw(words) for words in because), process.text()


async def _says(process: ServiceProcess, because: Sequence[str]) -> bool:
    try:
        async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
            standing = (await http.get(f"{process.address}/readyz")).json()["parts"].get(FOLLOWER, "")
    except httpx.HTTPError:
        return False
    return "halted" in standing and any(words in standing for words in because)


async def ready(process: ServiceProcess) -> None:
    await asyncio.to_thread(process.wait_ready)
