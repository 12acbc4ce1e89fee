"""What merging keeps in Postgres: the latest readings, their mentions, and the events as last published."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import asyncpg

from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from schemas.mentions import ArticleRef, Mention, Reading
from services.chassis.queries import queries
from services.normalizer.merging import Told, block_keys

SQL = queries(Path(__file__).parent / "sql" / "merging.sql")


class Store:
    """The tables of merging, within one transaction."""

    def __init__(self, tx: asyncpg.Connection) -> None:
        self._tx = tx

    async def is_late(self, reading: Reading) -> bool:
        """Whether this revision of the article, or a later one, was merged already."""
        known = await self._tx.fetchval(SQL["known_revision"], reading.article.article_id, reading.kind)
        return known is not None and known >= reading.article.revision

    async def replace(self, reading: Reading, told: Sequence[Told]) -> list[Told]:
        """Put an article's mentions in place of those of its earlier revision, which are returned."""
        article_id, kind = reading.article.article_id, reading.kind
        rows = await self._tx.fetch(SQL["take_back"], article_id, kind)
        article, sentences = reading.article.model_dump_json(), json.dumps(reading.sentences)
        await self._tx.execute(SQL["remember_reading"], article_id, kind, reading.article.revision, article, sentences)
        if told:
            columns = zip(*((t.mention.mention_id, _array(block_keys(t)), t.mention.model_dump_json()) for t in told), strict=True)
            ids, keys, mentions = columns
            await self._tx.execute(SQL["remember_mentions"], ids, article_id, kind, keys, mentions)
        return [_told(row) for row in rows]

    async def sharing_keys(self, reading: Reading, keys: Iterable[str], but: Iterable[str]) -> dict[str, Told]:
        """Mentions in other articles that share a block key, by id; those named in `but` are left out."""
        rows = await self._tx.fetch(SQL["sharing_keys"], reading.kind, sorted(keys), reading.article.article_id, sorted(but))
        return {row["mention_id"]: _told(row) for row in rows}

    async def events_of(self, mention_ids: Iterable[str]) -> tuple[list[CanonicalEvent], dict[str, datetime]]:
        """The events that these mentions belong to, or belonged to last, and when each was first recorded."""
        rows = await self._tx.fetch(SQL["events_of"], sorted(mention_ids))
        events = (CanonicalEvent.model_validate_json(row["state"]) for row in rows)
        return [event for event in events if event.merged_into is None], {row["event_id"]: row["born"] for row in rows}

    async def save(self, changes: Sequence[EventChange], at: datetime) -> None:
        """Keep the changed events, and which mentions now belong to which."""
        events = [change.event for change in changes]
        if not events:
            return
        await self._tx.execute(SQL["save_events"], *zip(*((e.event_id, e.kind, at, e.model_dump_json()) for e in events), strict=True))
        pairs = [(m.mention_id, e.event_id) for e in events if not e.merged_into and e.status != "retracted" for m in e.mentions]
        if pairs:
            await self._tx.execute(SQL["assign"], *zip(*pairs, strict=True))


def _told(row: asyncpg.Record) -> Told:
    return Told(
        Mention.model_validate_json(row["mention"]), ArticleRef.model_validate_json(row["article"]), tuple(json.loads(row["sentences"]))
    )


def _array(keys: Iterable[str]) -> str:
    """A Postgres array literal: `unnest` takes no ragged arrays of arrays."""
    return "{" + ",".join(json.dumps(key, ensure_ascii=False) for key in sorted(keys)) + "}"
