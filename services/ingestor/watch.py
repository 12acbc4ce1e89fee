"""What runs beside the intake: readiness says when senders are turned away, and what was kept for a while is forgotten in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.chassis.health import Health
from services.chassis.passing import is_passing
from services.ingestor.intake import Intake
from services.ingestor.problems import Problem
from services.ingestor.refused import KEPT
from services.ingestor.store import SQL

PART = "intake"
LOOK_SECONDS = 1.0
TIDY_LOOKS = 3600  # once an hour


async def watch(intake: Intake, health: Health) -> None:
    """Look for ever: once a second whether senders would be turned away, once an hour what is old."""
    looks = 0
    while True:
        health.set(PART, reason=await why_not(intake))
        if looks % TIDY_LOOKS == 0:
            await tidy(intake)
        looks += 1
        await asyncio.sleep(LOOK_SECONDS)


async def why_not(intake: Intake) -> str | None:
    """Why a sender would be turned away now; None if it would not."""
    try:
        await intake.check_backlog(anew=True)
    except Problem as problem:
        return problem.details.detail
    return None


async def tidy(intake: Intake) -> None:
    """Forget old answers, and old refusals. If Postgres is away, the next hour will do."""
    now = intake.clock()
    try:
        await intake.pool.execute(SQL["tidy_answers"], now - timedelta(hours=intake.settings.answers_hours))
        await intake.pool.execute(SQL["tidy_refused"], now - KEPT)
    except Exception as error:
        if not is_passing(error):
            raise
