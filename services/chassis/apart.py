"""Work in a process apart, which the operating system ends if one task takes too much of the processor's time.

A thread can't be stopped from outside; a process can. The limit is of processor time, not of a clock on the wall: on a busy or a
suspended machine a task takes no more of it, so that whether it ends in time hardly depends on what else goes on (docs/adr/0006).

`workers.py` looks like the same idea, and is another promise. Here the work is ours, and named: the process alone imports it, from
whichever ruleset, and keeps what it has made ready; a death that is not the limit's halts, since no input can be blamed. There the work is
any function, over anybody's bytes: memory has a limit too, a death is the work's and is tried once more, many run at once, and who asks
waits on the event loop rather than in a thread. One class would take a switch for each of these, and be longer than the two.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

from services.chassis.errors import Halt

Task = TypeVar("Task")
Answer = TypeVar("Answer")
# By the clock on the wall: who has said nothing for so many times the limit is stuck, and something is wrong with the machine.
PATIENCE = 20
START_SECONDS = 300


class TooLong(Exception):  # noqa: N818 - what it is reads better than what it is called elsewhere
    """The task took more processor time than a task may. Its process was ended; the next task gets a new one."""


class Apart(Generic[Task, Answer]):
    """One process that does one task after the other. `entry` is "module:function"; the function takes `arguments`, makes ready, and
    returns what does a task.

    Tasks and answers are pickled on their way. What does a task returns its errors as values: an exception halts.
    """

    def __init__(self, entry: str, seconds: float, *arguments: str) -> None:
        self._entry, self._seconds, self._arguments = entry, seconds, arguments
        self._worker: _Worker | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Make a process ready, unless there is one.

        Raises:
            Halt: it could not be made ready.
        """
        with self._lock:
            self._ready()

    def do(self, task: Task) -> Answer:
        """The answer to a task.

        Raises:
            TooLong: it took more than the limit.
            Halt: the process failed or ended otherwise, which is this installation's trouble.
        """
        with self._lock:
            worker = self._ready()
            worker.send(task)
            answer: Answer = self._heard(worker, PATIENCE * self._seconds)
            return answer

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if worker := self._worker:
            self._worker = None
            worker.end()

    async def until_cancelled(self) -> None:
        """Stay, and close in the end: a background task of a service."""
        try:
            await asyncio.Event().wait()
        finally:
            self.close()

    def _ready(self) -> _Worker:
        if self._worker is None or self._worker.process.poll() is not None:
            self._worker = _Worker.start(self._entry, self._seconds, self._arguments)
            self._heard(self._worker, START_SECONDS)
        return self._worker

    def _heard(self, worker: _Worker, patience: float) -> Any:
        try:
            answer, trouble = worker.hear(patience)
        except EOFError:
            raise self._ended(worker.end()) from None
        if trouble is not None:
            self.close()
            raise Halt(f"{self._entry} {trouble}")
        return answer

    def _ended(self, status: int) -> Exception:
        self._worker = None
        if status == -signal.SIGPROF:
            return TooLong(f"it took more than {self._seconds:g} s of the processor's time")
        return Halt(f"{self._entry} ended with status {status}; a negative one is the signal that ended it")


@dataclass(frozen=True, slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection

    @classmethod
    def start(cls, entry: str, seconds: float, arguments: Sequence[str]) -> _Worker:
        """In a session of its own: Ctrl-C is for whoever started it. Should that one die, the end of the connection ends it too."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", __name__, entry, str(seconds), str(theirs.fileno()), *arguments]
            plain = {name: value for name, value in os.environ.items() if not name.startswith("DAYBOOK_")}  # it need not hold our secrets
            process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True, env=plain)
        return cls(process, Connection(ours.detach()))

    def send(self, task: object) -> None:
        with contextlib.suppress(BrokenPipeError):  # how it ended is heard when its answer is asked for
            self.connection.send(task)

    def hear(self, patience: float) -> tuple[Any, str | None]:
        """An answer, and what went wrong.

        Raises:
            EOFError: it has ended.
        """
        if not self.connection.poll(patience):
            return None, f"has said nothing for {patience:g} s"
        try:
            answer, trouble = self.connection.recv()
        except ConnectionResetError as error:
            raise EOFError from error
        return answer, trouble

    def end(self) -> int:
        """Its status, once it has gone."""
        self.process.kill()
        return self.process.wait()


def _serve(connection: Connection, entry: str, seconds: float, arguments: Sequence[str]) -> None:
    """Do tasks until nobody asks any more."""
    module, _, name = entry.partition(":")
    try:
        work: Callable[[Any], Any] = getattr(importlib.import_module(module), name)(*arguments)
        connection.send((None, None))
        while True:
            connection.send((_limited(work, connection.recv(), seconds), None))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except Exception as error:  # noqa: BLE001 - whoever asked is told, and halts
        connection.send((None, f"failed: {type(error).__name__}: {error}"))


def _limited(work: Callable[[Any], Any], task: object, seconds: float) -> object:
    """No handler is set for the alarm: its default is the end of the process."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return work(task)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[3])), sys.argv[1], float(sys.argv[2]), sys.argv[4:])
