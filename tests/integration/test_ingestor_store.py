"""One statement decides what is new. With its condition taken out, the same scenario goes wrong."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from deploy.local.stack import Stack
from schemas.articles import Published
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
    assert (await _thirty_at_a_time(pool))[30, "redated"] == 1


DATES = {
    "unknown": Published(),
    "inferred": Published(earliest=NOW, latest=NOW, precision="minute", basis="inferred", raw="3 hours ago"),
    "counted": Published(earliest=NOW, latest=NOW, precision="minute", basis="relative_to_capture", raw="3 hours ago"),
    "stated": Published(earliest=NOW, latest=NOW, precision="minute", basis="absolute", raw="5 March 2024, 12:00 GMT"),
}


async def test_in_whatever_order_dates_come_the_surest_is_kept_and_sending_all_again_changes_nothing(pool: asyncpg.Pool) -> None:
    outbox = Outbox("ingestor", {TOPIC: 4}, [TOPIC])
    async with pool.acquire() as tx, tx.transaction():
        await outbox.open_logs(tx)
        for order in itertools.permutations(DATES):
            name, outcomes = " ".join(order), []
            for date in (*order, *order):
                (taken,) = await take(tx, outbox, PAGE, [draft_of(article(name, published=DATES[date]), None)], NOW)
                outcomes.append(taken.outcome)
            assert outcomes[0] == "new"
            assert (outcomes.count("redated"), outcomes[4:]) == (_steps_up(order), ["unchanged"] * 4)
        kept = await tx.fetch("SELECT DISTINCT sureness(about) FROM articles")
    assert [row[0] for row in kept] == [2]


def _steps_up(order: tuple[str, ...]) -> int:
    sure = [{"unknown": 0, "inferred": 1}.get(name, 2) for name in order]
    return len({*itertools.accumulate(sure, max)}) - 1
