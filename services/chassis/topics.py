"""Topics: made from their cards, and how many partitions each has. Apart from `kafka.py`, as whoever only asks need not load FastStream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import stamina
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.topics import Card
from services.chassis.passing import is_passing


@asynccontextmanager
async def admin(kafka: str, patience: float | None = None) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client; waits for a broker that is still starting, `patience` seconds at most (None: for ever)."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=patience, wait_max=2.0):
        with attempt:
            await client.start()
    try:
        yield client
    finally:
        await client.close()


async def create_topics(kafka: str, cards: Iterable[Card], patience: float = 60.0) -> list[str]:
    """Create the topics that do not exist yet, with the settings of their cards; the names of those created.

    Raises:
        aiokafka.errors.KafkaError: the broker refused one of them.
    """
    async with admin(kafka, patience) as client:
        there = set(await client.list_topics())
        wanted = [card for card in cards if card.topic not in there]
        response = await client.create_topics([NewTopic(c.topic, c.partitions, 1, topic_configs=dict(c.settings)) for c in wanted])
        for topic, code, *_ in response.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(topic)
    return [card.topic for card in wanted]


async def partition_counts(kafka: str, topics: Sequence[str], patience: float | None = None) -> Mapping[str, int]:
    """How many partitions each topic has; topics that do not exist are left out."""
    async with admin(kafka, patience) as client:
        return await described(client, topics)


async def described(client: AIOKafkaAdminClient, topics: Sequence[str]) -> Mapping[str, int]:
    """The same, over a client that is there already."""
    rows = await client.describe_topics(list(topics))
    return {row["topic"]: len(row["partitions"]) for row in rows if row["partitions"]}
