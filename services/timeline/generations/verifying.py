"""Whether a generation is what its log says: the log folded offline, against every row in Postgres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.chassis.plan import Place
from services.chassis.probing import probe_of
from services.chassis.queries import queries
from services.timeline.fold import Entry
from services.timeline.generations.canonical import Sum, canonical, hash_of
from services.timeline.generations.names import Generation
from services.timeline.generations.offline import HEAD_COLUMNS, entries, rows_of
from services.timeline.generations.registry import administer, positions
from services.timeline.projections import Projection, discover

SQL = queries(Path(__file__).parents[1] / "sql" / "verifying.sql")
MOST = 20
Told = Callable[[int, int], None]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is not as the log says. `expected` or `found` is None where there is none; `place`: the record that it comes of."""

    table: str
    key: Key
    expected: dict[str, Any] | None
    found: dict[str, Any] | None
    place: str | None

    @property
    def fields(self) -> list[str]:
        """The columns that differ; all, where a side has no row."""
        one, other = self.expected or {}, self.found or {}
        return [name for name in {**one, **other} if one.get(name) != other.get(name)]


@dataclass(slots=True)
class Verified:
    """One generation: rows by table, how many are wrong, the first of them, and records that can't be read."""

    generation: Generation
    records: int
    rows: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    examples: list[Wrong] = field(default_factory=list)
    began_at: str | None = None
    unread: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return not self.wrong and not self.unread


async def verify(kafka: str, admin_dsn: str, generation: Generation, told: Told) -> Verified:
    """Fold the log up to this generation's position, and compare each row. Everything is read in one snapshot.

    Raises:
        Halt: the log does not hold what was applied.
    """
    admin = await administer(admin_dsn)
    try:
        async with admin.transaction(isolation="repeatable_read", readonly=True), probe_of(kafka) as probe:
            return await _Verifying(admin, probe, generation, discover(), told).run()
    finally:
        await admin.close()


class _Verifying:
    """One generation at one moment."""

    def __init__(
        self, tx: asyncpg.Connection, probe: AIOKafkaConsumer, generation: Generation, projections: Sequence[Projection], told: Told
    ) -> None:
        self._tx, self._probe, self._generation, self._projections, self._told = tx, probe, generation, projections, told
        self._columns: dict[str, Mapping[str, str]] = {"heads": HEAD_COLUMNS} | {one.name: one.columns for one in projections}
        self._keys = {"heads": 1} | {one.name: one.key for one in projections}
        self._ends: dict[TopicPartition, int] = {}
        self._refused: dict[Place, str] = {}
        self._given_up: set[Place] = set()

    async def run(self) -> Verified:
        """First sums alone; rows one by one only in the tables whose sums differ."""
        reached = await positions(self._tx, self._generation)
        self._ends = {TopicPartition(*at): end for at, end in reached.items()}
        rows = await self._tx.fetch(SQL["refused"], self._generation.follower)
        places = {(TopicPartition(row["topic"], row["partition"]), row["at"]): row for row in rows}
        self._given_up = {place for place, row in places.items() if row["state"] == "given_up"}
        self._refused = {place: row["error"] for place, row in places.items() if place not in self._given_up}
        verified = Verified(self._generation, sum(reached.values()))
        expected = await self._expected_sums(verified)
        for name in self._columns:
            found = await self._found_sum(name)
            verified.rows[name] = found.rows
            if found != expected[name]:
                await self._look_into(verified, name)
        return verified

    async def _expected_sums(self, verified: Verified) -> Mapping[str, Sum]:
        sums: defaultdict[str, Sum] = defaultdict(Sum)
        async for entry in self._entries(verified.unread):
            for name, row in rows_of(self._projections, entry):
                sums[name].add([hash_of(row)])
        return sums

    async def _found_sum(self, name: str) -> Sum:
        found = Sum()
        async for row in self._rows(name):
            found.add([hash_of(row)])
        return found

    async def _look_into(self, verified: Verified, name: str) -> None:
        """Which rows: those that the log makes and Postgres has not, or otherwise, or the other way round."""
        expected: dict[Key, tuple[int, Place]] = {}
        async for entry in self._entries([]):
            for table, row in rows_of(self._projections, entry):
                if table == name:
                    expected[self._key(name, row)] = (hash_of(row), _place(entry))
        wrong: dict[Key, Place | None] = {}
        async for row in self._rows(name):
            key = self._key(name, row)
            digest, place = expected.pop(key, (None, None))
            if digest != hash_of(row):
                wrong[key] = place
        wrong |= {key: place for key, (_, place) in expected.items()}
        verified.wrong[name] = len(wrong)
        await self._show(verified, name, wrong)

    async def _show(self, verified: Verified, name: str, wrong: Mapping[Key, Place | None]) -> None:
        """The first few in full, and the earliest record among all."""
        shown = dict(sorted(wrong.items())[: max(0, MOST - len(verified.examples))])
        known = [place for place in wrong.values() if place]
        if known:
            verified.began_at = min(filter(None, (verified.began_at, _told(min(known)))))
        expected = {self._key(name, row): row async for row in self._expected_rows(name) if self._key(name, row) in shown}
        found = {self._key(name, row): row async for row in self._rows(name) if self._key(name, row) in shown}
        for key, place in shown.items():
            told = _told(place) if place else None
            verified.examples.append(Wrong(name, key, self._named(name, expected.get(key)), self._named(name, found.get(key)), told))

    def _named(self, name: str, row: Sequence[Any] | None) -> dict[str, Any] | None:
        return None if row is None else dict(zip(self._columns[name], row, strict=True))

    async def _expected_rows(self, name: str) -> AsyncIterator[list[Any]]:
        async for entry in self._entries([]):
            for table, row in rows_of(self._projections, entry):
                if table == name:
                    yield row

    async def _entries(self, unread: list[str]) -> AsyncIterator[Entry]:
        done, total = 0, sum(self._ends.values())
        for at, end in sorted(self._ends.items()):
            async for entry in entries(self._probe, at, end, (self._refused, self._given_up), unread):
                self._told(done + min(entry.change.place.offset, end), total)
                yield entry
            done += end

    async def _rows(self, name: str) -> AsyncIterator[list[Any]]:
        columns = self._columns[name]
        listed = ", ".join(f'"{column}"' for column in columns)
        query = f'SELECT {listed} FROM "{self._generation.schema}"."{name}"'  # noqa: S608 - names of ours
        async for row in self._tx.cursor(query, prefetch=1000):
            yield canonical(columns, tuple(row))

    def _key(self, name: str, row: Sequence[Any]) -> Key:
        """What tells rows of a table apart: its first columns."""
        return tuple(str(value) for value in row[: self._keys[name]])


def _place(entry: Entry) -> Place:
    place = entry.change.place
    return TopicPartition(place.topic, place.partition), place.offset


def _told(place: Place) -> str:
    at, offset = place
    return f"{at.topic}-{at.partition}@{offset}"
