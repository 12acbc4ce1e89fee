"""Waiting until the timeline has caught up with all that was taken in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from deploy.local.errors import StackError
from deploy.local.stack import Stack
from deploy.pipeline.flow import Stage, all_caught_up, flow
from deploy.pipeline.run import Daybook, Say
from schemas.topics import cards
from services.chassis.topics import partition_counts
from services.timeline.generations.registry import live
from services.timeline.projections import discover, shape

CATCH_UP_SECONDS = 120.0


class DiedError(StackError):
    """A part that should run has ended."""


class BehindError(StackError):
    """The timeline did not catch up in time."""


def need_alive(daybook: Daybook) -> None:
    """Check that all parts run.

    Raises:
        DiedError: one does not.
    """
    if missing := daybook.missing():
        what = f"{' and '.join(missing)} ended; what was taken in is kept in {daybook.stack.state}"
        raise DiedError(what, f"look into {daybook.stack.logs}, then start again: it goes on where it was")


async def need_current(stack: Stack) -> None:
    """Check that what answers is of this version: another one takes in nothing new.

    Raises:
        BehindError: it is not.
    """
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        answering = await live(postgres)
    finally:
        await postgres.close()
    if answering.shape != shape(discover()):
        what = f"the timeline's generation {answering.number} was made by another version of Daybook, and takes in nothing new"
        raise BehindError(what, "run `daybook rebuild`; nothing that was taken in is lost")


async def catch_up(daybook: Daybook, say: Say, seconds: float = CATCH_UP_SECONDS) -> None:
    """Wait until nothing is on its way, and say how far it has come.

    Raises:
        DiedError: a part ended meanwhile.
        BehindError: it took longer than `seconds`, or would take for ever.
    """
    await need_current(daybook.stack)
    deadline, told = time.monotonic() + seconds, ""
    async with looking(daybook.stack) as look:
        while not all_caught_up(stages := await _look(look, daybook)):
            if (progress := sentence(stages)) != told:
                say(progress)
                told = progress
            if time.monotonic() > deadline:
                raise BehindError(f"the timeline had not caught up after {seconds:.0f} s", f"look into {daybook.stack.logs}")
            await asyncio.sleep(0.05)
    say(f"caught up: {sentence(stages)}")


def sentence(stages: Sequence[Stage]) -> str:
    """How far each follower has come: records applied of records there are."""
    return ", ".join(f"{stage.follower} {stage.applied}/{stage.total}" for stage in stages)


async def _look(look: Callable[[], Awaitable[tuple[Stage, ...]]], daybook: Daybook) -> tuple[Stage, ...]:
    need_alive(daybook)
    try:
        return await look()
    except (OSError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError):
        need_alive(daybook)  # most likely one of the servers has just gone; otherwise it is a bug
        raise


@asynccontextmanager
async def looking(stack: Stack) -> AsyncIterator[Callable[[], Awaitable[tuple[Stage, ...]]]]:
    """A way to ask for the stages again and again over one connection to each server."""
    postgres = await asyncpg.connect(stack.dsn("admin"))
    kafka = AIOKafkaConsumer(bootstrap_servers=stack.kafka, enable_auto_commit=False)
    await kafka.start()
    try:
        partitions = await partition_counts(stack.kafka, [card.topic for card in cards() if card.log])
        yield lambda: flow(postgres, kafka, partitions)
    finally:
        await kafka.stop()
        postgres.terminate()
