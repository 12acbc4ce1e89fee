"""Changes out of Postgres: the rows of some spans of the log, each with the standing of whoever has been told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from services.chassis.queries import queries
from services.timeline.now import Now
from services.timeline.reader import Snapshot
from services.timeline.stream.matching import Glance
from services.timeline.stream.messages import body, with_id
from services.timeline.stream.standing import NOTHING, Span, Standing, spans, told

SQL = queries(Path(__file__).parents[1] / "sql" / "streaming.sql")
_NOW = ("kind", "status", "when_start", "when_end", "countries", "participant_terms", "lineages", "state")
_WAS = ("was_kind", "was_status", "was_start", "was_end", "was_countries", "was_terms", "was_lineages", "was_told")


@dataclass(frozen=True, slots=True)
class Message:
    """A change, written once for all who are told it. `glances`: its event after it, and before it if it was known."""

    change: str
    glances: tuple[Glance, ...]
    text: bytes


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was told from one standing on, and the standing behind it."""

    messages: list[Message]
    then: Standing


async def stretch(moment: Snapshot, standing: Standing, now: Now, most: int) -> Stretch:
    """What is told from a standing on up to `now`, which is no later than the moment: so many offsets at most, some without a change.

    A record that still waits in `now` is passed by, also if the moment has its change: whoever stands at `now` will be told it as late.
    """
    asked = spans(standing, now, most)
    rows = await moment.tx.fetch(SQL["told"], *_columns(asked)) if asked else []
    return _told(standing, asked, rows, now)


def _told(standing: Standing, asked: Sequence[Span], rows: Sequence[Mapping[str, Any]], now: Now) -> Stretch:
    messages: list[Message] = []
    standing = replace(standing, generation=now.generation, logs=now.logs or standing.logs)
    found: Iterator[Mapping[str, Any]] = iter(rows)
    row = next(found, None)
    for span in asked:
        while row is not None and (row["topic"], row["partition"]) == span.at and span.first <= row["offset"] < span.until:
            if row["offset"] not in now.waiting.get(span.at, NOTHING):
                standing = told(standing, span, row["offset"] + 1, now)
                messages.append(Message(row["change"], _glances(row), with_id(body(row), standing)))
            row = next(found, None)
        standing = told(standing, span, span.until, now)
    return Stretch(messages, standing)


def _glances(row: Mapping[str, Any]) -> tuple[Glance, ...]:
    after = Glance(*(row[name] for name in _NOW))
    return (after, Glance(*(row[name] for name in _WAS))) if row["was_kind"] is not None else (after,)


def _columns(asked: Sequence[Span]) -> list[list[Any]]:
    return [
        [span.at[0] for span in asked],
        [span.at[1] for span in asked],
        [span.first for span in asked],
        [span.until for span in asked],
    ]
