"""Pure work in processes of its own: so many at a time, each for so long and in so much memory, and a process that dies is replaced.

The standard library's pool knows no time limit and is broken for good when one of its processes dies; pebble's, which knows one, shares
a pipe and its lock among all processes, so that one killed while idle breaks it too. Here each has pipes of its own, and nothing else.
A process gets none of the service's settings by its environment: what it reads may be anybody's, and it need not hold our secrets.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from typing import Any, TypeVar, cast

import structlog

from services.chassis.worker import LENGTH_BYTES, framed

log = structlog.get_logger()
T = TypeVar("T")
TRIES = 2  # a process may die of something else than its work


class WorkFailed(Exception):  # noqa: N818 - what it is reads better than what it is called elsewhere
    """The work gave no answer; the message says why."""


class TookTooLong(WorkFailed):
    """It was ended after its time."""


class Died(WorkFailed):
    """Its process died of it, each time that it was tried."""


class Raised(WorkFailed):
    """It raised an exception, whose traceback is the message."""


class NotReady(OSError):  # noqa: N818
    """A process cannot do what each does first; the message says why. The installation is broken, or the machine is full."""


class Workers:
    """At most `count` processes, started when they are needed. Work has so many seconds of the processor's time, a process so many bytes.

    `first` is what a process does first, with arguments, to have imported and read what it needs; no limit of time holds for that.
    """

    def __init__(self, count: int, seconds: float, most_bytes: int, first: tuple[Callable[..., object], *tuple[object, ...]]) -> None:
        self.seconds = seconds
        self._all = [_Worker(most_bytes, framed((0, first[0], first[1:]))) for _ in range(count)]
        self._free: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()  # the one used last has what it needs at hand
        for worker in self._all:
            self._free.put_nowait(worker)

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """What the work gives. It is sent by name, its arguments and what it gives are pickled. Waits for a process that is free.

        Raises:
            WorkFailed: it took too long, killed its process twice, or raised an exception.
            OSError: no process can be started or made ready.
        """
        worker = await self._free.get()
        try:
            return cast(T, await self._tried(worker, framed((self.seconds, work, arguments))))
        finally:
            self._free.put_nowait(worker)

    async def _tried(self, worker: _Worker, question: bytes) -> Any:
        for _ in range(TRIES):
            with contextlib.suppress(EOFError):
                answer, trouble = await worker.ask(question)
                if trouble:
                    raise Raised(trouble)
                return answer
            code = await worker.end()
            log.warning("worker_died", code=code)
            if code in {-signal.SIGPROF, -signal.SIGALRM}:
                raise TookTooLong(f"it took more than {self.seconds:g} s of the processor's time")
        raise Died(f"its process died of it, {TRIES} times over")

    async def start(self) -> None:
        """Start them all now, rather than when they are needed.

        Raises:
            OSError: one cannot be started or made ready.
        """
        workers = [await self._free.get() for _ in self._all]
        try:
            done = await asyncio.gather(*(worker.ready() for worker in workers), return_exceptions=True)
        finally:
            for worker in workers:
                self._free.put_nowait(worker)
        for trouble in filter(None, done):
            raise trouble

    async def close(self) -> None:
        """End all processes. Work that is under way is lost."""
        for worker in self._all:
            await worker.end()


class _Worker:
    """One process, and after it died another."""

    def __init__(self, most_bytes: int, first: bytes) -> None:
        self._most_bytes, self._first = most_bytes, first
        self._process: Process | None = None

    async def ask(self, question: bytes) -> tuple[Any, str]:
        """The process's answer.

        Raises:
            EOFError: it has died.
            OSError: it cannot be started or made ready.
        """
        await self.ready()
        return await self._ask(question)

    async def ready(self) -> None:
        """Start the process, if there is none.

        Raises:
            OSError: it cannot be started, or cannot do what each does first.
        """
        if self._process is None:
            self._process = await self._started()
            try:
                _, trouble = await self._ask(self._first)
            except EOFError:
                trouble = f"a process ended at once, with {await self.end()}"
            if trouble:
                await self.end()
                raise NotReady(trouble)

    async def _ask(self, question: bytes) -> tuple[Any, str]:
        try:
            return await _asked(self._process, question)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError from error
        except BaseException:
            await self.end()  # its answer would be taken for that to the next question
            raise

    async def _started(self) -> Process:
        arguments = ["-m", "services.chassis.worker", str(self._most_bytes)]
        ours = {name: value for name, value in os.environ.items() if not name.startswith("DAYBOOK_")}
        # In a group of its own: Ctrl-C is for the service, which ends it by closing its pipes.
        return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=PIPE, stdout=PIPE, env=ours, start_new_session=True)

    async def end(self) -> int:
        """End the process, if there is one; what it ended with, which is how it died if it had done so before."""
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)  # Process.kill() would reap it, and asyncio then not learn how it ended
        return await process.wait()


async def _asked(process: Process | None, question: bytes) -> tuple[Any, str]:
    questions, answers = (process.stdin, process.stdout) if process else (None, None)
    if questions is None or answers is None:
        raise EOFError
    questions.write(question)
    await questions.drain()
    length = int.from_bytes(await answers.readexactly(LENGTH_BYTES), "big")
    return pickle.loads(await answers.readexactly(length))  # type: ignore[no-any-return]  # noqa: S301 - from our own process
