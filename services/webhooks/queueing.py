"""The follower's effects: changes are queued in the transaction that moves the position, so that none is lost and none queued twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from services.chassis.errors import Permanent
from services.chassis.queries import queries
from services.chassis.records import Record
from services.webhooks.allotting import Allotment, Listener, Position, allot
from services.webhooks.messages import Message, message
from services.webhooks.wanted import Wanted

SQL = queries(Path(__file__).parent / "sql" / "queue.sql")


class Queueing:
    """Tells everybody who is told; `most` is what the queue of one address holds."""

    def __init__(self, most: int) -> None:
        self._most = most

    async def prepare(self, records: Sequence[Record]) -> list[Message]:
        """The messages of these records.

        Raises:
            Permanent: with `record` set: it is no change. All others that are none are named with it.
        """
        made: list[Message] = []
        bad: list[Permanent] = []
        for record in records:
            try:
                made.append(message(record))
            except Permanent as error:
                bad.append(error)
        if bad:
            raise Permanent(str(bad[0]), bad[0].record, bad[1:])
        return made

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Message]) -> None:
        """Queue them. Addresses whose queue is full read the log for themselves from there on."""
        listeners = await self.listeners(tx)
        if not listeners or not prepared:
            return
        places = sorted({(one.place.topic, one.place.partition) for one in prepared})
        rows = await tx.fetch(SQL["positions"], *zip(*places, strict=True))
        positions = {
            (row["endpoint_id"], (row["topic"], row["partition"])): Position(row["first_offset"], row["next_offset"]) for row in rows
        }
        made = allot(prepared, listeners, positions, await heard(tx, prepared))
        await write(tx, made)
        if made.behind:
            behind = sorted((endpoint, *at, offset) for (endpoint, at), offset in made.behind.items())
            await tx.execute(SQL["fall_behind"], *zip(*behind, strict=True))

    async def listeners(self, tx: asyncpg.Connection, endpoint_id: str | None = None) -> list[Listener]:
        """All addresses, or one, if it is there; none of them is removed before the transaction is over."""
        rows = await tx.fetch(SQL["listeners"], endpoint_id)
        return [Listener(row["endpoint_id"], Wanted.model_validate_json(row["wanted"]), self._most - row["waiting"]) for row in rows]


async def heard(tx: asyncpg.Connection, messages: Sequence[Message]) -> set[tuple[str, str]]:
    """Which addresses with filters have heard of these events before."""
    rows = await tx.fetch(SQL["told"], sorted({one.event.event_id for one in messages}))
    return {(row["endpoint_id"], row["event_id"]) for row in rows}


async def write(tx: asyncpg.Connection, made: Allotment) -> None:
    """Put into the queue what was allotted."""
    if not made.queued:
        return
    messages = {one.place: (one.place.topic, one.place.partition, one.place.offset, one.message_id, one.body) for _, one in made.queued}
    await tx.execute(SQL["keep_messages"], *zip(*messages.values(), strict=True))
    rows = [(endpoint, one.place.topic, one.place.partition, one.place.offset, one.event.event_id) for endpoint, one in made.queued]
    await tx.execute(SQL["queue"], *zip(*rows, strict=True))
    if made.told:
        await tx.execute(SQL["tell"], *zip(*sorted(made.told), strict=True))
