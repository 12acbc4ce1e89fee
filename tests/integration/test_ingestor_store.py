"""One statement decides what is new. With its condition taken out, the same scenario goes wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.chassis.outbox import Outbox
from services.ingestor import store
from services.ingestor.drafts import draft_of
from services.ingestor.store import TOPIC, Page, take
from tests.integration.ingestor_pages import prepared
from tests.unit.ingestor_service.stories import article

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
PAGE = Page("page", None, None, "0" * 64)


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    await prepared(stack)
    async with asyncpg.create_pool(stack.dsn("ingestor"), min_size=10, max_size=10, server_settings={"search_path": "ingestor"}) as pool:
        yield pool


async def _thirty_at_a_time(pool: asyncpg.Pool) -> Counter[tuple[int, str]]:
    outbox = Outbox("ingestor", {TOPIC: 4}, [TOPIC])
    async with pool.acquire() as tx, tx.transaction():
        await outbox.open_logs(tx)

    async def send() -> list[store.Taken]:
        async with pool.acquire() as tx, tx.transaction():
            return await take(tx, outbox, PAGE, [draft_of(article(), None)], NOW)

    answers = await asyncio.gather(*(send() for _ in range(30)))
    return Counter((taken.draft.revision, taken.outcome) for answer in answers for taken in answer)


async def test_of_thirty_transactions_with_one_text_one_is_new(pool: asyncpg.Pool) -> None:
    assert await _thirty_at_a_time(pool) == {(1, "new"): 1, (1, "unchanged"): 29}
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE key <> 'genesis'") == 1


async def test_without_its_condition_the_statement_makes_revisions_of_one_text(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    unguarded, _, rest = store.SQL["take_articles"].partition("WHERE CASE")
    monkeypatch.setitem(store.SQL, "take_articles", unguarded + "RETURNING" + rest.partition("RETURNING")[2])
    assert (await _thirty_at_a_time(pool))[30, "corrected"] == 1
