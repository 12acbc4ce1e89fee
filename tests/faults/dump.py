"""Everything that a run leaves behind and that must not depend on how it went."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from schemas.topics import cards
from services.timeline.projections import discover
from tests.support.logs import once, read_topic

TABLES = ("heads", *(projection.name for projection in discover()))
OFFSETS = {"offset", "offset_until"}


@dataclass(frozen=True)
class Dump:
    """`logs`: records by topic without repeats and genesis; `tables`: rows of the timeline; `positions`: the next number of each follower."""

    logs: dict[str, list[tuple[int, int, bytes, bytes | None]]]
    tables: dict[str, list[dict[str, Any]]]
    positions: list[tuple[Any, ...]]

    def doubled(self) -> list[str]:
        """What stands in a log under more than one number."""
        return [f"{topic}: {copies} times" for topic, rows in self.logs.items() for _, copies in _often(rows)]

    def differences(self, other: Dump) -> list[str]:
        """Where two dumps differ, in words."""
        parts: list[tuple[str, str, Sequence[object], Sequence[object]]] = [("positions", "", self.positions, other.positions)]
        parts += [("log", name, rows, other.logs[name]) for name, rows in self.logs.items()]
        parts += [("table", name, rows, other.tables[name]) for name, rows in self.tables.items()]
        return [f"{kind} {name}: {len(mine)} rows, {len(theirs)} in the other" for kind, name, mine, theirs in parts if mine != theirs]


def _often(rows: list[tuple[int, int, bytes, bytes | None]]) -> list[tuple[object, int]]:
    return [(what, copies) for what, copies in Counter((key, value) for _, _, key, value in rows).items() if copies > 1]


async def dump(stack: Stack) -> Dump:
    """Read it all."""
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        tables = {name: await _rows(postgres, f"SELECT * FROM timeline_g1.{name}") for name in TABLES}
        positions = [
            tuple(row)
            for schema in ("normalizer", "timeline")
            for row in await postgres.fetch(f"SELECT follower, topic, partition, next_seq FROM {schema}.checkpoints ORDER BY 1, 2, 3")
        ]
    finally:
        await postgres.close()
    topics = [card.topic for card in cards() if card.value in {"Reading", "EventChange"} and card.log]
    return Dump({topic: await _log(stack, topic) for topic in topics}, tables, positions)


async def _rows(postgres: asyncpg.Connection, query: str) -> list[dict[str, Any]]:
    """Rows without Kafka's offsets: a repeat in the log moves them, and is no difference."""
    found = [dict(row) for row in await postgres.fetch(query)]
    kept = [json.loads(json.dumps({k: v for k, v in row.items() if k not in OFFSETS}, default=str)) for row in found]
    return sorted(kept, key=lambda row: json.dumps(row, sort_keys=True))


async def _log(stack: Stack, topic: str) -> list[tuple[int, int, bytes, bytes | None]]:
    kept = once(await read_topic(stack.kafka, topic))
    numbered = [(r.partition, int(dict(r.headers)["ce_seq"]), r.key, r.value) for r in kept]
    return [row for row in numbered if row[1] > 0]
