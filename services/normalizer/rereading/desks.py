"""Reading articles by a ruleset at several desks: every reading of each, also those that tell nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from schemas.mentions import Reading
from services.chassis.apart import Apart, TooLong
from services.chassis.records import Record
from services.normalizer.desk import Answer, Unreadable
from services.normalizer.rulesets import Chosen


@dataclass(frozen=True, slots=True)
class Read:
    """An article, read again; or why it can't be, in which case what was read before stays."""

    record: Record
    readings: tuple[Reading, ...] = ()
    unreadable: str | None = None


def cause_of(reading: Reading) -> tuple[str, str, int]:
    """What tells which record a reading is of: article, kind and revision."""
    return reading.article.article_id, reading.kind, reading.article.revision


def causes_of(read: Sequence[Read]) -> dict[tuple[str, str, int], Record]:
    """The record that each reading is of."""
    return {cause_of(reading): one.record for one in read for reading in one.readings}


class Desks:
    """So many processes that read by one ruleset, for as long as the context lasts."""

    def __init__(self, ruleset: Chosen, seconds: float, count: int = 1) -> None:
        self._desks = [ruleset.desk(seconds, every=True) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for desk in self._desks:
            desk.close()

    async def read(self, records: Sequence[Record]) -> list[Read]:
        """Each article, in the order given.

        Raises:
            Halt: a desk failed, which is no article's trouble.
        """
        found: dict[int, Read] = {}
        left = iter(enumerate(records))
        await asyncio.gather(*(_work(desk, left, found) for desk in self._desks))
        return [found[at] for at in range(len(records))]


async def _work(desk: Apart[bytes, Answer], left: Iterator[tuple[int, Record]], found: dict[int, Read]) -> None:
    for at, record in left:
        found[at] = await asyncio.to_thread(_read, desk, record)


def _read(desk: Apart[bytes, Answer], record: Record) -> Read:
    try:
        answer = desk.do(record.value or b"")
    except TooLong as error:
        return Read(record, unreadable=f"reading was given up: {error}")
    if isinstance(answer, Unreadable):
        return Read(record, unreadable=answer.reason)
    return Read(record, tuple(Reading.model_validate_json(one.body) for one in answer))
