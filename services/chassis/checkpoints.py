"""Positions in Postgres: claimed with a new epoch, moved by compare-and-swap in the transaction that stores the effects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition

from services.chassis.errors import Fenced
from services.chassis.queries import queries
from services.chassis.records import digest, seq_of

SQL = queries(Path(__file__).parent / "sql" / "checkpoints.sql")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What one owner believes of one partition. `next_seq` is the number that the next numbered record must have."""

    at: TopicPartition
    owner_epoch: int
    next_offset: int
    next_seq: int
    log_uuid: str | None
    last_digest: bytes | None


async def wait_for_disk(tx: asyncpg.Connection) -> None:
    """Have this transaction wait for the disk: what no position tells, no crash may forget (docs/adr/0023)."""
    await tx.execute(SQL["durable"])


async def claim(tx: asyncpg.Connection, follower: str, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, Checkpoint]:
    """Take ownership of partitions: bump each epoch, and return where to go on. One that was forgotten would be given twice."""
    await wait_for_disk(tx)
    asked = sorted(partitions)
    rows = await tx.fetch(SQL["claim"], follower, [p.topic for p in asked], [p.partition for p in asked])
    found = (Checkpoint(TopicPartition(row["topic"], row["partition"]), *tuple(row)[2:]) for row in rows)
    return {checkpoint.at: checkpoint for checkpoint in found}


async def advance(tx: asyncpg.Connection, follower: str, moves: Sequence[tuple[Checkpoint, Checkpoint]]) -> None:
    """Compare-and-swap every position from what its owner believes to what follows.

    Raises:
        Fenced: at least one partition has another owner, or another position, by now.
    """
    rows = await tx.fetch(SQL["advance"], follower, *zip(*(_row(old, new) for old, new in moves), strict=True))
    if len(rows) != len(moves):
        raise Fenced(f"{follower}: {len(moves) - len(rows)} of {len(moves)} partitions have another owner")


def _row(old: Checkpoint, new: Checkpoint) -> tuple[object, ...]:
    return (*old.at, old.owner_epoch, old.next_offset, new.next_offset, new.next_seq, new.log_uuid, new.last_digest)


def after(checkpoint: Checkpoint, raw: ConsumerRecord) -> Checkpoint:
    """The checkpoint once this record is applied or dropped as a repeat."""
    return remembering(passed(checkpoint, raw), raw)


def passed(checkpoint: Checkpoint, raw: ConsumerRecord) -> Checkpoint:
    """The same, but for what the record says: of a batch only the last one has to be known again."""
    seq = seq_of(raw)
    next_seq = checkpoint.next_seq if seq is None else max(checkpoint.next_seq, seq + 1)
    return Checkpoint(checkpoint.at, checkpoint.owner_epoch, raw.offset + 1, next_seq, checkpoint.log_uuid, None)


def remembering(checkpoint: Checkpoint, raw: ConsumerRecord) -> Checkpoint:
    """The checkpoint that knows its last record again."""
    return replace(checkpoint, last_digest=digest(raw))


async def positions(tx: asyncpg.Connection, follower: str, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
    """Epoch and next offset as the rows have them now."""
    rows = await tx.fetch(SQL["positions"], follower, [p.topic for p in partitions], [p.partition for p in partitions])
    return {TopicPartition(row["topic"], row["partition"]): (row["owner_epoch"], row["next_offset"]) for row in rows}


async def waiting_keys(
    tx: asyncpg.Connection | asyncpg.Pool, follower: str, partitions: Sequence[TopicPartition]
) -> set[tuple[TopicPartition, bytes]]:
    """The keys of these partitions that have a record in quarantine."""
    rows = await tx.fetch(SQL["waiting_keys"], follower, [p.topic for p in partitions], [p.partition for p in partitions])
    return {(TopicPartition(row["topic"], row["partition"]), row["key"]) for row in rows}


async def given_up(tx: asyncpg.Connection, follower: str, partitions: Sequence[TopicPartition]) -> set[tuple[TopicPartition, int]]:
    """The records of these partitions that are never to be applied."""
    rows = await tx.fetch(SQL["given_up"], follower, [p.topic for p in partitions], [p.partition for p in partitions])
    return {(TopicPartition(row["topic"], row["partition"]), row["at"]) for row in rows}


async def refused_again(
    tx: asyncpg.Connection | asyncpg.Pool, follower: str, at: TopicPartition, key: bytes, offset: int, reason: str
) -> None:
    """What was wanted of this key waits again; the record at `offset` is the one that could not be applied."""
    await tx.execute(SQL["refused_again"], follower, *at, key, offset, reason.replace("\x00", "\\0"))


async def set_aside(tx: asyncpg.Connection, follower: str, refused: Iterable[tuple[ConsumerRecord, str]]) -> None:
    """Remember the keys of quarantined records."""
    rows = [(raw.topic, raw.partition, raw.key or b"", raw.offset, reason.replace("\x00", "\\0")) for raw, reason in refused]
    if rows:
        await tx.execute(SQL["set_aside"], follower, *zip(*rows, strict=True))
