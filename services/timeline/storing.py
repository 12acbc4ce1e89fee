"""Rows into the tables of one generation, which the connection's search path names.

Few changes go by one statement: each question has its price, whatever it carries, and live they come by ones and twos. Many go by COPY, a
table after the other, which stores a row in half the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from services.chassis.queries import at_once, queries
from services.timeline.fold import Entry, heads_of
from services.timeline.projections import Projection, Row

SQL = queries(Path(__file__).parent / "sql" / "projecting.sql")
FEW = 32  # changes
Columns = Sequence[Sequence[Any]]
Copy = Callable[[Projection, Sequence[Row]], Awaitable[None]]


class Storing:
    """Stores what changes leave in every projection, and which revisions are the last by now."""

    def __init__(self, projections: Sequence[Projection]) -> None:
        self._projections = sorted(projections, key=lambda one: not one.keeps_all)  # first what takes Postgres longest
        self._together = together(self._projections)

    async def store(self, tx: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Add the rows of these entries; what they follow must have been seen to."""
        if len(entries) <= FEW:
            columns = [column for one in self._projections for column in _told(one, one.of(entries))]
            await tx.execute(self._together, *_heads(entries), *columns)
            return
        await tx.execute(SQL["move_heads"], *_heads(entries))
        async with _one_behind(tx) as copy:
            for projection in self._projections:
                if rows := projection.of(entries):  # while Postgres stores those of the one before
                    await copy(projection, rows)


def together(projections: Sequence[Projection]) -> str:
    """One statement that moves the heads and adds the rows of every projection. It takes arrays: those of `move_heads`, then the columns of
    each projection in turn.
    """
    return at_once(SQL["move_heads"], *map(_insert, projections))


def _insert(projection: Projection) -> str:
    """An array has no rows of arrays, so those are told as text."""
    columns = projection.columns.items()
    names, told = ", ".join(f'"{name}"' for name, _ in columns), ", ".join(f'"{name}"::{kind}' for name, kind in columns)
    arrays = ", ".join(f"${number}::{_array(kind)}" for number, (_, kind) in enumerate(columns, 1))
    return f'INSERT INTO "{projection.name}" ({names}) SELECT {told} FROM unnest({arrays}) AS new ({names})'  # noqa: S608 - names of ours


def literal(texts: Sequence[str]) -> str:
    """An array of texts as Postgres writes one."""
    quoted = ('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts)
    return "{" + ",".join(quoted) + "}"


def _array(kind: str) -> str:
    return "text[]" if kind.endswith("[]") else f"{kind}[]"


def _told(projection: Projection, rows: Sequence[Row]) -> Columns:
    columns: Columns = list(zip(*rows, strict=True)) or [()] * len(projection.columns)
    kinds = projection.columns.values()
    return [[literal(texts) for texts in column] if kind.endswith("[]") else column for kind, column in zip(kinds, columns, strict=True)]


def _heads(entries: Sequence[Entry]) -> Columns:
    heads = sorted(heads_of(entries).items())
    return list(zip(*((event_id, head.revision, head.known_at) for event_id, head in heads), strict=True))


@asynccontextmanager
async def _one_behind(tx: asyncpg.Connection) -> AsyncIterator[Copy]:
    """Copies rows into one table after the other. The call returns when the copy before is done and this one is begun."""
    under_way: list[asyncio.Task[str]] = []

    async def copy(projection: Projection, rows: Sequence[Row]) -> None:
        await asyncio.gather(*under_way)
        copying = tx.copy_records_to_table(projection.name, records=rows, columns=list(projection.columns))
        under_way[:] = [asyncio.create_task(copying)]
        await asyncio.sleep(0)

    try:
        yield copy
        await asyncio.gather(*under_way)
    finally:
        for task in under_way:
            task.cancel()  # the connection must be at rest before whatever went wrong is rolled back
        await asyncio.gather(*under_way, return_exceptions=True)
