"""The services' processes: started apart from whoever starts them, known again by id and start time, stopped by SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psutil

from deploy.local.errors import PortInUseError, StackError
from deploy.local.processes import Started, is_alive, stop, tail
from deploy.local.state import write_private
from deploy.pipeline.services import ServiceCard

READY_SECONDS = 60.0
STOP_SECONDS = 15.0
PLAIN_HTTP = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For `httpx` where no TLS is spoken: it would load all certificates for each question, and to ask whether a service is ready twenty times
a second took a third of a processor from the services that start. It trusts nobody.
"""


class ServiceError(StackError):
    """A service did not start, or did not become ready."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that was started, and the port it was given."""

    process: Started
    port: int


class Processes:
    """The services of one state folder. `services.json` there says which were started."""

    def __init__(self, state: Path) -> None:
        self._record = state / "services.json"
        self._logs = state / "logs"

    def known(self) -> dict[str, Running]:
        """The services that were started and still run."""
        try:
            rows = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        started = {name: Running(Started(row["pid"], row["created"]), row["port"]) for name, row in rows.items()}
        return {name: running for name, running in started.items() if is_alive(running.process)}

    def settled(self, cards: Iterable[ServiceCard]) -> tuple[ServiceCard, ...]:
        """The cards, with the ports of those that run already."""
        known = self.known()
        return tuple(replace(card, port=known[card.name].port) if card.name in known else card for card in cards)

    def start(self, card: ServiceCard, environment: Mapping[str, str]) -> None:
        """Start one service, unless it runs already.

        Raises:
            PortInUseError: somebody else listens on its port.
        """
        known = self.known()
        if card.name in known:
            return
        _need_port(card)
        with (self._logs / f"{card.name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", f"services.{card.name}"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **environment, "DAYBOOK_HTTP_PORT": str(card.port)},
                start_new_session=True,
            )
        started = Started(child.pid, psutil.Process(child.pid).create_time())
        self._write(known | {card.name: Running(started, card.port)})

    def wait_ready(self, cards: Sequence[ServiceCard], say: Callable[[str], None]) -> None:
        """Wait until each service says that it is ready.

        Raises:
            ServiceError: one ended, or was not ready in time; with the last lines of its log.
        """
        deadline = time.monotonic() + READY_SECONDS
        for card in cards:
            while not (answer := _ready(card)):
                if card.name not in self.known():
                    raise ServiceError(f"{card.name} ended before it was ready:\n{self._tail(card)}", f"see {self._log(card)}")
                if time.monotonic() > deadline:
                    raise ServiceError(
                        f"{card.name} was not ready within {READY_SECONDS:.0f} s:\n{self._tail(card)}", f"see {self._log(card)}"
                    )
                time.sleep(0.05)
            say(f"{card.name}: {answer}")

    def stop(self, say: Callable[[str], None]) -> None:
        """Stop what runs."""
        for name, running in sorted(self.known().items()):
            gone = stop(running.process, signal.SIGTERM, STOP_SECONDS)
            say(f"{name}: stopped" if gone else f"{name}: did not stop within {STOP_SECONDS:.0f} s and was ended")
        self._record.unlink(missing_ok=True)

    def _write(self, running: Mapping[str, Running]) -> None:
        write_private(
            self._record, {name: {"pid": r.process.pid, "created": r.process.created, "port": r.port} for name, r in running.items()}
        )

    def _log(self, card: ServiceCard) -> Path:
        return self._logs / f"{card.name}.log"

    def _tail(self, card: ServiceCard) -> str:
        return tail(self._log(card))


def _ready(card: ServiceCard) -> str:
    """Where it answers once it is ready, and what it says that wants seeing to."""
    try:
        answer = httpx.get(f"{card.address}/readyz", timeout=2, verify=PLAIN_HTTP)
    except httpx.HTTPError:
        return ""
    notes = answer.json().get("notes", {}).values() if answer.status_code == httpx.codes.OK else ()
    return "; ".join([f"ready at {card.address}", *notes]) if answer.status_code == httpx.codes.OK else ""


def _need_port(card: ServiceCard) -> None:
    for connection in psutil.net_connections(kind="tcp"):
        if connection.laddr and connection.laddr.port == card.port and connection.status == psutil.CONN_LISTEN:
            who = f" by process {connection.pid}" if connection.pid else ""
            raise PortInUseError(f"port {card.port} of the {card.name} is in use{who}", "end that process, or set DAYBOOK_HTTP_PORT")
