"""Pages and pushes for the ingestor's tests, and a running ingestor with the log that it fills."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
from aiokafka import ConsumerRecord

from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.processes import PLAIN_HTTP
from deploy.pipeline.services import NAMES, service_cards
from schemas.articles import RawArticle
from schemas.envelope import GENESIS, Envelope, from_headers
from tests.support.logs import once, read_topic
from tests.support.service import ServiceProcess, eventually
from tests.support.stack import empty

TOPIC = "articles.raw.v1"
CAPTURED = "2024-03-05T12:00:00Z"
BODY = (
    "TORVIK (Skerry News) - The harbour board of Torvik closed the northern pier on Tuesday after divers found cracks in two of its pillars.\n"
    "Ferries to the outer islands leave from the fish market until repairs are done, the board said, which may take until the middle of May.\n"
    "“Nobody was hurt, and nobody will be,” harbour master Runa Eide told reporters. She expects the first inspection report on Friday."
)


def page(title: str, body: str = BODY) -> str:
    """A page with one story, as an aggregator shows it."""
    return f"logo\n{title}\n\n{title}\n\nThe Torvik Post3 hours ago\n{body}\n\nRead more\nCookie settings\n"


def line(name: str, body: str = BODY) -> dict[str, Any]:
    """One article of a push."""
    url = f"https://post.example/{name}"
    return {"url": url, "outlet": "The Torvik Post", "published": "2024-03-05T09:00:00Z", "title": f"Pier closed: {name}", "body": body}


def lines(*articles: Mapping[str, Any]) -> bytes:
    return "".join(json.dumps(article) + "\n" for article in articles).encode()


@dataclass(frozen=True)
class Logged:
    """One record of the log."""

    envelope: Envelope
    article: RawArticle
    key: str
    timestamp_ms: int


@dataclass(frozen=True)
class Ingestor:
    """A running ingestor, and the stack behind it."""

    stack: Stack
    process: ServiceProcess

    def post(self, path: str, content: bytes | str, headers: Mapping[str, str] | None = None, /, **query: str) -> httpx.Response:
        return httpx.post(f"{self.process.address}{path}", params=query, content=content, headers=headers, timeout=60, verify=PLAIN_HTTP)

    def post_stream(self, path: str, content: Iterator[bytes], **query: str) -> httpx.Response:
        """In chunks, so that nothing says beforehand how much it is."""
        return httpx.post(f"{self.process.address}{path}", params=query, content=content, timeout=60, verify=PLAIN_HTTP)

    def delete(self, article_id: str) -> httpx.Response:
        return httpx.delete(f"{self.process.address}/v1/articles/{article_id}", timeout=60, verify=PLAIN_HTTP)

    async def log(self) -> list[Logged]:
        """What the log holds after repeats are dropped. Fails on a hole."""
        return [_logged(record) for record in once(await read_topic(self.stack.kafka, TOPIC)) if not _is_genesis(record)]

    async def revisions(self, article_id: str) -> list[tuple[int, str]]:
        """The revisions of one article in the log, each with its publication status."""
        return [(it.article.revision, it.article.pubstatus) for it in await self.log() if it.key == article_id]

    async def settled(self) -> None:
        """Wait until Kafka has acknowledged everything that was acknowledged to senders."""
        await eventually(lambda: _none_pending(self.stack))


async def prepared(stack: Stack) -> None:
    """No topics and fresh schemas, then both as they are before services start."""
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)


async def _none_pending(stack: Stack) -> bool:
    return bool(await query(stack, "SELECT sum(next_seq) > 0 AND sum(next_seq - next_relayed) = 0 FROM ingestor.outbox_heads"))


async def query(stack: Stack, sql: str, *values: object) -> Any:
    """One value from Postgres, as an administrator."""
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        return await postgres.fetchval(sql, *values)
    finally:
        await postgres.close()


def _is_genesis(record: ConsumerRecord) -> bool:
    return from_headers(record.headers).type == GENESIS


def _logged(record: ConsumerRecord) -> Logged:
    article = RawArticle.model_validate_json(record.value)
    return Logged(from_headers(record.headers), article, record.key.decode(), record.timestamp)
