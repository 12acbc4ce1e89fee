"""Where a subscription begins in each partition, and whether that is still the log that its position speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.positions import Place
from schemas.records import is_genesis, seq_of
from subscribing.broker import read_at, read_span
from subscribing.errors import Hole, LogRecreated, PositionLost
from subscribing.following import Step, log_of, name, short_digest
from subscribing.position import Position

Origin = Literal["beginning", "end"] | datetime | Position
BACK = 2000  # records: no run of repeats is longer than two batches of the relay
Offsets = Mapping[TopicPartition, int]


async def begin(probe: AIOKafkaConsumer, at: Sequence[TopicPartition], origin: Origin, *, compacted: bool) -> dict[TopicPartition, Step]:
    """The first step of each partition. A position is compared with the log: a partition that it does not name is read from its beginning.

    Raises:
        Hole: the log no longer holds its beginning, and that is where to begin.
        LogRecreated: the position speaks of another log.
        PositionLost: it lies outside the log, or the record before it is not the one that was read.
    """
    first, end = await probe.beginning_offsets(at), await probe.end_offsets(at)
    places = await _places(probe, at, origin, (first, end))
    if compacted:
        return {one: _loosely(one, places[one], first[one], end[one]) for one in at}
    opening = await read_at(probe, {one: first[one] for one in at if first[one] < end[one]})
    for one in at:
        _need_same_log(one, places[one], opening.get(one), end[one])
        _need_in_log(one, places[one], first[one], end[one])
    before = await read_at(probe, {one: places[one].offset - 1 for one in at if places[one].offset > first[one]})
    return {one: await _step(probe, one, places[one], opening.get(one), before.get(one)) for one in at}


async def _places(
    probe: AIOKafkaConsumer, at: Sequence[TopicPartition], origin: Origin, bounds: tuple[Offsets, Offsets]
) -> dict[TopicPartition, Place]:
    _, end = bounds
    if isinstance(origin, Position):
        return {one: origin.places.get((one.topic, one.partition), Place(0)) for one in at}
    if isinstance(origin, datetime):
        told = await probe.offsets_for_times(dict.fromkeys(at, int(origin.timestamp() * 1000)))
        return {one: Place(told[one].offset if told[one] else end[one]) for one in at}
    return {one: Place(end[one] if origin == "end" else 0) for one in at}


def _loosely(at: TopicPartition, place: Place, first: int, end: int) -> Step:
    """Of a compacted topic only the bounds can be compared: the record before a position may have made way for a newer one."""
    if place.offset > end:
        raise PositionLost(f"{_named(at)}: position {place.offset} lies behind the end of the topic, {end}")
    return Step(max(place.offset, first), place.seq or 0, None)


def _need_same_log(at: TopicPartition, place: Place, opening: ConsumerRecord | None, end: int) -> None:
    if place.offset and opening is None:
        raise LogRecreated(f"{_named(at)}: the log is empty, and position {place.offset} was read in it; the topic was made anew")
    if opening is None:
        return
    if not is_genesis(opening):
        if opening.offset:
            raise Hole(f"{_named(at)}: the log begins at offset {opening.offset}; what was before is no longer kept")
        raise LogRecreated(f"{_named(at)}: the log does not begin with a genesis record; somebody else writes to this topic")
    found = log_of(opening)
    if place.log not in {None, found}:
        raise LogRecreated(
            f"{_named(at)}: the log names itself {found}…, it was {place.log}… at position {place.offset} (the log ends at {end})"
        )


def _need_in_log(at: TopicPartition, place: Place, first: int, end: int) -> None:
    if not first <= place.offset <= end:
        raise PositionLost(f"{_named(at)}: position {place.offset} lies outside the log, which holds {first} to {end}")


async def _step(
    probe: AIOKafkaConsumer, at: TopicPartition, place: Place, opening: ConsumerRecord | None, before: ConsumerRecord | None
) -> Step:
    log = log_of(opening) if opening else None
    if before is None:
        return Step(place.offset, place.seq or 0, log)
    last = short_digest(before)
    if before.offset != place.offset - 1 or place.last not in {None, last}:
        raise PositionLost(f"{name(before)}: the record before position {place.offset} is not the one that was read")
    seq = await _next_number(probe, at, before) if place.seq is None else place.seq
    return Step(place.offset, seq, log, before)


async def _next_number(probe: AIOKafkaConsumer, at: TopicPartition, before: ConsumerRecord) -> int:
    """The number that follows everything up to this record. A number that is its offset says that there were no repeats."""
    seq = seq_of(before)
    if seq is not None and seq == before.offset:
        return seq + 1
    seen = await read_span(probe, at, max(0, before.offset - BACK), before.offset + 1)
    return max((seq_of(raw) or 0 for raw in seen), default=-1) + 1


def _named(at: TopicPartition) -> str:
    return f"{at.topic}-{at.partition}"
