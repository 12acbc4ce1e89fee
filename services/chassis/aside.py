"""What the followers of all services have set aside: listed, wanted again, given up. For an administrator."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition

from services.chassis.probing import probe_of
from services.chassis.queries import queries
from services.chassis.reading_back import stretch

SQL = queries(Path(__file__).parent / "sql" / "aside.sql")
_PLACE = re.compile(r"(?P<topic>[A-Za-z0-9._-]+)-(?P<partition>[0-9]{1,6})@(?P<offset>[0-9]{1,18})")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One record: `events.strike.v1-0@17`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}@{self.offset}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that one follower could not apply. `state`: waiting, wanted, given_up."""

    follower: str
    place: Place
    key: bytes
    state: str
    error: str


def place(text: str) -> Place:
    """Read a place.

    Raises:
        ValueError: it is none; the message shows one.
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} names no record; write topic-partition@offset, as events.strike.v1-0@17")
    return Place(found["topic"], int(found["partition"]), int(found["offset"]))


async def listed(admin: asyncpg.Connection, schemas: Sequence[str], topic: str | None, most: int, at: Place | None = None) -> list[Aside]:
    """The first so many, by place; of one topic, or at one place."""
    topic, asked = (at.topic, (at.partition, at.offset)) if at else (topic, (None, None))
    found: list[Aside] = []
    for schema in schemas:
        rows = await admin.fetch(SQL["list"].format(schema=schema), topic, *asked, most)
        found += [Aside(r["follower"], Place(r["topic"], r["partition"], r["at"]), r["key"], r["state"], r["error"]) for r in rows]
    return sorted(found, key=lambda one: (one.place, one.follower))[:most]


async def counted(admin: asyncpg.Connection, schemas: Sequence[str]) -> int:
    """How many there are in all."""
    return sum([int(await admin.fetchval(SQL["count"].format(schema=schema))) for schema in schemas])


async def want(admin: asyncpg.Connection, schemas: Sequence[str], at: Place) -> None:
    """Have a record tried again, with all of its key that waits: its owner does so within a second or two."""
    for schema in schemas:
        await admin.execute(SQL["want"].format(schema=schema), at.topic, at.partition, at.offset)


async def give_up(admin: asyncpg.Connection, schemas: Sequence[str], at: Place) -> None:
    """Never apply a record; what waits behind it is tried again. Its bytes stay in the log and, for a month, in quarantine."""
    async with admin.transaction():
        for schema in schemas:
            await admin.execute(SQL["give_up"].format(schema=schema), at.topic, at.partition, at.offset)
        await want(admin, schemas, at)


async def behind(admin: asyncpg.Connection, schemas: Sequence[str], at: Place) -> list[int]:
    """The offsets of all that waits with this record: those of its key."""
    found = [row["at"] for schema in schemas for row in await admin.fetch(SQL["siblings"].format(schema=schema), *_parts(at))]
    return sorted(set(found))


async def record_at(kafka: str, at: Place) -> ConsumerRecord | None:
    """The record itself; None where it is no longer in the log."""
    partition = TopicPartition(at.topic, at.partition)
    async with probe_of(kafka) as probe:
        first, end = (await probe.beginning_offsets([partition]))[partition], (await probe.end_offsets([partition]))[partition]
        if not first <= at.offset < end:
            return None
        async for batch in stretch(probe, partition, at.offset, at.offset + 1):
            return batch[0]
    return None


def _parts(at: Place) -> tuple[str, int, int]:
    return at.topic, at.partition, at.offset
