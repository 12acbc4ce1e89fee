"""Reading a generation full: the log up to given positions, by the protocol that any follower keeps.

What is little is read by this process. What is much it shares by partition with others that do nothing else (`hand.py`): parsing takes as
long as storing, and while the one waits for Postgres, another parses.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka import TopicPartition

from services.chassis.catching_up import catch_up
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.follower import Follower
from services.chassis.health import Health
from services.chassis.outbox import Outbox
from services.chassis.passing import PASSING
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing
from services.chassis.settings import Settings
from services.chassis.topics import partition_counts
from services.timeline.generations.garbage import collected_by_hand
from services.timeline.generations.hands import Job, run, shares
from services.timeline.generations.names import SERVICE, Generation
from services.timeline.generations.registry import Positions, positions
from services.timeline.projections import Projection
from services.timeline.projector import BY_KEY, Projector

Told = Callable[[int, int], None]
ALONE = 20_000  # records; fewer are read sooner than other processes have started
PATIENCE_SECONDS = 60.0  # with servers that do not answer: somebody waits for a rebuild
HANDS = min(4, os.cpu_count() or 1)
"""Processes, this one among them: it reads while the others still load."""
AHEAD = 2_000
"""Records that it reads in that time: they would else end so much later, and a core be idle."""
AT_ONCE = 1_000  # records in one transaction, unless the settings say: more save little, and no longer lie in the processor's caches
# A commit that the server forgets when it goes down takes its position with it. What makes a generation ready waits for the disk, and
# with that for all that was written before.
UNHURRIED = {"synchronous_commit": "off", "transaction_timeout": "0"}


class Silent(Outbox):
    """What a rebuild refuses was refused before, and is in quarantine since; here its key is noted, and no more."""

    def __init__(self) -> None:
        super().__init__(SERVICE, {}, [])

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:
        """Nothing is published."""


@dataclass(frozen=True, slots=True)
class Filler:
    """Fills one generation. `pool` sees its tables, and is its owner's."""

    settings: Settings
    pool: asyncpg.Pool
    generation: Generation
    projections: Sequence[Projection]
    partitions: Sequence[TopicPartition]

    async def fill(self, until: Positions, told: Told) -> None:
        """Read up to these positions; `told` hears how many of how many records are behind.

        Raises:
            Halt: the log can't be followed.
        """
        wanted = {at: until.get((at.topic, at.partition), 0) for at in self.partitions}
        reached = await positions(self.pool, self.generation)
        behind, total = _Behind({at: reached.get(tuple(at), 0) for at in wanted}), sum(wanted.values())

        def hear(now: Mapping[TopicPartition, int]) -> None:
            behind.at.update(now)
            told(sum(behind.at.values()), total)

        if HANDS == 1 or total - sum(behind.at.values()) < ALONE:
            await self.read(wanted, hear)
        else:
            own, *others = shares(wanted, behind.at, HANDS, AHEAD)
            with collected_by_hand(hear) as heard:
                await run([Job(self.settings, self.generation, share) for share in others], hear, self.read(own, heard))

    async def read(self, until: Mapping[TopicPartition, int], hear: Callable[[Mapping[TopicPartition, int]], None]) -> None:
        """Read these partitions up to these offsets, in this process.

        Raises:
            Halt: the log can't be followed.
        """
        name, faults = self.generation.follower, Faults(self.settings.faults)
        follower = Follower(name, Projector(self.projections), self.pool, Silent(), Health(), faults, self.settings.kafka)
        await catch_up(follower, self.settings, until, hear)


@dataclass(frozen=True, slots=True)
class _Behind:
    """How far each partition was read, by whichever process."""

    at: dict[TopicPartition, int]


@asynccontextmanager
async def filler(
    settings: Settings, generation: Generation, projections: Sequence[Projection], topics: Iterable[str]
) -> AsyncIterator[Filler]:
    """A filler with connections of its own, for as long as it is needed.

    Raises:
        Halt: Postgres is away.
    """
    counts = await partition_counts(settings.kafka, list(topics), PATIENCE_SECONDS)
    partitions = [TopicPartition(topic, number) for topic, count in sorted(counts.items()) for number in range(count)]
    if "batch_records" not in settings.model_fields_set:
        settings = settings.model_copy(update={"batch_records": AT_ONCE})
    try:
        opened = await open_pool(settings, SERVICE, generation.search_path, UNHURRIED | BY_KEY, PATIENCE_SECONDS)
    except PASSING as error:
        raise Halt(f"Postgres has not answered for {PATIENCE_SECONDS:.0f} s: {error!r}") from error
    async with opened as pool:
        yield Filler(settings, pool, generation, projections, partitions)
