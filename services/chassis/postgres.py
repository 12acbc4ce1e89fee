"""Postgres: a pool in the service's own schema, and migrations applied by an administrator."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import asyncpg
import stamina
from pogo_core.util import migrate

from services.chassis.passing import is_passing
from services.chassis.settings import Settings

_QUIET = logging.getLogger("daybook.migrations")
_QUIET.setLevel(logging.ERROR)  # the library warns of each migration that it applies; that one ran is no trouble
COMMAND_SECONDS = 60.0  # a server that is silent for longer is taken for gone
MOST_TIMES = 64  # of the limit; 32 minutes of the one that is set unless told otherwise
MORE_TIME = """
SELECT set_config('transaction_timeout', '0', true),
  set_config('transaction_timeout', least(reset_val::bigint * $1, 2147483647)::text, true)
FROM pg_settings WHERE name = 'transaction_timeout'
"""
CHASSIS_MIGRATIONS = Path(__file__).parent / "migrations"


async def open_pool(
    settings: Settings,
    service: str,
    search_path: str | None = None,
    session: Mapping[str, str] = MappingProxyType({}),
    patience: float | None = None,
) -> asyncpg.Pool:
    """A pool whose connections see the service's own schema only, or those named, with these settings of a session besides. Waits for a
    Postgres that is still starting, `patience` seconds at most (None: for ever).
    """
    async for attempt in stamina.retry_context(on=is_passing, attempts=None, timeout=patience, wait_max=2.0):
        with attempt:
            return await asyncpg.create_pool(
                settings.dsn.get_secret_value(),
                min_size=2,
                max_size=settings.pool_size,
                timeout=10,
                command_timeout=COMMAND_SECONDS,
                reset=left_as_found,
                server_settings=_session(settings, service) | {"search_path": search_path or service, **session},
            )
    raise AssertionError("stamina returns or raises")


async def give_time(tx: asyncpg.Connection, attempt: int) -> None:
    """Let a transaction that is tried again take twice as long as it might before: a batch may be more work than the limit foresees, and
    would else be cut off for ever. The first 0 is what starts the clock anew: Postgres lets one that runs go on as it was set.
    """
    await tx.execute(MORE_TIME, min(2 ** (attempt - 1), MOST_TIMES))


async def left_as_found(_: asyncpg.Connection) -> None:
    """Connections go back to the pool as they are: the client's own way asks the server to undo all that a session may keep, which would
    double the questions of a short answer. Open transactions are rolled back before this is called. Nothing here keeps anything in a
    session: settings are `SET LOCAL`, locks are a transaction's, and whoever does otherwise ends the session.
    """


async def close_pool(pool: asyncpg.Pool, seconds: float) -> None:
    """Close the connections; a server that does not answer is left after so many seconds."""
    try:
        await asyncio.wait_for(pool.close(), seconds)
    except TimeoutError:
        pool.terminate()


def _session(settings: Settings, service: str) -> dict[str, str]:
    """A process that froze in a transaction must not keep its locks: whoever takes its partitions over would wait for them. One that froze
    between the two halves of a question, told how its answer will look and not yet asking for it, is no idle one to the server, and no
    limit of statements reaches it: hence one of transactions.
    """
    return {
        "application_name": f"daybook-{service}",
        "idle_in_transaction_session_timeout": str(settings.session_timeout_ms),
        "transaction_timeout": str(settings.transaction_timeout_ms),
    }


async def migrate_schema(admin_dsn: str, schema: str, folders: Sequence[Path]) -> None:
    """Bring one service's schema up to date, as an administrator; the service's role may then read and write, not alter.

    Raises:
        asyncpg.PostgresError: the server refused a statement.
        pogo_core.error.BadMigrationError: a migration is malformed or failed.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('daybook migrations'))")
            await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{_identifier(schema)}"')
            await connection.execute(f'SET LOCAL search_path TO "{_identifier(schema)}"')
            for folder in folders:
                await migrate.apply(connection, folder, schema_name=schema, logger=_QUIET)
            await _grant(connection, schema)
    finally:
        await connection.close()


async def _grant(connection: asyncpg.Connection, schema: str) -> None:
    role = _identifier(schema)
    await connection.execute(f'GRANT USAGE ON SCHEMA "{role}" TO "{role}"')
    await connection.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA "{role}" TO "{role}"')


def _identifier(name: str) -> str:
    """Names of schemas are ours, never input; SQL has no parameters for them, so this is the guard."""
    if not name.isidentifier():
        raise ValueError(f"{name!r} is not a plain name for a schema")
    return name
