"""Webhooks, from the queue to what is written down of each delivery, beside httpx that posts the same bodies to the same receiver."""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.connection import Connection

import asyncpg
import httpx
from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.postgres import open_pool
from services.chassis.settings import Settings
from services.webhooks.messages import MEDIA_TYPE, Message, message
from services.webhooks.posting import Poster
from services.webhooks.queueing import Queueing
from services.webhooks.register import SQL as ENDPOINTS
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from services.webhooks.signing import headers, key_of, new_secret
from services.webhooks.wanted import Wanted
from tests.bench.ratios import Ratio, in_turn, median_ratio, seconds
from tests.integration.webhooks_world import receiver
from tests.unit.timeline.builders import event, mention, record

DELIVERIES, AT_ONCE, ROUNDS, BATCH = 500, 4, 5, 500
OWN = WebhookSettings(allow_private=True, queue=10 * DELIVERIES, endpoint_at_once=AT_ONCE)
SECRET = new_secret()


def _told(number: int) -> CanonicalEvent:
    return event(f"e-{number}", mentions=[mention(f"a-{n}", "The ferry sails again, the harbour master said.") for n in range(5)])


async def measure(stack: Stack) -> list[Ratio]:
    """Deliveries a second, signed, queued and written down, to posts of httpx, as many at a time."""
    url, stop = _receiver()
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("webhooks")))
    async with await open_pool(settings, "webhooks") as pool, httpx.AsyncClient() as client:
        await pool.execute(ENDPOINTS["add"], "hook", url, "", Wanted().model_dump_json(), SECRET)
        await pool.execute(ENDPOINTS["start"], "hook", url)
        sender = asyncio.create_task(Sender(pool, OWN, Poster(OWN), Health(), Faults()).run())
        told = [message(record(_told(number), number)) for number in range(DELIVERIES)]
        ours, theirs = await in_turn(
            lambda: seconds(lambda: _ours(pool, told)), lambda: seconds(lambda: _theirs(client, url, told)), ROUNDS
        )
        sender.cancel()
    stop.send(None)
    rate = [DELIVERIES / s for s in ours], [DELIVERIES / s for s in theirs]
    of = f"queue, sign, post and write down, {AT_ONCE} at a time"
    return [median_ratio("webhooks, deliveries a second", (of, rate[0]), ("httpx posts, as many at a time", rate[1]))]


async def _ours(pool: asyncpg.Pool, told: list[Message]) -> None:
    await pool.execute("TRUNCATE deliveries, messages")
    for first in range(0, len(told), BATCH):
        async with pool.acquire() as tx, tx.transaction():
            await Queueing(OWN.queue).apply(tx, told[first : first + BATCH])
    while await pool.fetchval("SELECT EXISTS (SELECT FROM deliveries WHERE state <> 'delivered')"):
        await asyncio.sleep(0.01)


async def _theirs(client: httpx.AsyncClient, url: str, told: list[Message]) -> None:
    left = iter(told)

    async def post() -> None:
        for one in left:
            said = headers(one.message_id, one.body, [key_of(SECRET)], 0) | {"content-type": MEDIA_TYPE}
            (await client.post(url, content=one.body, headers=said)).raise_for_status()

    await asyncio.gather(*(post() for _ in range(AT_ONCE)))


def _receiver() -> tuple[str, Connection]:
    """A receiver in a process of its own, and how to stop it."""
    ours, theirs = multiprocessing.Pipe()
    multiprocessing.get_context("spawn").Process(target=_receive, args=(theirs,), daemon=True).start()
    return str(ours.recv()), ours


def _receive(told: Connection) -> None:
    async def serve() -> None:
        async with receiver() as there:
            told.send(there.url)
            await asyncio.to_thread(told.recv)

    asyncio.run(serve())
