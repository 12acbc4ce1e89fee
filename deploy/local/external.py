"""Servers that somebody else runs: nothing is started, our roles and schemas are made there."""

from __future__ import annotations

from urllib.parse import urlsplit

import asyncpg

from deploy.local import record
from deploy.local.errors import BadSettingError, StateFolderError, UnreachableError
from deploy.local.kafka import serves
from deploy.local.options import KAFKA, LAST_PORT, POSTGRES, Options
from deploy.local.record import Record
from deploy.local.roles import make_roles
from deploy.local.state import Folder, passwords
from deploy.local.waiting import run_aside


def attach(options: Options, folder: Folder) -> Record:
    """Note both servers in the state folder, after making our roles in that Postgres.

    Raises:
        BadSettingError: a setting is missing, or the DSN is not a URL.
        StateFolderError: a stack of our own runs in this folder.
        UnreachableError: a server does not answer, or does not let the administrator do this.
    """
    kafka, postgres = given(options)
    if record.read(folder).alive:
        raise StateFolderError(f"a stack of its own runs in {folder.path}", "stop it with `daybook down`, or choose another DAYBOOK_STATE")
    if not run_aside(lambda: serves(kafka)):
        raise UnreachableError(f"Kafka does not answer at {kafka}", f"check that it runs, and {KAFKA} (host:port, comma-separated)")
    try:
        run_aside(lambda: make_roles(postgres, passwords(folder)))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        todo = f"check {POSTGRES}: it has to name a database and a role that may create roles and schemas there"
        raise UnreachableError(f"Postgres could not be prepared: {error}", todo) from error
    noted = Record(kafka=kafka, postgres=postgres)
    record.write(folder, noted)
    return noted


def given(options: Options) -> tuple[str, str]:
    """The bootstrap servers and the administrator's DSN.

    Raises:
        BadSettingError: one of them is missing or malformed.
    """
    if not (options.kafka and options.postgres):
        todo = f"set {KAFKA} (host:port, comma-separated) and {POSTGRES} (an administrator's DSN, as a URL)"
        raise BadSettingError("no servers are named", todo)
    if not all(_is_address(server) for server in options.kafka.split(",")):
        raise BadSettingError(f"{KAFKA}={options.kafka} does not name servers", "write it as host:port, or host:port,host:port")
    if not _is_dsn(options.postgres):
        raise BadSettingError(f"{POSTGRES} is not a URL of Postgres", "write it as postgresql://user:password@host:port/database")
    return options.kafka, options.postgres


def _is_address(server: str) -> bool:
    host, _, port = server.strip().rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and int(port) <= LAST_PORT


def _is_dsn(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"postgresql", "postgres"} and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:  # the port is no number
        return False
