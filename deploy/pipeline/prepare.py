"""Before services start: topics from their cards, and each service's schema brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from deploy.pipeline.services import ServiceCard
from schemas.topics import cards
from services.chassis.postgres import migrate_schema
from services.chassis.topics import create_topics
from services.timeline.generations.registry import ensure_first


async def prepare(kafka: str, admin_dsn: str, services: Iterable[ServiceCard], say: Callable[[str], None]) -> None:
    """Idempotent: what is there already stays as it is."""
    created = await create_topics(kafka, cards())
    say(f"topics: {len(created)} created, {len(cards()) - len(created)} there already")
    for service in services:
        await migrate_schema(admin_dsn, service.name, service.migrations)
    await ensure_first(admin_dsn)
    say("schemas: up to date")
