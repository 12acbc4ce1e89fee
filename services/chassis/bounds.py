"""Where a stretch of a topic begins or ends, as a person says it: an offset, a moment, positions, or a word. Pure but for the look-up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

BEGINNING, NOW = "beginning", "now"
_POSITIONS = re.compile(r"[0-9]{1,6}[:=][0-9]{1,18}(,[0-9]{1,6}[:=][0-9]{1,18})*")
_OFFSET = re.compile(r"[0-9]{1,18}")
HOW = f"write {BEGINNING}, {NOW}, an offset (17), positions (0:17,1:4), or a moment (2025-08-18 or 2025-08-18T09:30Z)"


@dataclass(frozen=True, slots=True)
class Bound:
    """One of the four; `positions` names offsets of some partitions."""

    word: str | None = None
    offset: int | None = None
    positions: Mapping[int, int] | None = None
    moment: datetime | None = None


def bound(text: str) -> Bound:
    """Read a bound. A moment without a zone is UTC.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    told = text.strip()
    if told in {BEGINNING, NOW}:
        return Bound(word=told)
    if _OFFSET.fullmatch(told):
        return Bound(offset=int(told))
    if _POSITIONS.fullmatch(told):
        pairs = (re.split("[:=]", pair) for pair in told.split(","))
        return Bound(positions={int(partition): int(offset) for partition, offset in pairs})
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise ValueError(f"{text!r} is no place in a topic; {HOW}") from error
    return Bound(moment=moment if moment.tzinfo else moment.replace(tzinfo=UTC))


async def offsets(consumer: AIOKafkaConsumer, at: Sequence[TopicPartition], where: Bound) -> dict[TopicPartition, int]:
    """The offset of each partition at which a bound lies, within what the log holds; partitions that positions do not name are left out."""
    first, end = await consumer.beginning_offsets(at), await consumer.end_offsets(at)
    found = await _found(consumer, at, where, first, end)
    return {partition: min(max(offset, first[partition]), end[partition]) for partition, offset in found.items()}


async def _found(
    consumer: AIOKafkaConsumer,
    at: Sequence[TopicPartition],
    where: Bound,
    first: Mapping[TopicPartition, int],
    end: Mapping[TopicPartition, int],
) -> dict[TopicPartition, int]:
    if where.moment is not None:
        told = await consumer.offsets_for_times({partition: int(where.moment.timestamp() * 1000) for partition in at})
        return {partition: found.offset if found else end[partition] for partition, found in told.items()}
    if where.positions is not None:
        return {partition: where.positions[partition.partition] for partition in at if partition.partition in where.positions}
    if where.offset is not None:
        return dict.fromkeys(at, where.offset)
    return dict(end if where.word == NOW else first)
