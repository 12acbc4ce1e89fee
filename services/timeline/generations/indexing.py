"""Indexes made once the tables are full: whoever fills a generation needs its keys alone, and nobody else reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import asyncpg

from services.timeline.generations.filling import HANDS
from services.timeline.generations.names import SERVICE, Generation
from services.timeline.generations.registry import administer, tables_of, watched
from services.timeline.projections import Projection

MEMORY = "128MB"  # to sort an index in; more of it goes to disk
THERE = "SELECT indexname FROM pg_indexes WHERE schemaname = $1"
SLOWEST = "USING gin"


async def missing(admin: asyncpg.Connection, generation: Generation, projections: Sequence[Projection]) -> list[str]:
    """The statements that make what indexes a generation lacks, those first that take longest; but last those of tables that hold every
    revision, which are looked through meanwhile.
    """
    there = {row["indexname"] for row in await admin.fetch(THERE, generation.schema)}
    lacking = [(one.keeps_all, statement) for one in projections for name, statement in one.indexes.items() if name not in there]
    return [statement for _, statement in sorted(lacking, key=lambda one: (one[0], SLOWEST not in one[1]))]


async def index(admin_dsn: str, generation: Generation, projections: Sequence[Projection], statements: Sequence[str]) -> None:
    """Make these indexes, as many at a time as there are hands, let Postgres know what the tables hold, and have it look after them from
    now on. Broken off, it can be called again with what is missing then.
    """
    largest = [one.name for one in projections if one.keeps_all]
    others = [table for table in tables_of(projections) if table not in largest]
    await _shared_out(admin_dsn, generation, [*map(_analyze, largest), *statements, *map(_analyze, others)])
    await _shared_out(admin_dsn, generation, map(watched, (*largest, *others)))


def _analyze(table: str) -> str:
    return f'ANALYZE "{table}"'


async def _shared_out(admin_dsn: str, generation: Generation, statements: Iterable[str]) -> None:
    """Whoever is done takes the next."""
    left = iter(statements)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(_work(admin_dsn, generation, left))
    except* Exception as errors:
        raise errors.exceptions[0] from errors


async def _work(admin_dsn: str, generation: Generation, left: Iterator[str]) -> None:
    admin = await administer(admin_dsn)
    try:
        for statement in left:
            async with admin.transaction():
                await admin.execute(f"SET LOCAL search_path TO {generation.schema}, {SERVICE}")
                await admin.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
                await admin.execute(statement)
    finally:
        await admin.close()
