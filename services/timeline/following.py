"""Every generation that has caught up is followed, also one that a rebuild hands over while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import structlog

from services.chassis.away import Away
from services.chassis.passing import is_passing
from services.chassis.service import Service, Work
from services.timeline.generations.names import FOLLOWED, SERVICE, Generation
from services.timeline.generations.registry import all_of, live
from services.timeline.projections import Projection, shape
from services.timeline.projector import BY_KEY, Projector

log = structlog.get_logger()
LOOK_SECONDS = 1.0
# Position and effects are one transaction: what a crash of Postgres forgets of the last moments is read again (docs/adr/0023).
SESSION = {"synchronous_commit": "off"} | BY_KEY


class Generations:
    """The followers of one timeline process: one for each generation."""

    def __init__(self, service: Service, topics: Sequence[str], projections: Sequence[Projection]) -> None:
        self._service, self._topics, self._projector = service, topics, Projector(projections)
        self._shape = shape(projections)
        self._leave: dict[Generation, tuple[Work, asyncpg.Pool]] = {}
        self._told: str | None = None
        self._away = Away("generations_wait")

    async def begin(self) -> None:
        """Follow those that there are, before the service takes its first record.

        One that another version made answers as it is, until a rebuild has made another (docs/adr/0017).

        Raises:
            Halt: there is none that answers.
        """
        await self._tell()
        for generation in await self._wanted():
            pool = await self._service.open_pool(generation.search_path, SESSION)
            self._leave[_key(generation)] = self._service.follow(generation.follower, self._topics, self._projector, pool), pool

    async def keep(self) -> None:
        """Look again and again, until cancelled: follow what is new, leave what has gone."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
                self._away.over()
            except Exception as error:
                if not is_passing(error):
                    raise
                self._away.waits(error)

    async def _tell(self) -> None:
        """Say in readiness, and once in the log, where what answers can't be followed."""
        answering = await live(self._service.pool)
        told = None if answering.shape == self._shape else _of_another_version(answering)
        if told and told != self._told:
            log.warning("generation_of_another_version", generation=answering.number)
        self._told = told
        self._service.health.note(SERVICE, told)

    async def _look(self) -> None:
        await self._tell()
        wanted = {_key(generation): generation for generation in await self._wanted()}
        for key in wanted.keys() - self._leave.keys():
            await self._join(key, wanted[key])
        for key in self._leave.keys() - wanted.keys():
            leave, pool = self._leave.pop(key)
            await leave()
            await self._service.close_pool(pool)
            log.info("generation_left", generation=key.number)

    async def _join(self, key: Generation, generation: Generation) -> None:
        pool = await self._service.open_pool(generation.search_path, SESSION)
        try:
            leave = await self._service.follow_now(generation.follower, self._topics, self._projector, pool)
        except BaseException:
            await self._service.close_pool(pool)
            raise
        self._leave[key] = leave, pool
        log.info("generation_followed", generation=generation.number)

    async def _wanted(self) -> list[Generation]:
        """Those of another shape were written by another version, which may come back for them."""
        return [one for one in await all_of(self._service.pool) if one.state in FOLLOWED and one.shape == self._shape]


def _of_another_version(answering: Generation) -> str:
    return (
        f"generation {answering.number} was made by another version of Daybook: it answers as of when that ended, and takes in "
        "nothing new; `daybook rebuild` makes one of this version"
    )


def _key(generation: Generation) -> Generation:
    """The generation whatever its state: a cut-over changes who answers, not who is followed."""
    return Generation(generation.number, "live", generation.shape)
