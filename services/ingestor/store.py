"""What the ingestor remembers, and the one transaction in which articles become durable: rows and outbox together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import asyncpg

from schemas.articles import PubStatus, RawArticle
from schemas.envelope import Envelope, to_headers
from services.chassis.outbox import Outbox
from services.chassis.queries import queries
from services.chassis.records import Outgoing
from services.ingestor.notices import Held, aimed, headline_of
from services.ingestor.pages.addresses import canonical_url

SQL = queries(Path(__file__).parent / "sql" / "intake.sql")
TOPIC = "articles.raw.v1"
SCHEMA = "urn:daybook:schema:RawArticle:v1"
TYPES: Mapping[PubStatus, str] = {
    "usable": "daybook.article.published.v1",
    "corrected": "daybook.article.corrected.v1",
    "withdrawn": "daybook.article.withdrawn.v1",
}
Outcome = Literal["new", "corrected", "withdrawn", "unchanged"]


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

    article: RawArticle
    outcome: Outcome


async def take(tx: asyncpg.Connection, outbox: Outbox, page: Page, articles: Sequence[RawArticle], now: datetime) -> list[Taken]:
    """Remember a page and its articles, and append what is new in them to the outbox, within the caller's transaction.

    Locks are taken in one order everywhere (page, articles by id, outbox heads), so that senders wait but never deadlock.
    """
    await tx.execute(SQL["take_page"], page.page_id, page.url, page.captured_at, page.sha256, len(articles), now)
    taken = [done for some in rounds(await _aimed(tx, articles)) for done in await _take_round(tx, page, some, now)]
    await outbox.append(tx, [record(done.article, now) for done in taken if done.outcome != "unchanged"])
    return taken


async def _aimed(tx: asyncpg.Connection, articles: Sequence[RawArticle]) -> Sequence[RawArticle]:
    """The articles, each notice with the identity of the article that it means. Without notices nothing is asked."""
    notices = [article for article in articles if article.pubstatus == "withdrawn"]
    if not notices:
        return articles
    rows = await tx.fetch(SQL["named"], [one.article_id for one in notices], [headline_of(one) for one in notices])
    return aimed(articles, [Held(**row) for row in rows])


def rounds(articles: Iterable[RawArticle]) -> list[list[RawArticle]]:
    """The articles, in order, split so that no round holds two texts of one article: the second is a revision of the first."""
    split: list[dict[str, RawArticle]] = []
    for article in articles:
        known = [some[article.article_id].content_sha256 for some in split if article.article_id in some]
        if article.content_sha256 in known:
            continue
        if len(known) == len(split):
            split.append({})
        split[len(known)][article.article_id] = article
    return [list(some.values()) for some in split]


async def _take_round(tx: asyncpg.Connection, page: Page, articles: Sequence[RawArticle], now: datetime) -> list[Taken]:
    columns = zip(*(_row(article, page.captured_at) for article in articles), strict=True)
    changed = {row["article_id"]: row for row in await tx.fetch(SQL["take_articles"], *columns, now)}
    same = [article.article_id for article in articles if article.article_id not in changed]
    held = {row["article_id"]: row["revision"] for row in await tx.fetch(SQL["revisions"], same)} if same else {}
    return [_taken(article, changed.get(article.article_id), held) for article in articles]


def _row(article: RawArticle, captured_at: datetime | None) -> tuple[object, ...]:
    about = article.model_dump_json(exclude={"body", "revision", "pubstatus", "content_sha256"})
    page_url = None if canonical_url(article.url) else canonical_url(article.page.url)
    return article.article_id, article.content_sha256, article.pubstatus, headline_of(article), page_url, about, captured_at


def _taken(article: RawArticle, changed: asyncpg.Record | None, held: Mapping[str, int]) -> Taken:
    if changed is None:
        return Taken(article.model_copy(update={"revision": held[article.article_id]}), "unchanged")
    status: PubStatus = changed["pubstatus"]
    outcome: Outcome = "new" if status == "usable" else status
    return Taken(article.model_copy(update={"revision": changed["revision"], "pubstatus": status}), outcome)


def record(article: RawArticle, now: datetime) -> Outgoing:
    """The record of one revision. `now` is log time. The id follows from article and revision, so that a repeat is known by it."""
    envelope = Envelope(
        id=str(uuid.uuid5(uuid.UUID(article.article_id), str(article.revision))),
        type=TYPES[article.pubstatus],
        source="ingestor",
        time=now,
        subject=article.article_id,
        dataschema=SCHEMA,
        correlation_id=article.article_id,
    )
    value = article.model_dump_json().encode()
    return Outgoing(TOPIC, article.article_id.encode(), value, to_headers(envelope), int(now.timestamp() * 1000))
