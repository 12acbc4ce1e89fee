"""Which services there are, where each answers, and what it migrates."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import services
from deploy.local.errors import BadSettingError
from deploy.local.ports import pick
from services.chassis.postgres import CHASSIS_MIGRATIONS

NAMES = ("ingestor", "normalizer", "timeline", "webhooks")
HTTP_PORT = "DAYBOOK_HTTP_PORT"
FIRST_PORT = 8801
LAST_PORT = 65535
_HOME = Path(services.__file__).parent


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """One service: its name is also its schema and its role in Postgres."""

    name: str
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> bool:
        """Whether it answers questions, which a role asks that can only read."""
        return self.name == "timeline"

    @property
    def migrations(self) -> tuple[Path, ...]:
        own = _HOME / self.name / "migrations"
        return (CHASSIS_MIGRATIONS, own) if own.is_dir() else (CHASSIS_MIGRATIONS,)


def service_cards(environ: Mapping[str, str] = os.environ) -> tuple[ServiceCard, ...]:
    """The services in the order of the flow; ports are consecutive from `DAYBOOK_HTTP_PORT` on, any free ones if that is 0.

    Raises:
        BadSettingError: that is not a port.
    """
    text = environ.get(HTTP_PORT, "").strip() or str(FIRST_PORT)
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PORT - len(NAMES)):
        raise BadSettingError(
            f"{HTTP_PORT}={text} is not a port", f"set {HTTP_PORT} to a number from 1 to {LAST_PORT - len(NAMES)}, or to 0 for free ones"
        )
    first = int(text)
    return tuple(ServiceCard(name, port) for name, port in zip(NAMES, _free_ports() if first == 0 else count(first), strict=False))


def _free_ports() -> list[int]:
    taken: list[int] = []
    for _ in NAMES:
        taken.append(pick(frozenset(taken)))
    return taken
