"""Watching, while it follows, whether what a follower believes is still so: its logs, and its positions in Postgres.

The consumer hears nothing of a topic that has gone, takes one made anew for the same, and while no records come nobody asks Postgres.
So this asks both from the side, again and again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndTimestamp

from services.chassis.checkpoints import positions
from services.chassis.errors import Halt
from services.chassis.follower import Follower
from services.chassis.passing import is_passing
from services.chassis.probing import probe_of
from services.chassis.topics import admin, described
from services.chassis.verify import in_bounds

LOOK_SECONDS = 2.0
Opening = tuple[int, OffsetAndTimestamp | None]
"""Where a log begins, and when: of a log made anew the first record has another time."""


class LogWatch:
    """Watches over one follower of these topics."""

    def __init__(self, follower: Follower, topics: Sequence[str], kafka: str) -> None:
        self._follower, self._topics, self._kafka = follower, topics, kafka
        self._known = {TopicPartition(topic, 0) for topic in topics}
        self._missed: set[TopicPartition] = set()
        self._openings: dict[TopicPartition, Opening] = {}
        self._over = asyncio.Event()

    async def stop(self) -> None:
        """Watch no more. A look that is under way changes nothing of a follower that has let go of its partitions."""
        self._over.set()

    async def run(self) -> None:
        """Look again and again, until stopped or cancelled. That a server is away is told elsewhere."""
        while not self._over.is_set():
            try:
                async with admin(self._kafka) as client, probe_of(self._kafka) as probe:
                    while not await self._is_over():
                        await self.look(client, probe)
            except (KafkaError, TimeoutError, OSError):
                await self._is_over()
            except Exception as error:  # noqa: BLE001 - whatever it is, it must be seen where the follower stands
                if not is_passing(error):
                    self._follower.halt_all(error)
                    return

    async def _is_over(self) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), LOOK_SECONDS)
        return self._over.is_set()

    async def look(self, client: AIOKafkaAdminClient, probe: AIOKafkaConsumer) -> None:
        """Halt what can't be followed any more; have claimed anew what Postgres no longer knows as ours."""
        await self._look_at_postgres()
        held = self._follower.positions  # before the log, which only grows
        counts = await described(client, self._topics)
        there = {TopicPartition(topic, number) for topic, count in counts.items() for number in range(count)}
        self._find_missing(there)
        asked = sorted(held.keys() & there)
        first, end = await probe.beginning_offsets(asked), await probe.end_offsets(asked)
        opened = await probe.offsets_for_times(dict.fromkeys(asked, 0)) if asked else {}
        for at in asked:
            self._halting(at, partial(in_bounds, at, held[at], first[at], end[at]))
            self._halting(at, partial(self._same_opening, at, (first[at], opened[at])))

    async def _look_at_postgres(self) -> None:
        async with self._follower.resting() as believed:
            found = await positions(self._follower.pool, self._follower.name, sorted(believed))
            self._follower.claim_anew([at for at, mine in believed.items() if _was_put_back(mine, found.get(at, (0, 0)))])

    def _find_missing(self, there: set[TopicPartition]) -> None:
        """What is missing at two looks, one after the other: a broker that has just started may not know all yet."""
        self._known |= there
        missing = self._known - there
        gone = missing & self._missed
        self._missed = missing
        for topic in sorted({at.topic for at in gone}):
            why = Halt(f"{topic}: the topic is gone from Kafka, or has fewer partitions than it had")
            self._follower.halt_lost([at for at in gone if at.topic == topic], why)

    def _same_opening(self, at: TopicPartition, opening: Opening) -> None:
        known = self._openings.setdefault(at, opening)
        was_empty = known[1] is None  # whoever wrote its first record since made no other log of it
        if not was_empty and known[0] == opening[0] and known != opening:
            raise Halt(f"{at.topic}-{at.partition}: this is another log than the one followed: the topic was made anew")
        self._openings[at] = opening

    def _halting(self, at: TopicPartition, check: partial[None]) -> None:
        try:
            check()
        except Halt as error:
            self._follower.halt_lost([at], error)


def _was_put_back(believed: tuple[int, int | None], found: tuple[int, int]) -> bool:
    """Whether Postgres was put back to an older state: no younger owner is in the row, and it is not as this one left it.

    What is believed: our epoch, and the position where it is still held; `found` is what stands in the row.
    """
    epoch, position = believed
    return found[0] < epoch or (found[0] == epoch and found[1] != position)
