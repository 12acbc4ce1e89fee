"""A Kafka topic that somebody else's crawler writes to, followed by checkpoint into the same intake, one transaction a record.

One record a transaction keeps the order of locks that pushes have, so that the two never deadlock. Such a topic is no log of ours: it
has no envelope, no numbers and perhaps no keys, and may have lost its beginning. What cannot be taken in never holds up what follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.envelope import Envelope
from schemas.topics import cards
from services.chassis.checkpoints import Checkpoint, after
from services.chassis.errors import Fenced, Unapplied
from services.chassis.follower import Follower
from services.chassis.kafka import subscribe
from services.chassis.plan import Plan
from services.chassis.queries import queries
from services.chassis.records import Record
from services.chassis.service import Service
from services.chassis.topics import partition_counts
from services.ingestor.crawled import Crawled, crawled, written_at
from services.ingestor.cutting import Piece
from services.ingestor.intake import Intake
from services.ingestor.problems import Problem

NAME = "ingestor-crawl"
SQL = queries(Path(__file__).parent / "sql" / "crawl.sql")


_LATEST = datetime.max.replace(tzinfo=UTC)


class BadTopicError(Exception):
    """The topic cannot be followed; the message says why."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """The effects of crawled records: what a push of the same bytes would have done. Nothing in here is permanent trouble."""

    intake: Intake

    async def prepare(self, records: Sequence[Record]) -> list[Crawled | Piece]:
        """Cut each record, once Kafka is not behind; tombstones say nothing."""
        while await self._behind():  # noqa: ASYNC110 - it is Postgres that knows, and nothing rings
            await asyncio.sleep(self.intake.settings.retry_after_seconds)
        return [await self._prepare(record.raw) for record in records if record.value]

    async def _behind(self) -> bool:
        try:
            await self.intake.check_backlog(anew=True)
        except Problem:
            return True
        return False

    async def _prepare(self, raw: ConsumerRecord) -> Crawled | Piece:
        said = crawled(raw, self.intake.latest)
        if isinstance(said, Piece) or said.gone:
            return said
        return await self.intake.prepare(said.capture, written_at(raw, self.intake.clock()))

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Crawled | Piece]) -> None:
        """Store each within the transaction that moves the position."""
        for one in prepared:
            await self.intake.keep(tx, one) if isinstance(one, Piece) else await self.intake.keep_gone(tx, one.capture)


class CrawlFollower(Follower):
    """A follower of records without an envelope, one transaction each."""

    async def _apply(self, batch: Sequence[ConsumerRecord]) -> None:
        for raw in batch:
            plan = plan_of(self._held, raw)
            if plan.reached:
                await self._take(plan)

    async def _take(self, plan: Plan) -> None:
        try:
            await self._commit(plan, await self._effects.prepare(plan.fresh))
        except Fenced as fenced:
            self._let_go(plan, str(fenced))
            raise Unapplied from fenced
        self._committed(plan)


def plan_of(held: Mapping[TopicPartition, Checkpoint], raw: ConsumerRecord) -> Plan:
    """What to do with one record: apply it, unless the position is beyond it or somebody else holds the partition."""
    at = TopicPartition(raw.topic, raw.partition)
    believed = held.get(at)
    if believed is None or raw.offset < believed.next_offset:
        return Plan()
    envelope = Envelope(id=f"{raw.topic}-{raw.partition}@{raw.offset}", type="crawled", source=raw.topic, time=written_at(raw, _LATEST))
    record = Record(at, raw.offset, raw.timestamp, raw.key or b"", raw.value, envelope, raw)
    reached = replace(after(believed, raw), next_seq=believed.next_seq)  # a `ce_seq` that it may have is somebody else's count
    return Plan(believed={at: believed}, reached={at: reached}, fresh=[record])


def check_topic(topic: str) -> None:
    """Refuse to follow what Daybook itself writes: the ingestor would feed on what it says.

    Raises:
        BadTopicError: it is one of those.
    """
    if topic in {card.topic for card in cards()}:
        raise BadTopicError(f"DAYBOOK_CRAWL_TOPIC: {topic} is Daybook's own; name the topic that your crawler writes to")


async def follow_crawl(service: Service, intake: Intake, topic: str) -> None:
    """Follow the topic from where this ingestor stands, or from the oldest record that it still has."""
    await _begin(service, topic)
    service.health.set(NAME, reason="waiting for partitions")
    follower = CrawlFollower(NAME, Crawl(intake), service.pool, service.outbox, service.health, service.faults, service.settings.kafka)
    subscribe(service.broker, follower, [topic], service.settings)
    service.followed.append((NAME, [topic]))


async def _begin(service: Service, topic: str) -> None:
    """Give partitions that are new to us the position of their oldest record: retention may have taken those before it."""
    consumer = AIOKafkaConsumer(bootstrap_servers=service.settings.kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        count = (await partition_counts(service.settings.kafka, [topic])).get(topic, 0)
        first = await consumer.beginning_offsets([TopicPartition(topic, number) for number in range(count)]) if count else {}
    finally:
        await consumer.stop()
    for at, offset in first.items():
        await service.pool.execute(SQL["begin"], NAME, *at, offset)
