"""Indexes made once the tables are full: whoever fills a generation needs its keys alone, and nobody else reads it."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from services.timeline.generations.names import SERVICE, Generation
from services.timeline.projections import Projection

MEMORY = "128MB"  # to sort an index in; more of it goes to disk
THERE = "SELECT indexname FROM pg_indexes WHERE schemaname = $1"


async def index(admin: asyncpg.Connection, generation: Generation, projections: Sequence[Projection]) -> None:
    """Make what indexes a generation lacks, and let Postgres know what its tables hold. Broken off, it can be called again."""
    there = {row["indexname"] for row in await admin.fetch(THERE, generation.schema)}
    for projection in projections:
        for name, statement in projection.indexes.items():
            if name not in there:
                await _alone(admin, generation, statement)
        await _alone(admin, generation, f'ANALYZE "{projection.name}"')


async def _alone(admin: asyncpg.Connection, generation: Generation, statement: str) -> None:
    async with admin.transaction():
        await admin.execute(f"SET LOCAL search_path TO {generation.schema}, {SERVICE}")
        await admin.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
        await admin.execute(statement)
