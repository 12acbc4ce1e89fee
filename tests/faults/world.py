"""A small world of invented news in which every kind of change happens: told, told again, corrected, withdrawn."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas.articles import PageRef, Published, RawArticle
from schemas.base import sha256
from schemas.envelope import Envelope, to_headers
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import SQL as OUTBOX
from services.chassis.outbox import Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing
from services.chassis.relay import Relay
from services.chassis.settings import Settings

TOPIC = "articles.raw.v1"
BEGIN = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
TEXTS = (
    "Russia launched {n} drones at the Ukrainian city of Kharkiv overnight, the Ukrainian air force said. At least {k} people were killed.",
    "An Israeli air strike on the southern Lebanese city of Tyre killed {k} people on Monday, the Lebanese health ministry said.",
    "The presidents of Armenia and Azerbaijan held talks in Geneva on Tuesday, officials said. They are expected to meet again next week.",
    "Russia and Ukraine exchanged {n} prisoners each on Sunday, the Ukrainian president said.",
    "Russia handed over the bodies of {n} Ukrainian soldiers on Friday, officials in Kyiv said. Moscow received {k} bodies in return.",
)


def articles(count: int) -> list[RawArticle]:
    """Articles of several outlets over some days; each seventh is corrected later, each eleventh withdrawn."""
    first = [_article(number, 1) for number in range(count)]
    corrected = [_article(number, 2) for number in range(0, count, 7)]
    withdrawn = [_article(number, 3).model_copy(update={"pubstatus": "withdrawn"}) for number in range(0, count, 11)]
    return first + corrected + withdrawn


def _article(number: int, revision: int) -> RawArticle:
    body = TEXTS[number % len(TEXTS)].format(n=20 + number % 3 + revision, k=3 + number % 2)
    published = BEGIN + timedelta(hours=5 * (number // 3))
    return RawArticle(
        article_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://example.org/{number}")),
        revision=revision,
        pubstatus="usable" if revision == 1 else "corrected",
        page=PageRef(page_id="page"),
        url=f"https://example.org/{number}",
        outlet=f"Outlet {number % 4}",
        title=f"News {number}",
        body=body,
        published=Published(earliest=published, latest=published, precision="minute", basis="absolute", raw=published.isoformat()),
        content_sha256=sha256(body),
        extractor="test 1",
    )


async def publish(stack: Stack, given: list[RawArticle]) -> None:
    """Put articles into the log as the ingestor would: outbox, then relay."""
    settings = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("ingestor")))
    async with await open_pool(settings, "ingestor") as pool:
        outbox = Outbox("ingestor", {TOPIC: 1}, [TOPIC])
        async with pool.acquire() as tx, tx.transaction():
            await outbox.open_logs(tx)
            await outbox.append(tx, [_record(number, article) for number, article in enumerate(given)])
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            relay = group.create_task(Relay("ingestor", pool, settings, Health(), Faults()).run())
            while await pool.fetchval(OUTBOX["pending"]):
                await asyncio.sleep(0.02)
            relay.cancel()


def _record(number: int, article: RawArticle) -> Outgoing:
    time = BEGIN + timedelta(minutes=number)
    identity = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{article.article_id} {article.revision}"))
    envelope = Envelope(id=identity, type="daybook.article.published.v1", source="test", time=time, correlation_id=article.article_id)
    return Outgoing(
        TOPIC, article.article_id.encode(), article.model_dump_json().encode(), to_headers(envelope), int(time.timestamp() * 1000)
    )
