"""What the ingestor adds to the frame of a service: its routes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.api_keys import BadKeysError
from services.chassis.health import Health
from services.chassis.service import Service
from services.chassis.workers import Workers
from services.ingestor import problems
from services.ingestor.api import router
from services.ingestor.bodies import Bodies
from services.ingestor.crawl import BadTopicError, check_topic, follow_crawl
from services.ingestor.cutting import Bounds, Cutter, Cutting, workers_for
from services.ingestor.intake import Intake
from services.ingestor.keys import keys_of
from services.ingestor.settings import IngestorSettings
from services.ingestor.watch import PART, watch

CUTTING = "cutting"


def builder(settings: IngestorSettings, cut: Cutter) -> Callable[[Service], Awaitable[None]]:
    """What `run_service` is given: adds the intake to a service.

    Raises:
        SystemExit: the settings would let anybody push, or name a topic of our own; it says so.
    """
    try:
        keys = keys_of(settings)
        check_topic(settings.crawl_topic)
    except (BadKeysError, BadTopicError) as error:
        raise SystemExit(f"error: {error}") from error

    async def build(service: Service) -> None:
        cutting = Cutting(cut, workers_for(cut, settings), Bounds(settings.limits, settings.article_bytes))
        intake = Intake(settings, service.pool, service.outbox, service.faults, cutting)
        problems.install(service.app)
        if settings.crawl_topic:
            await follow_crawl(service, intake, settings.crawl_topic)
        for part in (PART, CUTTING):
            service.health.set(part, reason="starting")
        service.background += [lambda: watch(intake, service.health), lambda: keep(cutting.workers, service.health)]
        service.app.include_router(router(intake, Bodies(settings), keys, settings.http_host))

    return build


async def keep(workers: Workers, health: Health) -> None:
    """Have the processes that cut ready before readiness says so, as the first page would wait for them; end them with the service."""
    try:
        await workers.start()
        health.set(CUTTING)
        await asyncio.Event().wait()
    finally:
        await workers.close()
