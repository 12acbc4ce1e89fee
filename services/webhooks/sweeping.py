"""What need not be kept is taken away, piece by piece, and how the queue stands is told to whoever watches."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg

from services.chassis import metrics
from services.chassis.away import Away
from services.chassis.passing import is_passing
from services.webhooks.sender import SQL
from services.webhooks.settings import WebhookSettings

EVERY_SECONDS = 5.0
PIECE = 5_000  # rows in one transaction
STATES = ("unverified", "active", "paused", "gone")


class Sweeping:
    """Looks now and then, until cancelled."""

    def __init__(self, pool: asyncpg.Pool, settings: WebhookSettings) -> None:
        self._pool, self._settings = pool, settings
        self._away = Away("webhooks_wait", part="sweeping")

    async def run(self) -> None:
        """Trouble that may pass is the sender's to tell."""
        while True:
            try:
                await self.sweep()
                await self.count()
                self._away.over()
            except Exception as error:
                if not is_passing(error):
                    raise
                self._away.waits(error)
            await asyncio.sleep(EVERY_SECONDS)

    async def sweep(self) -> None:
        """Remove deliveries whose time is over, and then messages that no delivery needs."""
        kept = timedelta(hours=self._settings.kept_hours), timedelta(days=self._settings.dead_days)
        await self._all("sweep_deliveries", *kept)
        await self._all("sweep_messages")

    async def _all(self, question: str, *asked: object) -> None:
        """Piece by piece until nothing is left: what comes in is no slower than one piece now and then."""
        while True:
            said = await self._pool.execute(SQL[question], *asked, PIECE)
            if int(said.split()[-1]) < PIECE:
                return

    async def count(self) -> None:
        """Set the metrics."""
        standing = await self._pool.fetchrow(SQL["standing"])
        metrics.WEBHOOK_WAITING.set(standing["waiting"])
        metrics.WEBHOOK_DEAD.set(standing["dead"])
        metrics.WEBHOOK_BEHIND.set(standing["behind"])
        states = {row["state"]: row["endpoints"] for row in await self._pool.fetch(SQL["states"])}
        for state in STATES:
            metrics.WEBHOOKS.labels(state).set(states.get(state, 0))
