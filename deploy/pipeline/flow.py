"""How far the news has come: what waits in each outbox, and how far each follower is behind the end of its topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import cards
from services.timeline.generations.names import SERVICE
from services.timeline.generations.registry import live

# Each stage in the order of the flow: follower, schema of what feeds it, and the values of the topics that it follows.
_STAGES = (
    ("normalizer-reader", "ingestor", ("RawArticle",)),
    ("normalizer-merger", "normalizer", ("Reading", "Edit")),
    (SERVICE, "normalizer", ("EventChange",)),
)
_SCHEMA = {"normalizer-reader": "normalizer", "normalizer-merger": "normalizer", "timeline": "timeline"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One follower: records applied, records there are, and records that still wait in the outbox before it."""

    follower: str
    applied: int
    total: int
    waiting: int

    @property
    def caught_up(self) -> bool:
        return self.waiting == 0 and self.applied >= self.total


async def flow(postgres: asyncpg.Connection, kafka: AIOKafkaConsumer, partitions: Mapping[str, int]) -> tuple[Stage, ...]:
    """The stages, read in the order of the flow: if each was caught up when it was looked at, nothing is under way.

    `partitions` says how many each topic has: a broker may hold more or fewer than the cards ask for.
    """
    return tuple([await _stage(postgres, kafka, partitions, *stage) for stage in _STAGES])


async def _stage(
    postgres: asyncpg.Connection, kafka: AIOKafkaConsumer, partitions: Mapping[str, int], follower: str, fed_by: str, values: Sequence[str]
) -> Stage:
    waiting = await postgres.fetchval(f"SELECT coalesce(sum(next_seq - next_relayed), 0) FROM {fed_by}.outbox_heads")  # noqa: S608 - our own names
    topics = [card.topic for card in cards() if card.value in values and card.log]
    ends = await kafka.end_offsets([TopicPartition(topic, number) for topic in topics for number in range(partitions[topic])])
    name = (await live(postgres)).follower if follower == SERVICE else follower
    applied = await postgres.fetchval(
        f"SELECT coalesce(sum(next_offset), 0) FROM {_SCHEMA[follower]}.checkpoints WHERE follower = $1",  # noqa: S608
        name,
    )
    return Stage(follower, int(applied), sum(ends.values()), int(waiting))


def all_caught_up(stages: Sequence[Stage]) -> bool:
    """Whether nothing is on its way."""
    return all(stage.caught_up for stage in stages)
