"""The roles and schemas that the services use, in our Postgres or in one that exists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.local.state import READER, SERVICES
from services.chassis.queries import queries

_SQL = Path(__file__).with_name("roles.sql")
_LOGIN = ("role", "login", "connect")
_SERVICE = (*_LOGIN, "schema", "use", "path")
_READER = (*_LOGIN, "look", "look_now", "look_later", "look_only", "look_briefly", "look_path")
SECONDS = 10.0


async def make_database(admin_dsn: str, database: str) -> None:
    """Make a database where there is none of that name. `admin_dsn` names another one.

    Raises:
        OSError, asyncpg.PostgresError: the server cannot be reached, or refused.
    """
    connection = await asyncpg.connect(admin_dsn, timeout=SECONDS)
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
            await connection.execute(f"CREATE DATABASE {_identifier(database)}")
    finally:
        await connection.close()


async def make_roles(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Give each service a role and a schema, and the reader a role, in the database that `admin_dsn` names.

    Raises:
        OSError, asyncpg.PostgresError: the server cannot be reached, or refused.
    """
    connection = await asyncpg.connect(admin_dsn, timeout=SECONDS)
    try:
        database = await connection.fetchval("SELECT current_database()")
        async with connection.transaction():
            for statement in statements(database, passwords):
                await connection.execute(statement)
    finally:
        await connection.close()


def statements(database: str, passwords: Mapping[str, str]) -> list[str]:
    """The statements that make the roles, in order."""
    blocks = queries(_SQL)
    work = [(name, role) for role in SERVICES for name in _SERVICE] + [(name, READER) for name in _READER]
    return [blocks["lock"]] + [
        blocks[name].format(role=_identifier(role), role_text=_text(role), password=_text(passwords[role]), database=_identifier(database))
        for name, role in work
    ]


def with_login(dsn: str, role: str, password: str) -> str:
    """The same server and database, as another role."""
    parts = urlsplit(dsn)
    where = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{where}"))


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
