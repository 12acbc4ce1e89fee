"""A trial: what reading the articles again by another ruleset would change, worked out beside the live tables, which are only read.

The shadow is a copy of what merging knows, in temporary tables of one session: they stand before the live ones in its search path, and
end with it, however it ends. In them the very code that merges the log merges what is news, so that what is reported is what promoting
would do. Postgres needs room for that copy; this process holds one entry for each event that differs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import stamina
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.changes import EventChange
from schemas.envelope import from_headers
from schemas.mentions import Reading
from schemas.topics import cards
from services.chassis.checkpoints import Checkpoint
from services.chassis.outbox import Outbox
from services.chassis.plan import Place, WaitingKey, make_plan
from services.chassis.probing import probe_of
from services.chassis.queries import queries
from services.chassis.reading_back import stretch
from services.chassis.records import Outgoing, Record
from services.normalizer.merger import Merger
from services.normalizer.merging import ruleset as merging_ruleset
from services.normalizer.publish import rereading_record
from services.normalizer.rereading.desks import Desks, cause_of, causes_of
from services.normalizer.rereading.knowing import SQL, news, not_overtaken
from services.normalizer.rereading.news import Reread, difference
from services.normalizer.rereading.orders import ARTICLES, Order, UnderWayError, next_number, under_way
from services.normalizer.rereading.report import Report, compared
from services.normalizer.rulesets import Chosen

SHADOW = queries(Path(__file__).parents[1] / "sql" / "shadow.sql")
COPIED = ("readings", "told", "told_keys", "events", "edits", "edit_refs")
BATCH = 200  # articles
WAIT_SECONDS = 60.0
Progress = Callable[[int, int], None]


class NotMergedYetError(Exception):
    """Merging has not yet heard all that was read, so that there is nothing whole to compare with."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the live tables stood: the articles up to `until` were read and merged, and `events` names the next number of each log."""

    until: Mapping[int, int]
    events: Mapping[str, int]


async def administer(admin_dsn: str) -> asyncpg.Connection:
    """A session that sees the normalizer's tables, and may make temporary ones."""
    settings = {"search_path": "normalizer", "application_name": "daybook-rederive", "temp_buffers": "64MB"}
    return await asyncpg.connect(admin_dsn, server_settings=settings)


async def derive(kafka: str, admin_dsn: str, ruleset: Chosen, desks: Desks, told: Progress) -> tuple[Report, Order]:
    """What reading all articles again by this ruleset would change, and the order that would promote just that.

    Raises:
        UnderWayError: articles are being read again at present: what they tell is changing.
        NotMergedYetError: merging is behind, and did not catch up in time.
        Halt: the log does not hold what was read.
    """
    session = await administer(admin_dsn)
    try:
        if await under_way(session):
            raise UnderWayError("articles are being read again at present")
        moment = await _copied(session)
        order = Order(await next_number(session), ruleset.version, moment.until, datetime.now(UTC))
        shadow = _Shadow(session, desks, order)
        async with probe_of(kafka) as probe:
            await shadow.read_all(probe, told)
        return await shadow.report(moment), order
    finally:
        session.terminate()


async def _copied(session: asyncpg.Connection) -> Moment:
    """Copy the live tables as they are once all that was read by now is merged; whatever is more does no harm."""
    first = await reached(session)
    async for attempt in stamina.retry_context(on=NotMergedYetError, attempts=None, timeout=WAIT_SECONDS, wait_initial=0.05, wait_max=1.0):
        with attempt:
            need_merged(await reached(session), first)
    async with session.transaction(isolation="repeatable_read"):
        for table in COPIED:
            await session.execute(SHADOW["snapshot"].format(table=table))
            await session.execute(SHADOW["fill"].format(table=table), timeout=None)
        await session.execute(SHADOW["was"])
        await session.execute(SHADOW["was_index"])
        now = await reached(session)
    for table in (*COPIED, "was"):
        await session.execute(SHADOW["look_at"].format(table=table))
    return Moment({int(partition): end for partition, end in first["read"].items()}, now["events"])


Reached = Mapping[str, Mapping[str, int]]


async def reached(session: asyncpg.Connection) -> Reached:
    """How far the articles were read, the outbox is numbered, and merging has come, at one moment."""
    heard = [card.topic for card in cards() if card.value in {"Reading", "Edit"}]
    changes = [card.topic for card in cards() if card.value == "EventChange"]
    row = await session.fetchrow(SQL["reached"], ARTICLES, heard, changes)
    return {name: json.loads(value) for name, value in row.items()}


