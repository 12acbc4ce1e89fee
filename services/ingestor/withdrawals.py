"""Articles that are taken back by request, or because their page has gone: found, and withdrawn in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import asyncpg

from schemas.articles import Published, RawArticle
from services.chassis.outbox import Outbox
from services.ingestor.drafts import draft_of
from services.ingestor.identity import article_id, content_sha256
from services.ingestor.pages.addresses import canonical_url
from services.ingestor.store import SQL, Taken, record


async def articles_at(tx: asyncpg.Connection, url: str) -> list[str]:
    """The article whose address this is, and those without an address of their own whose latest text was on that page."""
    canonical = canonical_url(url)
    if canonical is None:
        return []
    own = article_id(url=canonical, outlet="", title="", published=Published(), body="")
    return [row["article_id"] for row in await tx.fetch(SQL["articles_at"], own, canonical)]


async def withdraw(tx: asyncpg.Connection, outbox: Outbox, articles: Sequence[str], moment: datetime | None, now: datetime) -> list[Taken]:
    """Withdraw those that are not withdrawn yet, and append that to the outbox; all of them, as they are then.

    `moment` is when a page was found gone: a text captured later stays. None, for a request, withdraws whatever there is.
    """
    gone = {row["article_id"] for row in await tx.fetch(SQL["withdraw"], articles, moment, now)}
    rows = await tx.fetch(SQL["about"], articles)
    taken = [Taken(draft_of(_bare(row), None), "withdrawn" if row["article_id"] in gone else "unchanged") for row in rows]
    await outbox.append(tx, [record(done.draft, now) for done in taken if done.outcome == "withdrawn"])
    return taken


def _bare(row: asyncpg.Record) -> RawArticle:
    """The article without its text, which is not spread any further."""
    about = json.loads(row["about"])
    kept = {"revision": row["revision"], "pubstatus": "withdrawn", "body": "", "content_sha256": content_sha256(about["title"], "")}
    return RawArticle.model_validate(about | kept | {"page": about["page"] | {"span": (0, 0)}})
