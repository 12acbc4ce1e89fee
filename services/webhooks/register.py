"""The register of addresses: what the API does, without its HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import stamina
import structlog
from aiokafka import TopicPartition
from pydantic import ValidationError

from services.chassis.errors import brief
from services.chassis.probing import probe_of
from services.chassis.queries import queries
from services.chassis.reaching.bounds import UnreachedError
from services.chassis.topics import partition_counts
from services.webhooks import asking
from services.webhooks.asking import Change, Pinged, Registered, Registration, Secret, Start, Webhook
from services.webhooks.messages import ping
from services.webhooks.posting import Poster, refusal
from services.webhooks.queueing import SQL as QUEUE
from services.webhooks.sealing import seal_of
from services.webhooks.sender import SQL as SENDING
from services.webhooks.settings import WebhookSettings
from services.webhooks.signing import headers, new_secret
from services.webhooks.verdicts import Answer
from services.webhooks.wanted import Wanted

log = structlog.get_logger()
SQL = queries(Path(__file__).parent / "sql" / "endpoints.sql")
LAST = 2**62
KAFKA_SECONDS = 3.0  # for a broker that is starting; one that is connected to and says nothing has as long again
_PARTITION = re.compile(r"(.+)-(\d{1,6})")


class RefusedError(ValueError):
    """What is asked cannot be; the message names the field."""


class UnknownError(LookupError):
    """There is no such webhook, or no such delivery of it."""


class Register:
    """Answers from Postgres; asks Kafka only where the log ends, and an address only whether it answers."""

    def __init__(self, pool: asyncpg.Pool, poster: Poster, settings: WebhookSettings, kafka: str, topics: Sequence[str]) -> None:
        self._pool, self._poster, self._settings, self._kafka, self._topics = pool, poster, settings, kafka, topics
        self._seal = seal_of(settings)

    async def add(self, asked: Registration) -> Registered:
        """Register an address. It is delivered to once it has taken a ping.

        Raises:
            RefusedError: the address may not be delivered to, the start is none, or there are too many already.
        """
        if await self._pool.fetchval(SQL["count"]) >= self._settings.most:
            raise RefusedError(f"there are {self._settings.most:,} webhooks already; remove one, or raise DAYBOOK_WEBHOOK_MOST")
        await self._need_reachable(asked.url)
        begin = await self._begin(asked.start)
        endpoint_id = str(uuid.uuid4())
        secret = asked.secret.get_secret_value() if asked.secret else new_secret()
        async with self._pool.acquire() as tx, tx.transaction():
            await tx.execute(SQL["add"], endpoint_id, asked.url, asked.description, asked.wanted.model_dump_json(), self._seal.seal(secret))
            await tx.execute(QUEUE["begin"], endpoint_id, *zip(*begin, strict=True))
        log.info("webhook_registered", webhook=endpoint_id)
        return Registered(secret=secret, **(await self.one(endpoint_id)).model_dump())

    async def every(self) -> list[Webhook]:
        return [_webhook(row) for row in await self._pool.fetch(SQL["some"], None)]

    async def one(self, endpoint_id: str) -> Webhook:
        """One address.

        Raises:
            UnknownError: there is none of that id.
        """
        return _webhook(_found(await self._pool.fetchrow(SQL["some"], endpoint_id), endpoint_id))

    async def change(self, endpoint_id: str, asked: Change) -> Webhook:
        """Change what is said of an address. Of two who change it at once the second sees what the first left.

        Raises:
            RefusedError: it may not be so.
            UnknownError: there is no such address.
        """
        if asked.url is not None:
            await self._need_reachable(asked.url)
        given = asked.model_dump(exclude_none=True)
        async with self._pool.acquire() as tx, tx.transaction():
            now = _found(await tx.fetchrow(SQL["held"], endpoint_id), endpoint_id)
            about = given.get("url", now["url"]), given.get("description", now["description"])
            await tx.execute(SQL["change"], endpoint_id, *about, _wanted(now["wanted"], given).model_dump_json())
        return await self.one(endpoint_id)

    async def remove(self, endpoint_id: str) -> None:
        """Remove an address with all that waits for it.

        Raises:
            UnknownError: there is no such address.
        """
        await self.one(endpoint_id)
        async for attempt in stamina.retry_context(on=asyncpg.TransactionRollbackError, attempts=5):
            with attempt:  # what is swept at this moment may stand in each other's way
                await self._pool.execute(SQL["remove"], endpoint_id)
        log.info("webhook_removed", webhook=endpoint_id)

    async def pause(self, endpoint_id: str) -> Webhook:
        """Deliver nothing until it is resumed."""
        await self.one(endpoint_id)
        await self._pool.execute(SQL["pause"], endpoint_id)
        return await self.one(endpoint_id)

    async def resume(self, endpoint_id: str) -> Webhook:
        """Go on where it was paused.

        Raises:
            RefusedError: it was never verified.
            UnknownError: there is no such address.
        """
        await self._pool.execute(SQL["start"], endpoint_id, None)
        found = await self.one(endpoint_id)
        if found.state == "unverified":
            raise RefusedError("state: this address has yet to take a ping")
        return found

    async def rotate(self, endpoint_id: str, secret: str | None) -> Secret:
        """Sign with another secret from now on, and with the former one too for a while."""
        await self.one(endpoint_id)
        fresh = secret or new_secret()
        await self._pool.execute(SQL["rotate"], endpoint_id, self._seal.seal(fresh), timedelta(hours=self._settings.old_secret_hours))
        return Secret(secret=fresh, old_secret_until=(await self.one(endpoint_id)).old_secret_until)

    async def ping(self, endpoint_id: str) -> Pinged:
        """Post a signed ping, as a change would be. One that is taken verifies the address, unless that has another url meanwhile.

        Raises:
            UnknownError: there is no such address.
        """
        row = _found(await self._pool.fetchrow(SQL["secrets"], endpoint_id), endpoint_id)
        identity = f"ping_{uuid.uuid4().hex}"
        body = ping(endpoint_id, identity, datetime.now(UTC).isoformat())
        keys = self._seal.keys(row["secret"], row["old_secret"])
        answer = await self._poster.post(row["url"], headers(identity, body, keys, int(time.time())), body)
        if row["state"] == "unverified":
            await self._judged(endpoint_id, row["url"], answer)
        return Pinged(taken=answer.taken, state=(await self.one(endpoint_id)).state, status=answer.status, said=answer.said)

    async def _judged(self, endpoint_id: str, url: str, answer: Answer) -> None:
        """What a ping of this url says of the address, if it is still its url."""
        if not answer.taken:
            await self._pool.execute(SQL["not_verified"], endpoint_id, url, answer.said)
        elif await self._pool.fetchval(SQL["start"], endpoint_id, url):
            log.info("webhook_verified", webhook=endpoint_id)

    async def deliveries(self, endpoint_id: str, state: str | None, before: int | None, limit: int) -> list[asking.Delivery]:
        """Deliveries of an address, the latest first."""
        await self.one(endpoint_id)
        rows = await self._pool.fetch(SQL["deliveries"], endpoint_id, state, LAST if before is None else before, limit)
        return [_delivery(row) for row in rows]

    async def settle(self, endpoint_id: str, deed: asking.Deed, delivery_id: int | None) -> int:
        """Redeliver or discard one delivery, or all dead letters; how many those were.

        Raises:
            UnknownError: there is no such delivery, or it cannot be treated so in its state.
        """
        await self.one(endpoint_id)
        rows = await self._pool.fetch(SQL[deed], endpoint_id, delivery_id)
        if deed == "discard":
            await self._pool.execute(SENDING["calm"], [endpoint_id])
        if not rows and delivery_id is not None:
            raise UnknownError(f"there is no delivery {delivery_id} that could be {deed}ed")
        return len(rows)

    async def _need_reachable(self, url: str) -> None:
        try:
            await self._poster.look(url)
        except UnreachedError as error:
            raise RefusedError(f"url: {refusal(error)}") from error

    async def _begin(self, start: Start) -> list[tuple[str, int, int]]:
        """Topic, partition and offset of each partition.

        Raises:
            TimeoutError, aiokafka.errors.KafkaError: Kafka is away; whoever asks is not kept waiting for it.
        """
        async with asyncio.timeout(2 * KAFKA_SECONDS):
            return await self._starts(start)

    async def _starts(self, start: Start) -> list[tuple[str, int, int]]:
        counts = await partition_counts(self._kafka, self._topics, KAFKA_SECONDS)
        partitions = [TopicPartition(topic, number) for topic, count in sorted(counts.items()) for number in range(count)]
        if start == "beginning":
            return [(*at, 0) for at in partitions]
        async with probe_of(self._kafka) as probe:
            ends: dict[TopicPartition, int] = await probe.end_offsets(partitions)
        return [(*at, offset) for at, offset in (_told(start, ends) if isinstance(start, Mapping) else ends).items()]


def _found(row: asyncpg.Record | None, endpoint_id: str) -> asyncpg.Record:
    if row is None:
        raise UnknownError(f"there is no webhook {endpoint_id[:80]!a}")
    return row


def _wanted(now: str, given: Mapping[str, Any]) -> Wanted:
    """The filters as they are now, but for those that are given."""
    try:
        return Wanted.model_validate(json.loads(now) | {name: given[name] for name in Wanted.model_fields if name in given})
    except ValidationError as error:
        raise RefusedError(brief(error)) from error


def _told(start: Mapping[str, int], ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Where each partition begins, by what was told; `ends`: where each ends."""
    found = dict.fromkeys(ends, 0)
    for name, offset in start.items():
        match = _PARTITION.fullmatch(name)
        at = TopicPartition(match[1], int(match[2])) if match else None
        if at not in found:
            raise RefusedError(f"from: {name[:80]!a} is no partition of a topic of changes, such as {next(iter(ends)).topic}-0")
        if offset > ends[at]:
            raise RefusedError(f"from: {name}: {offset} lies beyond the end of the log: {ends[at]} is the most, and means `now`")
        found[at] = offset
    return found


def _webhook(row: asyncpg.Record) -> Webhook:
    held = dict(row)
    wanted = Wanted.model_validate_json(held.pop("wanted"))
    return Webhook(id=held.pop("endpoint_id"), wanted=wanted, old_secret_until=held.pop("old_until"), **held)


def _delivery(row: asyncpg.Record) -> asking.Delivery:
    held = dict(row)
    position = f"{held.pop('topic')}-{held.pop('partition')}@{held.pop('offset')}"
    if held["state"] != "waiting":
        del held["due_at"]
    return asking.Delivery(webhook_id=held.pop("message_id"), position=position, **held)
