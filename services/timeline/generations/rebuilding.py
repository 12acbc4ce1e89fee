"""A rebuild: the whole log into a fresh generation, compared with the one that answers at the very same positions, then put live."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import stamina

from services.chassis.settings import Settings
from services.timeline.generations.changing import NotYetError, cut_over
from services.timeline.generations.comparing import Compared, Side, compare
from services.timeline.generations.filling import Filler, Told, filler
from services.timeline.generations.indexing import index, missing
from services.timeline.generations.names import Generation
from services.timeline.generations.registry import SQL, administer, all_of, forget, found, live, positions
from services.timeline.projections import Projection, discover, shape

HANDOVER_SECONDS = 60.0
FOREIGN_SECONDS = 3.0
"""The same for a generation that another version made: it moves only while a process of that version runs, which would be up to date."""
Said = Callable[[str], None]


def _unheard(_step: str) -> None:
    """Nobody listens."""


class AnotherRebuildError(Exception):
    """A rebuild is under way already."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of it. `before` answered until then; so many `records` of the log were read in `seconds`."""

    generation: Generation
    before: Generation
    records: int
    seconds: float
    compared: Compared
    live: bool


async def rebuild(  # noqa: PLR0913 - what it is told, and whom it tells
    settings: Settings, admin_dsn: str, topics: Sequence[str], told: Told, said: Said = _unheard, *, cut: bool = True, force: bool = False
) -> Rebuilt:
    """Fill a generation and compare it; with `cut` put it live if nothing differs, with `force` whatever differs.

    One that an earlier rebuild left half filled is gone on with. The live one is only read. `told` hears how many records are read, `said`
    what takes time after that.

    Raises:
        AnotherRebuildError: one is under way.
        Halt: the log can't be followed.
        NotYetError: the service did not bring the new generation up to the old one in time; it stays ready.
    """
    projections = discover()
    async with _alone(admin_dsn) as admin:
        generation, before = await _begun(admin, projections), await live(admin)
        started = time.perf_counter()
        async with filler(settings, generation, projections, topics) as filling:
            await filling.fill(await positions(admin, before), told)
            if statements := await missing(admin, generation, projections):
                said(f"making {len(statements)} indexes")
            await index(admin_dsn, generation, projections, statements)
            said(f"comparing it with generation {before.number}, row for row")
            compared, records = await _compared(admin_dsn, before, filling, told)
        spent = time.perf_counter() - started
        await admin.execute(SQL["ready"], generation.number)
        wanted = cut and (compared.equal or force)
        if wanted:
            await hand_over(admin, generation)
        return Rebuilt(generation, before, records, spent, compared, wanted)


async def hand_over(admin: asyncpg.Connection, generation: Generation) -> None:
    """Put it live once whoever follows it has brought it up to the one that answers.

    Raises:
        NotYetError: that took longer than `HANDOVER_SECONDS`, or nobody seems to follow it.
    """
    ours = generation.shape == shape(discover())
    patience = HANDOVER_SECONDS if ours else FOREIGN_SECONDS
    try:
        async for attempt in stamina.retry_context(on=NotYetError, attempts=None, timeout=patience, wait_initial=0.05, wait_max=1.0):
            with attempt:
                await cut_over(admin, generation)
    except NotYetError as error:
        raise error if ours else NotYetError(f"{error}, and was made by another version of Daybook, which does not follow it") from error


async def _compared(admin_dsn: str, before: Generation, filling: Filler, told: Told) -> tuple[Compared, int]:
    """Hold on to one moment of the live generation, fill up to just that, and compare. Whoever answers notices nothing."""
    async with _moment(admin_dsn) as then:
        reached = await positions(then, before)
        await filling.fill(reached, told)
        async with _moment(admin_dsn) as now:
            names = [projection.name for projection in filling.projections]
            return await compare(Side(then, before), Side(now, filling.generation), ["heads", *names]), sum(reached.values())


@asynccontextmanager
async def _moment(admin_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await administer(admin_dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _alone(admin_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    admin = await administer(admin_dsn)
    try:
        if not await admin.fetchval(SQL["alone"]):
            raise AnotherRebuildError("another rebuild is under way")
        yield admin
    finally:
        await admin.close()


async def _begun(admin: asyncpg.Connection, projections: Sequence[Projection]) -> Generation:
    """The generation to fill: one that was begun for these projections, else a new one. Others that were begun are dropped."""
    async with admin.transaction():
        await admin.execute(SQL["lock"])
        begun = [one for one in await all_of(admin) if one.state == "booting"]
        ours = next((one for one in begun if one.shape == shape(projections)), None)
        for one in begun:
            if one is not ours:
                await forget(admin, one)
        return ours or await found(admin, projections, indexed=False)
