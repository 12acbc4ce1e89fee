"""What can be chosen about the stack: where its state lives, which ports it takes, or which servers to use instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import BadSettingError

STATE = "DAYBOOK_STATE"
KAFKA_PORT = "DAYBOOK_KAFKA_PORT"
CONTROLLER_PORT = "DAYBOOK_KAFKA_CONTROLLER_PORT"
POSTGRES_PORT = "DAYBOOK_POSTGRES_PORT"
KAFKA = "DAYBOOK_KAFKA"
POSTGRES = "DAYBOOK_POSTGRES"

DEFAULT_STATE = Path(".daybook")
DEFAULT_PORTS = {"kafka": 19092, "controller": 19093, "postgres": 15432}
PORT_SETTINGS = {"kafka": KAFKA_PORT, "controller": CONTROLLER_PORT, "postgres": POSTGRES_PORT}

LAST_PORT = 65535


@dataclass(frozen=True)
class Options:
    """Port None: the one of the last run that was not stopped, else the default; port 0: any that is free. The controller is Kafka's
    own business and takes the port after Kafka's, unless told otherwise.

    `kafka` (bootstrap servers) and `postgres` (the DSN of an administrator, as a URL) name servers that exist; with both
    given, nothing is started.
    """

    state: Path = DEFAULT_STATE
    kafka_port: int | None = None
    controller_port: int | None = None
    postgres_port: int | None = None
    kafka: str | None = None
    postgres: str | None = None

    @property
    def external(self) -> bool:
        return bool(self.kafka and self.postgres)

    @property
    def ports(self) -> dict[str, int | None]:
        return {"kafka": self.kafka_port, "controller": self.controller_port, "postgres": self.postgres_port}


def from_env(environ: Mapping[str, str]) -> Options:
    """The options that the environment asks for.

    Raises:
        BadSettingError: a port is not a port, or only one of the two external servers is named.
    """
    kafka, postgres = environ.get(KAFKA) or None, environ.get(POSTGRES) or None
    if bool(kafka) != bool(postgres):
        given, missing = (KAFKA, POSTGRES) if kafka else (POSTGRES, KAFKA)
        raise BadSettingError(
            f"{given} is set, but {missing} is not", f"set both to use servers that exist, or unset {given} to start a stack"
        )
    return Options(
        state=Path(environ.get(STATE) or DEFAULT_STATE).expanduser(),
        kafka_port=_port(environ, KAFKA_PORT),
        controller_port=_port(environ, CONTROLLER_PORT),
        postgres_port=_port(environ, POSTGRES_PORT),
        kafka=kafka,
        postgres=postgres,
    )


def _port(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PORT):
        raise BadSettingError(f"{name}={text} is not a port", f"set {name} to a number from 1 to {LAST_PORT}, or to 0 for any free port")
    return int(text)
