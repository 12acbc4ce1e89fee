"""What Kafka and Postgres have in common, as parts of the stack."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from deploy.local.processes import Started

Part = Literal["kafka", "postgres"]
PARTS: tuple[Part, ...] = ("kafka", "postgres")
Say = Callable[[str], None]


class Server(Protocol):
    """One part, told where its state lies and which ports it has.

    `prepare` is all that may take time before the start, and may be broken off; `settle` is what it needs once it answers.
    """

    @property
    def part(self) -> Part: ...

    @property
    def title(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def logs(self) -> tuple[Path, ...]: ...

    def prepare(self, say: Say) -> None: ...

    def launch(self, say: Say) -> Started: ...

    def ready(self) -> bool: ...

    def settle(self) -> None: ...


# Postgres takes SIGTERM as "once every client has gone"; SIGINT is its clean stop that does not wait for them.
STOP_SIGNALS: dict[Part, signal.Signals] = {"kafka": signal.SIGTERM, "postgres": signal.SIGINT}
START_SECONDS = 60.0
STOP_SECONDS = 30.0
