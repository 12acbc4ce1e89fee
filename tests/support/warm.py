"""Services that start warm: a process that has imported all of them, of which each service that a test starts is a fork.

To import what a service needs takes a second and more of the processor's time, and a run of all tests starts hundreds. A fork is a process
as any other: it has the settings that it is given, runs the same `__main__`, and is killed, frozen and waited for. That they start cold,
too, is what `tests/integration/test_demo.py` sees.

There are two such processes, used by turns: forks of one agree on the order of their sets, and what hangs on it would not be seen.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

SERVICES = ("ingestor", "normalizer", "timeline", "webhooks")
WARM = {*(f"services.{name}" for name in SERVICES), "tests.faults.unguarded", "tests.support.stubborn"}
"""What may be started by a fork: no other program may find the services imported before it does what it is for."""
PROCESSES = 2
_turns = count()
_started: list[_Warm] = []


class Fork:
    """One forked process, with what tests use of `subprocess.Popen`."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        """Run `python -m` with this command, its output at the end of `log`."""
        self._from = _warm(next(_turns) % PROCESSES)
        self.pid: int = self._from.ask({"command": list(command), "environment": environment, "log": str(log)})
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """What it ended with; None while it runs."""
        with self._from.lock:
            if self.returncode is None:
                self.returncode = self._from.ask(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """What it ended with.

        Raises:
            subprocess.TimeoutExpired: it had not ended after so many seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Warm:
    """The near end of a process that forks. It ends with the process that started it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        with ours:
            self._questions = ours.makefile("rw", encoding="utf-8")
        self.lock = threading.RLock()

    def ask(self, question: object) -> Any:
        with self.lock:
            self._questions.write(json.dumps(question) + "\n")
            self._questions.flush()
            return json.loads(self._questions.readline())

    def end(self) -> None:
        self._questions.close()
        self._process.wait(30)


@cache
def _warm(_: int) -> _Warm:
    _started.append(started := _Warm())
    return started


def end() -> None:
    """End the processes that fork; what they forked goes on."""
    for one in _started:
        one.end()


def main() -> None:
    """Answer until nobody asks any more; in a fork, run what was asked for."""
    for name in SERVICES:
        importlib.import_module(f"services.{name}.service")
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which stop what they started
    if asked := _serve(socket.socket(fileno=int(sys.argv[1]))):
        _become(**asked)


def _serve(asking: socket.socket) -> dict[str, Any]:
    """Fork, and tell how forks end. Returns in a fork, with what was asked for, or with nothing when all is over."""
    questions = asking.makefile("r", encoding="utf-8")
    for line in questions:
        question = json.loads(line)
        answer = os.fork() if isinstance(question, dict) else _ended(question)
        if answer == 0 and isinstance(question, dict):
            asking.close()
            questions.close()
            return question
        asking.sendall(f"{json.dumps(answer)}\n".encode())
    return {}


def _ended(pid: int) -> int | None:
    with contextlib.suppress(ChildProcessError):
        found, status = os.waitpid(pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if found else None
    return None


def _become(command: Sequence[str], environment: dict[str, str], log: str) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Path(log).open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