def need_merged(now: Reached, first: Reached) -> None:
    """Check that merging has heard what was numbered first.

    Raises:
        NotMergedYetError: not all of it.
    """
    if any(now["merged"].get(topic, 0) < seq for topic, seq in first["numbered"].items()):
        raise NotMergedYetError("merging is behind what was read")


class _Journal(Outbox):
    """Publishes nothing, and remembers which events each change was of."""

    def __init__(self) -> None:
        super().__init__("normalizer", {}, [])
        self.changes: list[EventChange] = []

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:  # noqa: ARG002 - the outbox's signature
        """Keep the changes of what was just merged."""
        self.changes = [
            EventChange.model_validate_json(r.value or b"") for r in records if r.topic.endswith(".v1") and "current" not in r.topic
        ]


@dataclass(slots=True)
class _Counted:
    articles: int = 0
    readings: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)


class _Shadow:
    """One trial, in one session."""

    def __init__(self, session: asyncpg.Connection, desks: Desks, order: Order) -> None:
        self._session, self._desks, self._order = session, desks, order
        self._journal = _Journal()
        self._merger = Merger(self._journal, shared=False)
        self._counted = _Counted()
        self._why: defaultdict[str, list[Reread]] = defaultdict(list)
        self._seq = 0

    async def read_all(self, probe: AIOKafkaConsumer, told: Progress) -> None:
        """Every article before the order's ends, partition after partition."""
        given_up = {(TopicPartition(ARTICLES, row["partition"]), row["at"]) for row in await self._session.fetch(SQL["given_up"], ARTICLES)}
        done, total = 0, sum(self._order.ends.values())
        for at, end in self._order.ends.items():
            async for records in _records(probe, at, end, given_up):
                await self._take(records)
                told(done + records[-1].offset + 1, total)
            done += end
            told(done, total)

    async def _take(self, records: Sequence[Record]) -> None:
        read = await self._desks.read(await not_overtaken(self._session, records))
        causes = causes_of(read)
        self._counted.articles += len(read)
        self._counted.unreadable += [(_place(one.record), one.unreadable) for one in read if one.unreadable]
        async with self._session.transaction():
            for reading, known in await news(self._session, [reading for one in read for reading in one.readings]):
                await self._merge(causes[cause_of(reading)], reading, difference(reading, known))

    async def _merge(self, cause: Record, reading: Reading, why: Reread) -> None:
        outgoing = rereading_record(cause, reading, self._order.number, self._order.ordered_at)
        await self._merger.apply(self._session, await self._merger.prepare([self._heard(outgoing, cause.raw)]))
        self._counted.readings += 1
        for event_id in dict.fromkeys(change.event.event_id for change in self._journal.changes):
            self._why[event_id].append(why)

    def _heard(self, outgoing: Outgoing, raw: ConsumerRecord) -> Record:
        """The record as the log would hand it out."""
        self._seq += 1
        envelope, at = from_headers((name, value.encode()) for name, value in outgoing.headers.items()), TopicPartition(outgoing.topic, 0)
        return Record(
            at, self._seq, outgoing.timestamp_ms, outgoing.key, outgoing.value, envelope.model_copy(update={"seq": self._seq}), raw
        )

    async def report(self, moment: Moment) -> Report:
        """What differs, in order of event ids."""
        async with self._session.transaction():
            rows = self._session.cursor(SHADOW["differing"], prefetch=100)
            found = [one async for row in rows if (one := compared(row["before"], row["after"], self._why.get(row["event_id"], ())))]
        return Report(
            ruleset=self._order.ruleset,
            merging=merging_ruleset(),
            until={f"{at.topic}-{at.partition}": end for at, end in self._order.ends.items()},
            events=dict(moment.events),
            articles=self._counted.articles,
            readings=self._counted.readings,
            unreadable=self._counted.unreadable,
            living=int(await self._session.fetchval(SHADOW["living"])),
            found=found,
        )


async def _records(probe: AIOKafkaConsumer, at: TopicPartition, end: int, given_up: set[Place]) -> AsyncIterator[list[Record]]:
    """What a follower would apply of a partition, in batches that are not empty."""
    held: dict[TopicPartition, Checkpoint] = {at: Checkpoint(at, 0, 0, 0, None, None)}
    waiting: set[WaitingKey] = set()
    async for batch in stretch(probe, at, 0, end):
        for first in range(0, len(batch), BATCH):
            plan = make_plan(held, waiting, batch[first : first + BATCH], {}, given_up)
            held |= plan.reached
            waiting |= {(at, raw.key or b"") for raw, _ in plan.refused}
            if plan.fresh:
                yield plan.fresh


def _place(record: Record) -> str:
    return f"{record.at.topic}-{record.at.partition}@{record.offset}"
