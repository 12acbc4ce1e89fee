"""Orders to read the articles again: given by an operator, one at a time, and carried out by a normalizer that reads by that ruleset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from aiokafka import TopicPartition

from services.normalizer.rereading.knowing import SQL

ARTICLES = "articles.raw.v1"


class UnderWayError(Exception):
    """Articles are being read again already."""


@dataclass(frozen=True, slots=True)
class Order:
    """`until`: by partition of the articles, the offset before which they are read again. The counts grow while that is done."""

    number: int
    ruleset: str
    until: Mapping[int, int]
    ordered_at: datetime
    state: str = "ordered"
    articles: int = 0
    readings: int = 0
    unreadable: int = 0

    @property
    def follower(self) -> str:
        """Whose checkpoints tell how far it has come."""
        return f"normalizer-rereader-{self.number}"

    @property
    def ends(self) -> dict[TopicPartition, int]:
        return {TopicPartition(ARTICLES, partition): end for partition, end in sorted(self.until.items()) if end}


def _order(row: asyncpg.Record) -> Order:
    until = {int(partition): offset for partition, offset in json.loads(row["until"]).items()}
    return Order(**{**dict(row), "until": until})


async def under_way(connection: asyncpg.Connection | asyncpg.Pool) -> Order | None:
    """The order that is not yet carried out."""
    row = await connection.fetchrow(SQL["under_way"])
    return _order(row) if row else None


async def next_number(connection: asyncpg.Connection) -> int:
    """Of the next order. A number is given once."""
    return int(await connection.fetchval(SQL["next_number"]))


async def give(connection: asyncpg.Connection, order: Order) -> None:
    """Order it.

    Raises:
        UnderWayError: somebody was faster.
    """
    told = json.dumps({str(partition): offset for partition, offset in order.until.items()})
    try:
        await connection.execute(SQL["order"], order.number, order.ruleset, told, order.ordered_at)
    except asyncpg.UniqueViolationError as error:
        raise UnderWayError("another rereading was ordered meanwhile") from error


async def withdraw(connection: asyncpg.Connection, order: Order) -> bool:
    """Take an order back that nobody has begun; whether it was in time."""
    return await connection.fetchval(SQL["withdraw"], order.number) is not None


async def taken(connection: asyncpg.Connection) -> bool:
    """Whether a normalizer is at an order at present."""
    return bool(await connection.fetchval(SQL["taken"]))


async def begin(pool: asyncpg.Pool, order: Order) -> None:
    """It is carried out from now on."""
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute(SQL["given_up_before"], order.follower, ARTICLES)
        await tx.execute(SQL["begin"], order.number)


async def finish(pool: asyncpg.Pool, order: Order) -> None:
    """It is carried out. Whoever still believes to be at it has no checkpoint to move any more, and is fenced."""
    async with pool.acquire() as tx, tx.transaction():
        await tx.execute(SQL["forget_positions"], order.follower)
        await tx.execute(SQL["forget_refused"], order.follower)
        await tx.execute(SQL["done"], order.number)


async def progress(connection: asyncpg.Connection, order: Order) -> tuple[Order, int]:
    """The order as it stands, and how many records of the articles are behind it."""
    row = await connection.fetchrow(SQL["of_number"], order.number)
    return _order(row), int(await connection.fetchval(SQL["progress"], order.follower))
