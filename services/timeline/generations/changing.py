"""Who answers: put live, put back, dropped. Each is one transaction; readers see the one or the other, and no gap."""

from __future__ import annotations

import asyncpg

from services.timeline.generations.names import Generation
from services.timeline.generations.registry import SQL, Positions, all_of, forget, live


class NotYetError(Exception):
    """The generation is behind the one that answers: readers would see the past come back."""


class NoSuchGenerationError(Exception):
    """There is no such generation, or it can't be used so; the message says which there are."""


async def cut_over(admin: asyncpg.Connection, to: Generation) -> None:
    """Let `to` answer from now on, and keep the one that did.

    Raises:
        NotYetError: it is behind. Nothing has changed; try again.
    """
    async with admin.transaction():
        await admin.execute(SQL["lock"])
        answering = await live(admin)
        _need_ahead(await _held(admin, to, answering), to, answering)
        await admin.execute(SQL["step_back"])
        await admin.execute(SQL["put_live"], to.number)


async def drop(admin: asyncpg.Connection, number: int) -> Generation:
    """Drop a generation that does not answer.

    Raises:
        NoSuchGenerationError: there is none of this number, or it answers.
    """
    async with admin.transaction():
        await admin.execute(SQL["lock"])
        every = await all_of(admin)
        found = next((one for one in every if one.number == number and one.state != "live"), None)
        if found is None:
            raise NoSuchGenerationError(f"generation {number} can't be dropped; {told(every)}")
        await forget(admin, found)
    return found


async def last_live(admin: asyncpg.Connection) -> Generation:
    """The one that answered before.

    Raises:
        NoSuchGenerationError: none is kept.
    """
    row = await admin.fetchrow(SQL["last_live"])
    if row is None:
        raise NoSuchGenerationError(f"no earlier generation is kept; {told(await all_of(admin))}")
    return Generation(*row)


def told(every: list[Generation]) -> str:
    """Which there are, in words."""
    return "there are " + ", ".join(f"{one.number} ({one.state})" for one in every)


async def _held(admin: asyncpg.Connection, *generations: Generation) -> dict[str, Positions]:
    """The positions of these, which nobody moves before the transaction ends."""
    names = [generation.follower for generation in generations]
    found: dict[str, Positions] = {name: {} for name in names}
    for row in await admin.fetch(SQL["hold_positions"], names):
        found[row["follower"]][row["topic"], row["partition"]] = row["next_offset"]
    return found


def _need_ahead(held: dict[str, Positions], to: Generation, answering: Generation) -> None:
    reached, wanted = held[to.follower], held[answering.follower]
    behind = sum(max(0, offset - reached.get(at, 0)) for at, offset in wanted.items())
    if behind:
        raise NotYetError(f"generation {to.number} is {behind:,} records behind generation {answering.number}")
