"""What an index is there for is found by it: the plans of questions, on real Postgres. Tables are small here, so that it is told to avoid what suits small ones."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
import pytest

from services.timeline.parameters import ContradictionsQuery
from services.timeline.questions import contradicting
from tests.integration.timeline_asked import pool

__all__ = ["pool"]


async def plan(pool: asyncpg.Pool, sql: str, arguments: Sequence[object]) -> str:
    async with pool.acquire() as tx, tx.transaction():
        for way in ("seqscan", "bitmapscan", "sort"):
            await tx.execute(f"SET LOCAL enable_{way} = off")
        return "\n".join(row[0] for row in await tx.fetch(f"EXPLAIN {sql}", *arguments))


@pytest.mark.parametrize(("rising", "goes"), [(False, True), (True, False)])
async def test_contradictions_are_found_among_many_tolls_that_only_rise_and_if_those_are_asked_for_all_are_read(
    pool: asyncpg.Pool, rising: bool, goes: bool
) -> None:
    assert ("contradictions_not_rising" in await plan(pool, *contradicting(ContradictionsQuery(rising=rising)))) == goes
