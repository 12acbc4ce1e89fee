"""The bare pipeline that merging is measured against: the same follower, outbox and relay, which write rows and publish bytes that a
merger has made before. `python -m tests.bench.bare FILE` runs it as the normalizer, on what `Deed`s the file holds.
"""

from __future__ import annotations

import pickle
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka import ConsumerRecord

from schemas.topics import cards
from services.chassis.decoding import decode
from services.chassis.outbox import Outbox
from services.chassis.queries import at_once
from services.chassis.records import Outgoing, Record
from services.chassis.service import Service, run_service
from services.chassis.settings import Settings
from services.normalizer.store import SQL, columns

Row = tuple[object, ...]
QUERIES = ("remember_readings", "remember_mentions", "remember_keys", "save_events")
INTO = {query: re.search(r"INSERT INTO (\w+) \(([^)]+)\)", SQL[query]) for query in QUERIES}
TABLES = {query: into[1] for query, into in INTO.items() if into}
COLUMNS = {query: tuple(into[2].split(", ")) for query, into in INTO.items() if into}
WRITE = at_once(*(SQL[query] for query in QUERIES))
KEY = {"remember_readings": 2, "remember_mentions": 1, "remember_keys": 3, "save_events": 1}  # how many columns tell a row


@dataclass(slots=True)
class Deed:
    """What the merger did for one reading: rows by the query that writes them, and what it published."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {query: [] for query in TABLES})
    outgoing: list[Outgoing] = field(default_factory=list)


class Bare:
    """Effects that are known beforehand; `deeds` by the envelope's id of the reading."""

    def __init__(self, outbox: Outbox, deeds: Mapping[str, Deed]) -> None:
        self._outbox, self._deeds = outbox, deeds

    async def prepare(self, records: Sequence[Record]) -> list[Deed]:
        """Nothing is read in them."""
        return [self._deeds[record.envelope.id] for record in records]

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Deed]) -> None:
        """Rows and records in one transaction."""
        await write_rows(tx, prepared)
        await self._outbox.append(tx, [one for deed in prepared for one in deed.outgoing])


async def write_rows(tx: asyncpg.Connection, prepared: Sequence[Deed]) -> None:
    """Each row once a batch, in the order of keys and by one statement, as the merger's store does it."""
    told: list[object] = []
    for query, key in KEY.items():
        rows = {row[:key]: row for deed in prepared for row in deed.rows[query]}
        told += columns([rows[name] for name in sorted(rows)], len(COLUMNS[query]))
    await tx.execute(WRITE, *told)


def deeds(
    tables: Mapping[str, Sequence[asyncpg.Record]], readings: Sequence[ConsumerRecord], published: Sequence[ConsumerRecord]
) -> dict[str, Deed]:
    """Take apart what a merger has left, by the reading that it comes from."""
    by_article = {raw.key.decode(): decode(raw).envelope.id for raw in readings}
    found = {name: Deed() for name in by_article.values()}
    for query in ("remember_readings", "remember_mentions"):
        for row in tables[TABLES[query]]:
            found[by_article[row["article_id"]]].rows[query].append(_columns(query, row))
    articles = {row["mention_id"]: row["article_id"] for row in tables["told"]}
    for row in tables["told_keys"]:
        found[by_article[articles[row["mention_id"]]]].rows["remember_keys"].append(_columns("remember_keys", row))
    events = {row["event_id"]: _columns("save_events", row) for row in tables["events"]}
    for raw in published:
        deed = found[dict(raw.headers)["ce_causationid"].decode()]
        deed.outgoing.append(_outgoing(raw))
        if raw.topic == "events.current.v1":
            event_id, kind, born, digest, state = events[raw.key.decode()]
            deed.rows["save_events"].append((event_id, kind, born, digest, raw.value.decode() if raw.value else state))
    return found


def _columns(query: str, row: asyncpg.Record) -> Row:
    return tuple(row[name] for name in COLUMNS[query])


def _outgoing(raw: ConsumerRecord) -> Outgoing:
    headers = {name: value.decode() for name, value in raw.headers if name != "ce_seq"}
    return Outgoing(raw.topic, raw.key, raw.value or None, headers, raw.timestamp)


def keep(found: Mapping[str, Deed], path: Path) -> None:
    """Write deeds to a file, for a process of their own."""
    path.write_bytes(pickle.dumps(dict(found)))


def main(path: Path) -> None:
    """Do again what that file holds."""
    known = pickle.loads(path.read_bytes())  # noqa: S301 - written by this benchmark a moment ago

    async def build(service: Service) -> None:
        topics = [card.topic for card in cards() if card.value == "Reading"]
        service.follow("normalizer-merger", topics, Bare(service.outbox, known))

    run_service("normalizer", Settings(), build)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
