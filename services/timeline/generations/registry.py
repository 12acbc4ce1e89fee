"""Which generations there are: read by the service and its readers, written by an administrator alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from services.chassis.errors import Halt
from services.chassis.queries import queries
from services.timeline.generations.names import SERVICE, Generation
from services.timeline.projections import HEADS, Projection, discover, shape

SQL = queries(Path(__file__).parents[1] / "sql" / "generations.sql")
READER = "reader"
Positions = dict[tuple[str, int], int]


async def all_of(connection: asyncpg.Connection | asyncpg.Pool) -> list[Generation]:
    """Every generation, the oldest first."""
    return [Generation(*row) for row in await connection.fetch(SQL["all"])]


async def live(connection: asyncpg.Connection | asyncpg.Pool) -> Generation:
    """The one that answers.

    Raises:
        Halt: there is none: the schema was never prepared.
    """
    found = next((one for one in await all_of(connection) if one.state == "live"), None)
    if found is None:
        raise Halt("the timeline has no generation that answers; `daybook up` makes the first one")
    return found


async def administer(admin_dsn: str) -> asyncpg.Connection:
    """A connection that may make and drop generations."""
    return await asyncpg.connect(admin_dsn, server_settings={"search_path": SERVICE})


async def ensure_first(admin_dsn: str) -> None:
    """Make the first generation of a new installation, empty and live; where there is one, it stays. The reader may look."""
    connection = await administer(admin_dsn)
    try:
        async with connection.transaction():
            await connection.execute(SQL["lock"])
            await _grant_reader(connection, SERVICE)
            if not await all_of(connection):
                first = await found(connection, discover())
                await connection.execute(SQL["put_live"], first.number)
    finally:
        await connection.close()


async def found(tx: asyncpg.Connection, projections: Sequence[Projection], *, indexed: bool = True) -> Generation:
    """Make an empty generation, within the caller's transaction, which holds the lock. Without indexes, and left alone by autovacuum, until
    `indexing.py` makes them and hands it over, if it is to be filled first.
    """
    generation = Generation(*await tx.fetchrow(SQL["found"], shape(projections)))
    await tx.execute(SQL["take_over_given_up"], generation.follower)
    await tx.execute(f'CREATE SCHEMA "{generation.schema}"')
    await tx.execute(f"SET LOCAL search_path TO {generation.search_path}")
    for statements in (HEADS.read_text(encoding="utf-8"), *(one.tables if indexed else one.unindexed for one in projections)):
        await tx.execute(statements)
    if not indexed:
        for name in tables_of(projections):
            await tx.execute(unwatched(name))
    await tx.execute(f"SET LOCAL search_path TO {SERVICE}")
    await _grant(tx, generation.schema)
    return generation


def tables_of(projections: Sequence[Projection]) -> list[str]:
    """The tables of a generation."""
    return ["heads", *(one.name for one in projections)]


def unwatched(table: str) -> str:
    """The statement by which autovacuum leaves a table alone: while one is filled, looking through it again and again cost a quarter of
    what Postgres did, and found nothing to clean up.
    """
    return f'ALTER TABLE "{table}" SET (autovacuum_enabled = false, toast.autovacuum_enabled = false)'


def watched(table: str) -> str:
    """The statement that undoes that."""
    return f'ALTER TABLE "{table}" RESET (autovacuum_enabled, toast.autovacuum_enabled)'


async def forget(tx: asyncpg.Connection, generation: Generation) -> None:
    """Drop a generation with all it holds, within the caller's transaction, which holds the lock."""
    for name in ("forget_positions", "forget_refused"):  # first, as its follower locks them first; from then on it is fenced
        await tx.execute(SQL[name], generation.follower)
    await tx.execute(f'DROP SCHEMA IF EXISTS "{generation.schema}" CASCADE')
    await tx.execute(SQL["forget"], generation.number)


async def positions(connection: asyncpg.Connection, generation: Generation) -> Positions:
    """The next offset of each partition that this generation has begun to read."""
    rows = await connection.fetch(SQL["positions"], generation.follower)
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}


async def _grant(tx: asyncpg.Connection, schema: str) -> None:
    """The service reads and writes; the reader reads."""
    await tx.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {SERVICE}')
    await tx.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{schema}" TO {SERVICE}')
    await _grant_reader(tx, schema)


async def _grant_reader(tx: asyncpg.Connection, schema: str) -> None:
    """Questions are asked by a role that can only read, where there is one."""
    if await tx.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", READER):
        await tx.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO {READER}')
        await tx.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO {READER}')
