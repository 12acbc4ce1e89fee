"""A service as a real process, started with settings of the test's choice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local.ports import pick
from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from tests.support.warm import WARM, Fork

READY_SECONDS = 40.0


class ServiceProcess:
    """One process of one service; `log` is where it writes."""

    def __init__(self, stack: Stack, name: str, settings: Mapping[str, str], module: str | None = None) -> None:
        self.name, self.port = name, free_port()
        self.log = stack.logs / f"{name}-{self.port}.log"
        environment = {
            **os.environ,
            "DAYBOOK_KAFKA": stack.kafka,
            "DAYBOOK_DSN": stack.dsn(name),
            "DAYBOOK_READER_DSN": stack.dsn("reader"),
            "DAYBOOK_HTTP_PORT": str(self.port),
            "DAYBOOK_SESSION_TIMEOUT_MS": "1500",
            "DAYBOOK_TRANSACTION_TIMEOUT_MS": "10000",
            **settings,
        }
        self.process = start(module.split() if module else [f"services.{name}"], environment, self.log)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_ready(self) -> None:
        self._wait(lambda: _ok(f"{self.address}/readyz"), "was not ready")

    def wait_killed(self) -> None:
        """Wait until the process has killed itself."""
        self._wait(lambda: self.process.poll() is not None, "was not killed")
        assert self.process.returncode == -signal.SIGKILL, self.text()

    def wait_frozen(self) -> None:
        """Wait until the process has stopped itself."""
        self._wait(lambda: "T (stopped)" in Path(f"/proc/{self.process.pid}/status").read_text(), "was not frozen")

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, gracefully if it can."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def saw(self, words: str, times: int = 1) -> bool:
        """Whether the log holds these words, that often."""
        return self.log.read_text(errors="replace").count(words) >= times

    def text(self) -> str:
        """The end of the log."""
        return self.log.read_text(errors="replace")[-4000:]

    def _wait(self, condition: Callable[[], bool], trouble: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"{self.name} {trouble}:\n{self.text()}"
            time.sleep(0.05)


def start(command: Sequence[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes] | Fork:
    """Run `python -m` with this command: a fork of a process that is warm where that is the same, as `tests/support/warm.py` says."""
    if command[0] in WARM:
        return Fork(command, environment, log)
    with log.open("ab") as output:
        return subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=output, stderr=output)


@contextmanager
def service(stack: Stack, name: str, module: str | None = None, **settings: str) -> Iterator[ServiceProcess]:
    """A service that is stopped in the end; settings as `BATCH_RECORDS="5"`."""
    process = ServiceProcess(stack, name, {f"DAYBOOK_{key}": value for key, value in settings.items()}, module)
    try:
        yield process
    finally:
        process.stop()


def free_port() -> int:
    """Not one that the system gives to outgoing connections: such a one may be taken before whoever is to listen there has started."""
    return pick()


def _ok(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, verify=PLAIN_HTTP).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


async def eventually(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for a condition that may be a coroutine function, with a bound."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.05)
