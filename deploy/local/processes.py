"""Processes that outlive whoever started them: start, recognise again, stop."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.owner import Owner
from deploy.local.waiting import wait_for

_LAUNCH = Path(__file__).with_name("launch.py")
# Nothing of the caller's environment reaches a server: settings such as CLASSPATH or PGDATA would change what it does.
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# psutil takes the start of a process from the time of boot, which moves a little as the clock is put right.
_SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class Started:
    """A process that was started: its id alone may be another's by now, so when it was started (seconds since 1970) is kept with it."""

    pid: int
    created: float


def find(started: Started) -> psutil.Process | None:
    """The process, if it still runs."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(started.pid)
        if abs(process.create_time() - started.created) < _SAME_START_SECONDS and runs(process):
            return process
    return None


def runs(process: psutil.Process) -> bool:
    """Whether a process has not ended. Unreaped, it has; but not while a thread is left, which may still hold ports and files."""
    with contextlib.suppress(psutil.Error):
        return bool(process.is_running() and (process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1))
    return False


def is_alive(started: Started) -> bool:
    return find(started) is not None


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off until the end of the block."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def launch(command: Sequence[str], folder: Path, log: Path, owner: Owner | None = None) -> Started:
    """Start a server in `folder`, its output at the end of `log`. It goes on when we end."""
    result = subprocess.run(
        _launcher(owner, ["--detach", str(log)], command), cwd=folder, env=_ENVIRONMENT, check=True, capture_output=True
    )
    pid = int(result.stdout)
    with contextlib.suppress(psutil.Error):
        return Started(pid, psutil.Process(pid).create_time())
    return Started(pid, 0.0)  # gone already: `find` will not take a later process for it


def run(command: Sequence[str], folder: Path, owner: Owner | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, as `owner` where given; its output, both streams in one, is in `stdout`."""
    return subprocess.run(
        _launcher(owner, [], command),
        cwd=folder,
        env=_ENVIRONMENT,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _launcher(owner: Owner | None, options: list[str], command: Sequence[str]) -> list[str]:
    who = owner.launch_options if owner else []
    return [sys.executable, "-I", "-S", str(_LAUNCH), *who, *options, *command]


def stop(started: Started, how: signal.Signals, seconds: float) -> bool:
    """Ask a process to end; after `seconds`, end it. True: it went by itself."""
    process = find(started)
    if process is None:
        return True
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(how)
    if wait_for(lambda: not is_alive(started), seconds):
        return True
    kill(started)
    return False


def kill(started: Started, seconds: float = 10.0) -> None:
    """End a process at once, as a crash would, and wait until it and its children are gone."""
    process = find(started)
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGKILL)
        wait_for(lambda: not any(runs(member) for member in family), seconds)


def tail(log: Path, lines: int = 12, most_bytes: int = 16_384) -> str:
    """The last lines of a log file, or an empty text where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - most_bytes))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""
