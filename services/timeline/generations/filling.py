"""Reading a generation full: the log up to given positions, by the protocol that any follower keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka import TopicPartition

from services.chassis.catching_up import catch_up
from services.chassis.faults import Faults
from services.chassis.follower import Follower
from services.chassis.health import Health
from services.chassis.kafka import partition_counts
from services.chassis.outbox import Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing
from services.chassis.settings import Settings
from services.timeline.generations.names import SERVICE, Generation
from services.timeline.generations.registry import Positions
from services.timeline.projections import Projection
from services.timeline.projector import Projector

Told = Callable[[int, int], None]


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
        total = sum(wanted.values())

        def hear(reached: Mapping[TopicPartition, int]) -> None:
            told(sum(reached.values()), total)

        name, faults = self.generation.follower, Faults(self.settings.faults)
        follower = Follower(name, Projector(self.projections), self.pool, Silent(), Health(), faults, self.settings.kafka)
        await catch_up(follower, self.settings, wanted, hear)


@asynccontextmanager
async def filler(
    settings: Settings, generation: Generation, projections: Sequence[Projection], topics: Iterable[str]
) -> AsyncIterator[Filler]:
    """A filler with connections of its own, for as long as it is needed."""
    counts = await partition_counts(settings.kafka, list(topics))
    partitions = [TopicPartition(topic, number) for topic, count in sorted(counts.items()) for number in range(count)]
    async with await open_pool(settings, SERVICE, generation.search_path) as pool:
        yield Filler(settings, pool, generation, projections, partitions)
