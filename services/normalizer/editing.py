"""The editors' way in: a command is checked against what merging knows, and durable in the outbox before it is answered."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from schemas.edits import Edit, MentionRef
from schemas.events import CanonicalEvent, Place
from schemas.mentions import ArticleRef, Mention
from services.chassis.outbox import Outbox
from services.chassis.passing import is_passing
from services.normalizer.asking import Asked, CannotAskError, Known, command_of, named_places
from services.normalizer.commands import SQL
from services.normalizer.locating import located
from services.normalizer.merging import Told
from services.normalizer.publish import edit_record

SECONDS = 15.0
LONGEST_CHAIN = 50  # merges of merged events that are followed to the survivor


class StoreAwayError(Exception):
    """Postgres does not answer at present."""


class OtherCommandError(Exception):
    """This id was given to another command."""


@dataclass(frozen=True, slots=True)
class Given:
    """A command that merging has heard, and whether it holds."""

    edit: Edit
    seq: int
    in_force: bool


@dataclass(frozen=True, slots=True)
class Editing:
    """Takes commands in. `clock` says when each was given, `locate` where places lie that are but named."""

    pool: asyncpg.Pool
    outbox: Outbox
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    locate: Callable[[Sequence[str]], Mapping[str, Place]] = located

    async def give(self, asked: Asked) -> Edit:
        """Make a command durable. Sent again under its id, it is the same command and is answered alike, whoever sends it.

        Raises:
            CannotAskError: it would mean nothing.
            OtherCommandError: its id was given to another.
            StoreAwayError: send it again later.
        """
        named = named_places(asked)
        places = await asyncio.to_thread(self.locate, named) if named else {}
        async with self._transaction() as tx:
            told = asked.model_dump_json()
            if before := await tx.fetchrow(SQL["taken"], asked.edit_id):
                return _same(before, told)
            edit = command_of(asked, await _known(tx, asked, places), self.clock())
            if await tx.fetchval(SQL["take"], edit.edit_id, told, edit.model_dump_json()) is None:
                return _same(await tx.fetchrow(SQL["taken"], edit.edit_id), told)
            await self.outbox.append(tx, [edit_record(edit)])
            return edit

    async def given(self, before: int, limit: int) -> list[Given]:
        """The commands that merging has heard before this number, the latest first.

        Raises:
            StoreAwayError: ask again later.
        """
        async with self._transaction() as tx:
            rows = await tx.fetch(SQL["given"], before, limit)
        return [Given(Edit.model_validate_json(row["body"]), row["seq"], row["in_force"]) for row in rows]

    async def mentions(self, event_id: str, after: str, limit: int) -> list[Told]:
        """What belongs to a living event, in order of mention ids; an event itself carries but some of very many.

        Raises:
            StoreAwayError: ask again later.
        """
        async with self._transaction() as tx:
            rows = await tx.fetch(SQL["page_of_mentions"], event_id, after, limit)
        return [Told(Mention.model_validate_json(row["mention"]), ArticleRef.model_validate_json(row["article"])) for row in rows]

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with asyncio.timeout(SECONDS), self.pool.acquire() as tx, tx.transaction():
                yield tx
        except Exception as error:
            if is_passing(error):
                raise StoreAwayError("Postgres does not answer") from error
            raise


def _same(before: asyncpg.Record, told: str) -> Edit:
    if _unsigned(before["asked"]) != _unsigned(told):
        raise OtherCommandError("this id was given to another command; leave it out, or take a new one")
    return Edit.model_validate_json(before["body"])


def _unsigned(told: str) -> dict[str, object]:
    """What is asked for without by whom: the name follows the settings of the keys, which may have changed since."""
    return {name: value for name, value in json.loads(told).items() if name != "editor"}


async def _known(tx: asyncpg.Connection, asked: Asked, places: Mapping[str, Place]) -> Known:
    events = await _living(tx, asked.events)
    of: dict[str, list[MentionRef]] = defaultdict(list)
    for row in await tx.fetch(SQL["mentions_of_events"], sorted({event.event_id for event in events.values()})):
        of[row["event_id"]].append(_ref(row))
    named = await tx.fetch(SQL["mentions"], list(asked.mentions))
    refs = {row["mention_id"]: _ref(row) for row in named}
    kinds = {row["mention_id"]: row["kind"] for row in named}
    return Known(events, refs, of, kinds, await _revoked(tx, asked.revokes), places)


async def _living(tx: asyncpg.Connection, names: Sequence[str]) -> dict[str, CanonicalEvent]:
    """Events by the id asked for; a merged one leads to what it became. What was retracted has no mentions that count, or is held so."""
    found: dict[str, CanonicalEvent] = {}
    leading = {name: name for name in names}
    for _ in range(LONGEST_CHAIN):
        rows = await tx.fetch(SQL["events"], sorted(set(leading.values())))
        states = {row["event_id"]: CanonicalEvent.model_validate_json(row["state"]) for row in rows}
        found |= {name: states[at] for name, at in leading.items() if at in states and states[at].merged_into is None}
        leading = {name: str(states[at].merged_into) for name, at in leading.items() if at in states and states[at].merged_into}
        if not leading:
            return found
    raise CannotAskError("these events were merged in a circle")


async def _revoked(tx: asyncpg.Connection, edit_id: str | None) -> Edit | None:
    body = await tx.fetchval(SQL["known"], edit_id) if edit_id else None
    return Edit.model_validate_json(body) if body else None


def _ref(row: asyncpg.Record) -> MentionRef:
    evidence = Mention.model_validate_json(row["mention"]).evidence
    return MentionRef(mention_id=row["mention_id"], article_id=evidence.article_id, quote_sha256=evidence.quote_sha256)
