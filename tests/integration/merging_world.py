"""The tables of merging, empty, in the session's Postgres; readings and commands as records; what is live after them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.stack import Stack
from deploy.pipeline.services import service_cards
from schemas.changes import EventChange
from schemas.edits import Edit
from schemas.events import CanonicalEvent
from schemas.mentions import Reading
from services.chassis.decoding import decode
from services.chassis.outbox import Outbox
from services.chassis.postgres import migrate_schema
from services.chassis.records import Outgoing, Record
from services.normalizer.merger import Merger
from tests.support.records import raw

EMPTY = "TRUNCATE told_keys, told, readings, events, edits, edit_refs, edits_given"


class Kept(Outbox):
    """An outbox that only remembers."""

    def __init__(self) -> None:
        super().__init__("normalizer", {}, [])
        self.changes: list[EventChange] = []

    async def append(self, tx: asyncpg.Connection, records: Sequence[Outgoing]) -> None:
        self.changes += [EventChange.model_validate_json(r.value or b"") for r in records if not r.topic.startswith("events.current")]


class OneConnection:
    """A pool of the one connection that the test's transaction is in."""

    def __init__(self, tx: asyncpg.Connection) -> None:
        self._tx = tx

    def acquire(self) -> OneConnection:
        return self

    async def __aenter__(self) -> asyncpg.Connection:
        return self._tx

    async def __aexit__(self, *_: object) -> None:
        return None


@asynccontextmanager
async def merging_tables(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    """A connection to an empty normalizer schema; what is done in it is undone."""
    card = next(card for card in service_cards() if card.name == "normalizer")
    await migrate_schema(stack.dsn("admin"), card.name, card.migrations)
    connection = await asyncpg.connect(stack.dsn("normalizer"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(EMPTY)
    yield connection
    if not connection.is_closed():
        await transaction.rollback()
        await connection.close()


async def merged(
    tx: asyncpg.Connection, given: Sequence[Reading | tuple[int, Edit]], size: Callable[[], int] = lambda: 1
) -> tuple[list[CanonicalEvent], list[EventChange]]:
    """The live events after these readings and numbered commands, in batches of `size` each, and every change on the way."""
    outbox = Kept()
    effects = Merger(outbox)
    records = [record(offset, one) if isinstance(one, Reading) else order(*one) for offset, one in enumerate(given)]
    while records:
        batch = [records.pop(0) for _ in range(min(size(), len(records)))]
        await effects.apply(tx, await effects.prepare(batch))
    return await live(tx), outbox.changes


async def live(tx: asyncpg.Connection) -> list[CanonicalEvent]:
    states = [CanonicalEvent.model_validate_json(row["state"]) for row in await tx.fetch("SELECT state FROM events")]
    return [state for state in states if not state.merged_into and state.status != "retracted"]


def record(offset: int, reading: Reading) -> Record:
    topic = f"mentions.{reading.kind}.v1"
    return decode(raw(offset, offset, key=reading.article.article_id.encode(), value=reading.model_dump_json().encode(), topic=topic))


def order(seq: int, edit: Edit) -> Record:
    """A command as the log has it; its envelope's id is no reading's."""
    return decode(raw(1_000_000 + seq, seq, key=edit.edit_id.encode(), value=edit.model_dump_json().encode(), topic="edits.v1"))
