"""Whether two generations hold the same, row for row; and where not, which fields differ. Memory is bounded."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from services.chassis.queries import queries
from services.timeline.generations.canonical import meaning
from services.timeline.generations.names import Generation
from services.timeline.packing import CHECKSUM, unpack

SQL = queries(Path(__file__).parents[1] / "sql" / "comparing.sql")
MOST = 20
"""Differences that are told in full; all are counted."""
PACKED = "bytea"
Columns = Mapping[str, str]
"""Names and types."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One row. A side that has none is None; else `fields` names what differs, with the value on each side."""

    table: str
    key: tuple[str, ...]
    missing: str | None
    fields: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Compared:
    """`rows` that were compared, by table; `differing` counts all rows that differ, `differences` tells of the first.

    `not_compared`: tables that one side lacks; `columns_not_compared`, by table: columns that one side lacks or stores as another type.
    """

    rows: dict[str, int] = field(default_factory=dict)
    differing: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    columns_not_compared: dict[str, list[str]] = field(default_factory=dict)

    @property
    def equal(self) -> bool:
        return not self.differing


@dataclass(frozen=True, slots=True)
class Side:
    """One generation, as one snapshot sees it."""

    tx: asyncpg.Connection
    generation: Generation

    def table(self, name: str) -> str:
        return f'"{self.generation.schema}"."{name}"'

    async def columns(self, name: str) -> Columns:
        """Of a table that there is not: none."""
        there = await self.tx.fetchval("SELECT to_regclass($1)", self.table(name))
        return {row["name"]: row["type"] for row in await self.tx.fetch(SQL["columns"], self.table(name))} if there else {}


async def compare(one: Side, other: Side, tables: Sequence[str]) -> Compared:
    """Compare these tables, in the columns that both have, of the same type."""
    compared = Compared()
    for name in tables:
        mine, theirs = await one.columns(name), await other.columns(name)
        columns = {column: kind for column, kind in mine.items() if theirs.get(column) == kind}
        if columns:
            if left_out := [column for column in {**mine, **theirs} if column not in columns]:
                compared.columns_not_compared[name] = left_out
            await _compare_table(compared, one, other, name, columns)
        else:
            compared.not_compared.append(name)
    return compared


async def _compare_table(compared: Compared, one: Side, other: Side, name: str, columns: Columns) -> None:
    digests = [await side.tx.fetchrow(_filled("digest", side, name, columns)) for side in (one, other)]
    compared.rows[name] = digests[1]["rows"]
    if tuple(digests[0]) == tuple(digests[1]):
        return
    async for key, sides in _unequal(one, other, name, columns):  # maybe none: the same may be written otherwise in what is packed
        compared.differing[name] = compared.differing.get(name, 0) + 1
        if len(compared.differences) < MOST:
            compared.differences.append(await _difference(one, other, name, columns, key, sides))


@dataclass(frozen=True, slots=True)
class _Found:
    """One row: a digest of what Postgres can read, and what is packed."""

    key: tuple[str, ...]
    digest: int
    packed: tuple[bytes, ...]

    def is_as(self, other: _Found) -> bool:
        """Whether both hold the same, however the release that packed it had written it."""
        return self.digest == other.digest and all(map(_alike, self.packed, other.packed))


def _alike(one: bytes, other: bytes) -> bool:
    return one == other or meaning(one) == meaning(other)


async def _unequal(one: Side, other: Side, name: str, columns: Columns) -> AsyncIterator[tuple[tuple[str, ...], tuple[bool, bool]]]:
    """The keys whose rows differ, and on which sides there is a row: two walks in the order of keys, side by side."""
    mine, theirs = _walk(one, name, columns), _walk(other, name, columns)
    left, right = await anext(mine, None), await anext(theirs, None)
    while left or right:
        if right is None or (left and left.key < right.key):
            yield left.key, (True, False)  # type: ignore[union-attr]  # one of them is there
            left = await anext(mine, None)
        elif left is None or right.key < left.key:
            yield right.key, (False, True)
            right = await anext(theirs, None)
        else:
            if not left.is_as(right):
                yield left.key, (True, True)
            left, right = await anext(mine, None), await anext(theirs, None)


async def _walk(side: Side, name: str, columns: Columns) -> AsyncIterator[_Found]:
    key = await _key(side, name)
    plain, packed = ({column: kind for column, kind in columns.items() if (kind == PACKED) is wanted} for wanted in (False, True))
    order = ", ".join(f'"{column}"::text COLLATE "C"' for column in key)
    query = _filled("rows", side, name, plain, key=_texts(key), order=order, packed=_quoted(packed))
    async for row in side.tx.cursor(query, prefetch=1000):
        yield _Found(tuple(row["key"]), row["digest"], tuple(row["packed"]))


async def _difference(one: Side, other: Side, name: str, columns: Columns, key: tuple[str, ...], sides: tuple[bool, bool]) -> Difference:
    if not all(sides):
        return Difference(name, key, (other if sides[0] else one).generation.schema, {})
    left, right = [await _row(side, name, columns, key) for side in (one, other)]
    differing = [column for column in columns if _written(left[column]) != _written(right[column])]
    return Difference(name, key, None, {column: (left[column], right[column]) for column in differing})


async def _row(side: Side, name: str, columns: Columns, key: tuple[str, ...]) -> dict[str, Any]:
    told = await side.tx.fetchval(_filled("row", side, name, columns, key=_texts(await _key(side, name))), list(key))
    return {column: _opened(value) if columns[column] == PACKED else value for column, value in json.loads(told).items()}


async def _key(side: Side, name: str) -> list[str]:
    return [row["name"] for row in await side.tx.fetch(SQL["key"], side.table(name))]


def _written(value: Any) -> str:
    """As text: to Python 1, 1.0 and true are equal."""
    return json.dumps(value, sort_keys=True)


def _summed(column: str) -> str:
    """Of what is packed the checksum of its text: how well it is packed depends on the release of the library."""
    return f'substr("{column}", length("{column}") - {CHECKSUM - 1})'


def _texts(key: Sequence[str]) -> str:
    return ", ".join(f'"{column}"::text' for column in key)


def _opened(told: str) -> Any:
    r"""What a packed value holds; Postgres writes bytes as `\x` and their digits."""
    return json.loads(unpack(bytes.fromhex(told.removeprefix("\\x"))))


def _filled(query: str, side: Side, name: str, columns: Columns, **more: str) -> str:
    summed = (_summed(column) if kind == PACKED else _quoted([column]) for column, kind in columns.items())
    listed = ", ".join(summed) if query == "digest" else _quoted(columns)
    return SQL[query].format(table=side.table(name), columns=listed, **more)


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
