"""Servers that somebody else runs: nothing is started, our roles and schemas are made there."""

from __future__ import annotations

import asyncpg

from deploy.local import record
from deploy.local.errors import BadSettingError, StateFolderError, UnreachableError
from deploy.local.kafka import serves
from deploy.local.options import KAFKA, POSTGRES, Options
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
        BadSettingError: one of them is missing, or the DSN is not a URL.
    """
    if not (options.kafka and options.postgres):
        raise BadSettingError(
            "no servers are named", f"set {KAFKA} (host:port, comma-separated) and {POSTGRES} (an administrator's DSN, as a URL)"
        )
    if not options.postgres.startswith(("postgresql://", "postgres://")):
        raise BadSettingError(f"{POSTGRES} is not a URL", "write it as postgresql://user:password@host:port/database")
    return options.kafka, options.postgres
