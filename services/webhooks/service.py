"""The webhooks' parts, put together: a follower that fills the queue, addresses that catch up, a sender that empties it, and the API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog

from schemas.changes import EventChange
from schemas.topics import cards
from services.chassis.api_keys import BadKeysError, read_keys
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.webhooks import catching_up, sender
from services.webhooks.api import router
from services.webhooks.bodies import BoundedBodies
from services.webhooks.catching_up import CatchingUp
from services.webhooks.posting import Poster
from services.webhooks.queueing import Queueing
from services.webhooks.register import Register
from services.webhooks.sealing import HOW, VARIABLE, BadSealError, Seal, seal_anew, seal_of
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from services.webhooks.sweeping import Sweeping

log = structlog.get_logger()
NAME = "webhooks"
HTTP_PORT = 8804


class NothingPublished(Outbox):
    """The timeline publishes the bytes of records that are no change; one copy is enough, and a topic's numbers have one giver."""

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:
        """What is set aside is remembered in Postgres; its bytes lie in the log."""


def followed_topics() -> list[str]:
    """Every log whose records are changes of events, by the cards."""
    return [card.topic for card in cards() if card.log and card.value == EventChange.__name__]


def builder(settings: Settings, own: WebhookSettings) -> Callable[[Service], Awaitable[None]]:
    """Add all parts to the service's frame.

    Raises:
        SystemExit: the keys cannot be used; it says why.
    """
    try:
        keys = read_keys(own.keys, own.keys_file, "DAYBOOK_WEBHOOK_KEYS_FILE")
        seal = seal_of(own)
    except (BadKeysError, BadSealError) as error:
        raise SystemExit(f"error: {error}") from error

    async def build(service: Service) -> None:
        await _seal_all(service.pool, seal)
        service.outbox = NothingPublished(NAME, {}, [])
        queueing, poster, topics = Queueing(own.queue), Poster(own), followed_topics()
        service.follow(NAME, topics, queueing)
        for part in (sender.PART, catching_up.PART):
            service.health.set(part, reason="starting")
        service.background += [
            Sender(service.pool, own, poster, service.health, service.faults).run,
            CatchingUp(NAME, service.pool, queueing, own.queue, settings.kafka, service.health).run,
            Sweeping(service.pool, own).run,
            lambda: _keep_open(poster),
        ]
        service.app.add_middleware(BoundedBodies)
        service.app.include_router(router(Register(service.pool, poster, own, settings.kafka, topics), keys, settings.http_host))

    return build


async def _seal_all(pool: asyncpg.Pool, seal: Seal) -> None:
    """Whatever the keys are now, what lies there is sealed by the first of them before anything is delivered."""
    if count := await seal_anew(pool, seal):
        log.info("webhook_secrets_sealed", webhooks=count)
    if not seal:
        log.warning("webhook_secrets_in_clear", todo=f"set {VARIABLE}: {HOW}")


async def _keep_open(poster: Poster) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await poster.close()
