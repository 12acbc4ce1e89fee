"""The outbox on a real server: numbers without gaps, whoever else appends at the same time, and whoever gives up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from services.chassis.outbox import SQL, Outbox
from services.chassis.postgres import open_pool
from services.chassis.settings import Settings
from tests.integration.test_relay import TOPIC, parcels
from tests.support.service import eventually

OUTBOX = Outbox("ingestor", {TOPIC: 4}, [])


@pytest.fixture
async def pool(emptied: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with await open_pool(Settings(kafka=emptied.kafka, dsn=SecretStr(emptied.dsn("ingestor"))), "ingestor") as opened:
        await opened.execute("DELETE FROM outbox")
        await opened.execute("DELETE FROM outbox_heads")
        async with opened.acquire() as tx, tx.transaction():
            await OUTBOX.open_logs(tx)
        yield opened


async def numbers(pool: asyncpg.Pool) -> dict[int, list[int]]:
    """Of each partition the numbers, and the one that its head would give next, in order."""
    rows = await pool.fetch("SELECT partition, seq FROM outbox UNION ALL SELECT partition, next_seq FROM outbox_heads ORDER BY 1, 2")
    return {number: [row["seq"] for row in rows if row["partition"] == number] for number in {row["partition"] for row in rows}}


async def is_kept_waiting(pool: asyncpg.Pool) -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = current_user"))


@pytest.mark.parametrize("gives_up", [False, True])
async def test_who_appends_beside_another_is_numbered_after_it_and_leaves_no_gap(pool: asyncpg.Pool, gives_up: bool) -> None:
    async with pool.acquire() as one, pool.acquire() as other:
        # given a transaction that has appended and is under way, and another that waits for it
        first, second = one.transaction(), other.transaction()
        await first.start()
        await second.start()
        await OUTBOX.append(one, parcels(20))
        waiting = asyncio.create_task(OUTBOX.append(other, parcels(30)))
        await eventually(lambda: is_kept_waiting(pool))
        # when the first ends
        await (first.rollback() if gives_up else first.commit())
        async with asyncio.timeout(10):
            await waiting
        await second.commit()
    # then
    found = await numbers(pool)
    assert all(given == list(range(len(given))) for given in found.values())
    assert sum(map(len, found.values())) == 4 + 30 + (0 if gives_up else 20)


@pytest.mark.parametrize("at_once", [64_000_000, 10, 1])
async def test_records_of_one_partition_are_numbered_in_the_order_in_which_they_were_given(
    pool: asyncpg.Pool, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fit into one question: five of these, or one that is larger than it should be."""
    monkeypatch.setattr("services.chassis.outbox.AT_ONCE", at_once)
    async with pool.acquire() as tx, tx.transaction():
        await OUTBOX.append(tx, parcels(40))
    rows = await pool.fetch("SELECT partition, key FROM outbox ORDER BY partition, seq")
    assert {row["partition"] for row in rows} == {0, 1, 2, 3}
    for number in range(4):
        keys = [int(row["key"].split()[1]) for row in rows if row["partition"] == number]
        assert keys == sorted(keys)
    assert all(given == list(range(len(given))) for given in (await numbers(pool)).values())
    assert len(rows) == 40


async def test_a_record_for_a_partition_that_has_no_head_is_refused_rather_than_left_lying(pool: asyncpg.Pool) -> None:
    await pool.execute("DELETE FROM outbox_heads WHERE partition = 0")
    async with pool.acquire() as tx, tx.transaction():
        with pytest.raises(asyncpg.NotNullViolationError):
            await OUTBOX.append(tx, parcels(40))


async def waiting(pool: asyncpg.Pool, most: int, reached: dict[int, int]) -> list[tuple[int, int, int]]:
    """Partition, number, and how many wait, once these partitions are said to have been acknowledged up to these numbers."""
    rows = await pool.fetch(SQL["waiting"], most, 1_000_000, [TOPIC] * len(reached), list(reached), list(reached.values()))
    return [(row["partition"], row["seq"], row["pending"]) for row in rows]


@pytest.mark.parametrize("most", [1, 3, 100])
async def test_who_says_what_was_acknowledged_hears_what_waits_then(pool: asyncpg.Pool, most: int) -> None:
    # given
    async with pool.acquire() as tx, tx.transaction():
        await OUTBOX.append(tx, parcels(40))
    given = await numbers(pool)
    # when a few of one partition were acknowledged, all of another, and of a third none
    heard = await waiting(pool, most, {0: 2, 1: given[1][-1]})
    # then
    left = {0: given[0][2:-1], 2: given[2][:-1], 3: given[3][:-1]}
    assert heard == [(number, seq, len(some)) for number, some in left.items() for seq in some[:most]]
    # and it was recorded: whoever asks next hears the same, and nothing of what was acknowledged is left
    assert await waiting(pool, most, {}) == heard
    assert {number: some[:-1] for number, some in (await numbers(pool)).items() if some[:-1]} == left


async def test_what_was_acknowledged_before_is_not_taken_back(pool: asyncpg.Pool) -> None:
    """Another process may have gone on from here meanwhile."""
    async with pool.acquire() as tx, tx.transaction():
        await OUTBOX.append(tx, parcels(40))
    await waiting(pool, 100, {0: 5})
    heard = await waiting(pool, 100, {0: 3})
    assert min(seq for number, seq, _ in heard if number == 0) == 5


async def waits_for(connection: asyncpg.Connection, of_session: str) -> str:
    """What a transaction waits for that appends in a session that waits for this."""
    await connection.execute(f"SET synchronous_commit = {of_session}")
    async with connection.transaction():
        await OUTBOX.append(connection, parcels(1))
        found = await connection.fetchval("SHOW synchronous_commit")
    assert await connection.fetchval("SHOW synchronous_commit") == of_session
    return str(found)


async def test_who_appends_waits_for_the_disk_whatever_its_session_does_else(
    stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that was relayed, and then forgotten in a crash, would be given to another record, which would pass for a repeat."""
    connection = await asyncpg.connect(stack.dsn("ingestor"), server_settings={"search_path": "ingestor"})
    assert await waits_for(connection, "off") == "on"
    # of an operator who has it wait for more, that is kept
    assert await waits_for(connection, "remote_apply") == "remote_apply"
    # and without the word for it in the statement it would not
    monkeypatch.setitem(SQL, "append", SQL["append"].replace("set_config('synchronous_commit', 'on', true)", "''"))
    assert await waits_for(connection, "off") == "off"
    await connection.close()
