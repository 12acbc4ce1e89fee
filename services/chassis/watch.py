"""Watching Kafka from the side: a consumer without records hears nothing of a broker that has gone."""

from __future__ import annotations

import asyncio

from aiokafka.admin import AIOKafkaAdminClient

from services.chassis.away import Away
from services.chassis.health import Health

PART = "kafka"
EVERY_SECONDS = 3.0
ANSWER_SECONDS = 5.0


async def watch_kafka(kafka: str, health: Health) -> None:
    """Ask the broker for its cluster now and then, and say in readiness whether it answers. For ever."""
    away = Away("kafka_away")
    while True:
        client = AIOKafkaAdminClient(bootstrap_servers=kafka)
        try:
            await _watch(client, health, away)
        except Exception as error:  # noqa: BLE001 - whatever it is, Kafka does not answer
            health.set(PART, reason=f"does not answer: {type(error).__name__}")
            away.waits(error)
            await asyncio.sleep(EVERY_SECONDS)
        finally:
            await client.close()


async def _watch(client: AIOKafkaAdminClient, health: Health, away: Away) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        await client.start()
    while True:
        async with asyncio.timeout(ANSWER_SECONDS):
            await client.describe_cluster()
        health.set(PART)
        away.over()
        await asyncio.sleep(EVERY_SECONDS)
