"""What the ingestor remembers, and the one transaction in which articles become durable: rows and outbox together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import asyncpg

from schemas.articles import PubStatus
from schemas.envelope import Envelope, to_headers
from schemas.versions import dataschema
from services.chassis.outbox import Outbox
from services.chassis.queries import at_once, queries
from services.chassis.records import Outgoing
from services.ingestor.drafts import Draft, as_revision, named
from services.ingestor.notices import Held, aimed

SQL = queries(Path(__file__).parent / "sql" / "intake.sql")
TOPIC = "articles.raw.v1"
TYPES: Mapping[PubStatus, str] = {
    "usable": "daybook.article.published.v1",
    "corrected": "daybook.article.corrected.v1",
    "withdrawn": "daybook.article.withdrawn.v1",
}
PAGE_COLUMNS, ARTICLE_COLUMNS = 5, 7
Row = tuple[object, ...]
Outcome = Literal["new", "corrected", "redated", "withdrawn", "unchanged"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is taken in. `captured_at` is None where nobody said it."""

    page_id: str
    url: str | None
    captured_at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Taken:
    """An article with the revision that it has by now, and what became of it."""

    draft: Draft
    outcome: Outcome


async def take(tx: asyncpg.Connection, outbox: Outbox, page: Page, drafts: Sequence[Draft], now: datetime) -> list[Taken]:
    """Remember a page and its articles, and append what is new in them to the outbox, within the caller's transaction.

    Locks are taken in one order everywhere (articles by id, pages by id, outbox heads), so that senders wait but never deadlock.
    """
    [taken] = await take_together(tx, outbox, [(page, await _aimed(tx, drafts))], now)
    return taken


async def take_together(
    tx: asyncpg.Connection, outbox: Outbox, pushed: Sequence[tuple[Page, Sequence[Draft]]], now: datetime
) -> list[list[Taken]]:
    """The same for several pages, which share no article and tell no notice; what was taken of each, in order."""
    pages = [_page(page, drafts) for page, drafts in pushed]
    taken: list[Taken] = []
    for texts in rounds(draft for _, some in pushed for draft in some):
        taken += await _take_round(tx, pages, texts, now)
        pages = []
    await outbox.append(tx, [record(done.draft, now) for done in taken if done.outcome != "unchanged"])
    number = {draft.article_id: place for place, (_, some) in enumerate(pushed) for draft in some}
    parts: list[list[Taken]] = [[] for _ in pushed]
    for done in taken:
        parts[number[done.draft.article_id]].append(done)
    return parts


def _columns(rows: Iterable[Row], width: int) -> list[list[object]]:
    table = list(rows)
    return [[row[at] for row in table] for at in range(width)]


def _page(page: Page, drafts: Sequence[Draft]) -> Row:
    return page.page_id, page.url, page.captured_at, page.sha256, len(drafts)


async def _aimed(tx: asyncpg.Connection, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """The drafts, each notice with the identity of the article that it means. Without notices nothing is asked."""
    notices = [draft for draft in drafts if draft.pubstatus == "withdrawn"]
    if not notices:
        return drafts
    rows = await tx.fetch(SQL["named"], [one.article_id for one in notices], [one.headline for one in notices])
    return list(map(named, drafts, aimed(drafts, [Held(**row) for row in rows])))


class _Text(Protocol):
    @property
    def article_id(self) -> str: ...
    @property
    def content_sha256(self) -> str: ...


Text = TypeVar("Text", bound=_Text)


def rounds(articles: Iterable[Text]) -> list[list[Text]]:
    """The articles, in order, split so that no round holds two texts of one article: the second is a revision of the first."""
    split: list[dict[str, Text]] = []
    for article in articles:
        known = [some[article.article_id].content_sha256 for some in split if article.article_id in some]
        if article.content_sha256 in known:
            continue
        if len(known) == len(split):
            split.append({})
        split[len(known)][article.article_id] = article
    return [list(some.values()) for some in split]


async def _take_round(tx: asyncpg.Connection, pages: Sequence[Row], drafts: Sequence[Draft], now: datetime) -> list[Taken]:
    """The pages go along with the articles of the first round: each question is waited for."""
    told = *_columns(pages, PAGE_COLUMNS), now, *_columns(map(_row, drafts), ARTICLE_COLUMNS), now
    rows = await tx.fetch(at_once(SQL["take_pages"], SQL["take_articles"], giving=1), *told)
    changed = {row["article_id"]: row for row in rows}
    same = [draft.article_id for draft in drafts if draft.article_id not in changed]
    held = {row["article_id"]: row["revision"] for row in await tx.fetch(SQL["revisions"], same)} if same else {}
    return [_taken(draft, changed.get(draft.article_id), held) for draft in drafts]


def _row(draft: Draft) -> Row:
    return draft.article_id, draft.content_sha256, draft.pubstatus, draft.headline, draft.page_url, draft.about, draft.captured_at


def _taken(draft: Draft, changed: asyncpg.Record | None, held: Mapping[str, int]) -> Taken:
    if changed is None:
        return Taken(draft._replace(revision=held[draft.article_id]), "unchanged")
    status: PubStatus = changed["pubstatus"]
    outcome: Outcome = "redated" if changed["redated"] else "new" if status == "usable" else status
    return Taken(as_revision(draft, changed["revision"], status), outcome)


def record(draft: Draft, now: datetime) -> Outgoing:
    """The record of one revision. `now` is log time. The id follows from article and revision, so that a repeat is known by it."""
    envelope = Envelope(
        id=str(uuid.uuid5(uuid.UUID(draft.article_id), str(draft.revision))),
        type=TYPES[draft.pubstatus],
        source="ingestor",
        time=now,
        subject=draft.article_id,
        dataschema=dataschema("RawArticle"),
        correlation_id=draft.article_id,
    )
    return Outgoing(TOPIC, draft.article_id.encode(), draft.value, to_headers(envelope), int(now.timestamp() * 1000))
