"""What the ingestor adds to the frame of a service: its routes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.service import Service
from services.ingestor import problems
from services.ingestor.api import router
from services.ingestor.bodies import Bodies
from services.ingestor.intake import Cutter, Intake
from services.ingestor.settings import IngestorSettings


def builder(settings: IngestorSettings, cut: Cutter) -> Callable[[Service], Awaitable[None]]:
    """What `run_service` is given: adds the intake to a service."""

    async def build(service: Service) -> None:
        intake = Intake(settings, service.pool, service.outbox, service.faults, cut, asyncio.Semaphore(settings.cut_at_once))
        problems.install(service.app)
        service.app.include_router(router(intake, Bodies(settings)))

    return build
