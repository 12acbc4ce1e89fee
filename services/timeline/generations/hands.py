"""Processes that fill a generation together, each its own partitions. Whoever started them holds their input open: they end with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, cast

from aiokafka import TopicPartition
from pydantic import SecretStr

from services.chassis.errors import Halt
from services.chassis.settings import Settings
from services.timeline.generations.names import Generation

MODULE = "services.timeline.generations.hand"
Offsets = Mapping[TopicPartition, int]
Hear = Callable[[Offsets], None]


@dataclass(frozen=True, slots=True)
class Job:
    """Which partitions of which generation one process reads, and up to where."""

    settings: Settings
    generation: Generation
    until: Offsets

    def told(self) -> bytes:
        """As one line; it goes by a pipe, since the settings hold a password."""
        told = {"settings": dict(self.settings), "generation": asdict(self.generation), "until": listed(self.until)}
        return json.dumps(told, default=_plain).encode() + b"\n"

    @classmethod
    def heard(cls, line: bytes) -> Job:
        """What `told` wrote."""
        told: dict[str, Any] = json.loads(line)
        return cls(Settings(**told["settings"]), Generation(**told["generation"]), offsets(told["until"]))


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def listed(of: Offsets) -> list[tuple[str, int, int]]:
    """Offsets as JSON has them."""
    return [(at.topic, at.partition, offset) for at, offset in sorted(of.items())]


def offsets(told: Iterable[tuple[str, int, int]]) -> dict[TopicPartition, int]:
    """What `listed` wrote."""
    return {TopicPartition(topic, partition): offset for topic, partition, offset in told}


def shares(until: Offsets, reached: Offsets, number: int, ahead: int = 0) -> list[dict[TopicPartition, int]]:
    """The partitions shared out so that each process has about as many records to read: the longest first, each to whoever has least. The
    first reads so many before the others have started.
    """
    found: list[dict[TopicPartition, int]] = [{} for _ in range(number)]
    loads = [-ahead] + [0] * (number - 1)
    for at in sorted(until, key=lambda at: (reached.get(at, 0) - until[at], at)):
        least = loads.index(min(loads))
        found[least][at] = until[at]
        loads[least] += max(0, until[at] - reached.get(at, 0)) + 1
    return [share for share in found if share]


async def run(jobs: Sequence[Job], hear: Hear, meanwhile: Coroutine[Any, Any, None]) -> None:
    """Have these done side by side, and do something meanwhile; `hear` is told how far each partition has come.

    Raises:
        Halt: one of them halted, or what was done meanwhile, and why. The others are ended; what they have committed stays.
        Exception: whatever else went wrong with what was done meanwhile.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(_run(job, hear))
            group.create_task(meanwhile)
    except ExceptionGroup as errors:
        halts, others = errors.split(Halt)
        if others:
            raise others.exceptions[0] from errors
        raise Halt("; ".join(map(str, halts.exceptions if halts else ()))) from errors


async def _run(job: Job, hear: Hear) -> None:
    async with _started(job) as process:
        async for line in cast(asyncio.StreamReader, process.stdout):
            told = json.loads(line)
            if "halt" in told:
                raise Halt(told["halt"])
            hear(offsets(told["reached"]))
        if status := await process.wait():
            raise Halt(f"a process that read a part of the log ended with status {status}")


@asynccontextmanager
async def _started(job: Job) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", MODULE, stdin=PIPE, stdout=PIPE)
    try:
        cast(asyncio.StreamWriter, process.stdin).write(job.told())
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
