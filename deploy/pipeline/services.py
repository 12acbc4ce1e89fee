"""Which services there are, where each answers, and what it migrates."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import services
from services.chassis.postgres import CHASSIS_MIGRATIONS

NAMES = ("ingestor", "normalizer", "timeline")
FIRST_PORT = 8801
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
    def migrations(self) -> tuple[Path, ...]:
        own = _HOME / self.name / "migrations"
        return (CHASSIS_MIGRATIONS, own) if own.is_dir() else (CHASSIS_MIGRATIONS,)


def service_cards(first_port: int | None = None) -> tuple[ServiceCard, ...]:
    """The services in the order of the flow; ports are consecutive, from `DAYBOOK_HTTP_PORT` on (8801 if unset)."""
    first = first_port or int(os.environ.get("DAYBOOK_HTTP_PORT", FIRST_PORT))
    return tuple(ServiceCard(name, first + at) for at, name in enumerate(NAMES))
