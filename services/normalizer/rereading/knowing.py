"""What merging knows of articles, and what of their readings would be news to it: within a transaction, on its own tables or on copies."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import asyncpg

from schemas.articles import RawArticle
from schemas.mentions import ArticleRef, Mention, Reading
from services.chassis.queries import queries
from services.chassis.records import Record
from services.normalizer.commands import Slot
from services.normalizer.merging import ruleset
from services.normalizer.rereading.news import Known, is_news
from services.normalizer.store import columns, slot_of

SQL = queries(Path(__file__).parents[1] / "sql" / "rereading.sql")
Telling = tuple[Reading, Known | None]


async def not_overtaken(connection: asyncpg.Connection | asyncpg.Pool, records: Sequence[Record]) -> list[Record]:
    """Those of which no later revision is known: only they need to be read. What is no article stays among them."""
    rows = await connection.fetch(SQL["latest"], sorted({record.key.decode(errors="replace") for record in records}))
    latest = {row["article_id"]: row["revision"] for row in rows}
    return [record for record in records if _revision(record) >= latest.get(record.key.decode(errors="replace"), 0)]


def _revision(record: Record) -> float:
    try:
        return RawArticle.model_validate_json(record.value or b"").revision
    except ValueError:
        return float("inf")


async def news(tx: asyncpg.Connection, readings: Sequence[Reading]) -> list[Telling]:
    """The readings that merging has to hear, in order, each with what is known."""
    known, merging = await known_of(tx, {slot_of(reading) for reading in readings}), ruleset()
    return [(one, known.get(slot_of(one))) for one in readings if is_news(one, known.get(slot_of(one)), merging)]


async def known_of(tx: asyncpg.Connection, slots: Collection[Slot]) -> dict[Slot, Known]:
    """What is known of these articles and kinds; of what was never heard of, nothing."""
    asked = columns(sorted(slots), 2)
    told: defaultdict[Slot, dict[str, Mention]] = defaultdict(dict)
    homes: defaultdict[Slot, set[str]] = defaultdict(set)
    for row in await tx.fetch(SQL["known_mentions"], *asked):
        mention = Mention.model_validate_json(row["mention"])
        told[row["article_id"], row["kind"]][mention.mention_id] = mention
        homes[row["article_id"], row["kind"]] |= {row["event_id"]} - {None}
    merged_by = await _merged_by(tx, {name for events in homes.values() for name in events})
    return {
        (slot := (row["article_id"], row["kind"])): _known(row, told[slot], (merged_by[name] for name in homes[slot] if name in merged_by))
        for row in await tx.fetch(SQL["known"], *asked)
    }


def _known(row: asyncpg.Record, told: Mapping[str, Mention], merged_by: Iterable[str]) -> Known:
    article, spans = ArticleRef.model_validate_json(row["article"]), json.loads(row["spans"])
    return Known(article, tuple(json.loads(row["sentences"])), tuple((start, end) for start, end in spans), told, frozenset(merged_by))


async def _merged_by(tx: asyncpg.Connection, events: Collection[str]) -> dict[str, str]:
    """By event; those that were retracted are composed of nothing."""
    rows = await tx.fetch(SQL["merged_by"], sorted(events)) if events else []
    return {row["event_id"]: row["ruleset"] for row in rows if row["ruleset"]}
