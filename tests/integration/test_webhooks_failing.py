"""What becomes of deliveries and addresses that fail: dead letters, pauses and rests."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from services.chassis.faults import Faults
from services.chassis.health import Health
from services.webhooks import sender as sending
from services.webhooks.posting import Poster
from services.webhooks.register import SQL as ENDPOINTS
from services.webhooks.register import Register
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from tests.integration.webhooks_at_work import PLAIN, Fails, delivered, pool, queue, sender, states
from tests.integration.webhooks_world import OK, Answer, Got, add, receiver, status
from tests.support.service import eventually

__all__ = ["pool"]  # fixtures


async def test_a_delivery_that_fails_for_too_long_is_a_dead_letter_and_its_event_goes_on(pool: asyncpg.Pool) -> None:
    answers = Fails({"e-bad": status(400)})
    refused = {"e-bad": 1}

    def answer(got: Got) -> Answer:
        return answers(got) if got.event.revision == refused.get(got.event.event_id) else OK

    async with receiver(answer) as there, sender(pool, give_up_hours=0.5 / 3600):
        await add(pool, there.url)
        await queue(pool, ("e-bad", 1), ("e-bad", 2))
        await eventually(lambda: ("e-bad", 2) in there.revisions)

        async def one_dead() -> bool:
            return await states(pool) == {"dead": 1, "delivered": 1}

        await eventually(one_dead)
        assert await pool.fetchval("SELECT error FROM deliveries WHERE state = 'dead'") == "answered 400"
        # when: the receiver is mended, and it is redelivered
        refused.clear()
        await pool.execute(ENDPOINTS["redeliver"], "hook", None)
        # then
        await delivered(pool, 2)


async def test_an_address_that_answers_gone_is_left_alone_and_loses_nothing(pool: asyncpg.Pool) -> None:
    answers = Fails({"e-1": status(410)})
    async with receiver(answers) as there, sender(pool):
        await add(pool, there.url)
        await queue(pool, ("e-1", 1))

        async def gone() -> bool:
            return bool(await pool.fetchval("SELECT state = 'gone' FROM endpoints"))

        await eventually(gone)
        await queue(pool, ("e-1", 2))
        seen = len(there.got)
        # when
        answers.bad.clear()
        assert len(there.got) == seen == 1
        await pool.execute(ENDPOINTS["start"], "hook", None)
        # then
        await delivered(pool, 2)
        assert there.revisions == [("e-1", 1), ("e-1", 1), ("e-1", 2)]


async def test_an_address_where_nothing_is_taken_for_long_is_paused_before_anything_dies(pool: asyncpg.Pool) -> None:
    async with receiver(lambda _: status(500)) as there, sender(pool, pause_hours=0.5 / 3600):
        await add(pool, there.url)
        await queue(pool, ("e-1", 1), ("e-2", 1))

        async def paused() -> bool:
            return bool(await pool.fetchval("SELECT state = 'paused' AND reason LIKE 'every delivery has failed%' FROM endpoints"))

        await eventually(paused)
        assert (await states(pool)).keys() <= {"waiting", "sending"}


async def _failing_since(pool: asyncpg.Pool, name: str) -> str | None:
    found: str | None = await pool.fetchval("SELECT failing_since::text FROM endpoints WHERE endpoint_id = $1", name)
    return found


async def test_an_address_at_which_nothing_was_tried_is_not_paused_when_another_fails(pool: asyncpg.Pool) -> None:
    """It rests, or nothing has been due there since it failed last."""
    async with receiver(lambda _: status(500)) as there:
        await add(pool, there.url)
        await add(pool, there.url, "idle", kinds=["strike"])
        await pool.execute("UPDATE endpoints SET failing_since = now() - interval '2 days' WHERE endpoint_id = 'idle'")
        await queue(pool, ("e-1", 1))
        async with sender(pool):
            await eventually(lambda: len(there.got) >= 3)
    assert await pool.fetchval("SELECT state FROM endpoints WHERE endpoint_id = 'idle'") == "active"


async def test_what_fails_next_begins_anew_once_nothing_is_open_any_more(pool: asyncpg.Pool) -> None:
    """Days may lie between two failures; nothing was refused in them."""
    async with receiver(lambda _: status(500)) as there, sender(pool, give_up_hours=0.01 / 3600):
        await add(pool, there.url)
        await queue(pool, ("e-1", 1))

        async def one_dead() -> bool:
            return await states(pool) == {"dead": 1}

        await eventually(one_dead)
        assert await _failing_since(pool, "hook") is None


async def test_what_was_discarded_no_longer_counts_as_failing(pool: asyncpg.Pool) -> None:
    settings = WebhookSettings.model_validate(PLAIN)
    register = Register(pool, Poster(settings), settings, "", [])
    async with receiver(lambda _: status(500)) as there:
        await add(pool, there.url)
        await queue(pool, ("e-1", 1), ("e-2", 1))
        async with sender(pool):
            await eventually(lambda: len(there.got) >= 2)
    first, last = [row["delivery_id"] for row in await pool.fetch("SELECT delivery_id FROM deliveries ORDER BY 1")]
    await register.settle("hook", "discard", first)
    assert await _failing_since(pool, "hook"), "the other one goes on failing"
    await register.settle("hook", "discard", last)
    assert await _failing_since(pool, "hook") is None


async def test_one_that_asks_for_a_pause_is_asked_nothing_until_then(pool: asyncpg.Pool) -> None:
    busy = [status(429, "retry-after: 1")]
    async with receiver(lambda _: busy.pop() if busy else OK) as there, sender(pool, longest_wait_seconds=5, endpoint_at_once=1):
        await add(pool, there.url)
        await queue(pool, ("e-1", 1), ("e-2", 1), ("e-3", 1))
        await eventually(lambda: len(there.got) == 1)
        resting = await _rest(pool)
        await delivered(pool, 3)
        assert 0 < resting <= 1


async def _rest(pool: asyncpg.Pool) -> float:
    async def known() -> bool:
        return await pool.fetchval("SELECT resting_until IS NOT NULL FROM endpoints") is True

    await eventually(known)
    return float(await pool.fetchval("SELECT extract(epoch FROM resting_until - now()) FROM endpoints"))


async def test_one_that_keeps_failing_is_asked_one_thing_at_a_time(pool: asyncpg.Pool) -> None:
    async def slow_failure(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        writer.write(status(500))
        await writer.drain()

    async with receiver(lambda _: slow_failure) as there, sender(pool, endpoint_at_once=4):
        await add(pool, there.url)
        await pool.execute("UPDATE endpoints SET failures = $1", sending.WEAK)
        await queue(pool, *((f"e-{number}", 1) for number in range(20)))
        await eventually(lambda: len(there.got) >= 20)
        assert there.most_held == 1


@pytest.mark.parametrize(
    ("answer", "failures", "rest"),
    [
        (b"", 0, 0),
        (b"", sending.WEAK - 1, 60),
        (b"", sending.WEAK, 120),
        (b"", 10**6, sending.LONGEST_REST),
        (status(500), 10**6, 0),  # this change alone may be refused, and to hear so takes no time
    ],
)
async def test_one_that_keeps_silent_rests_however_much_is_due(pool: asyncpg.Pool, answer: bytes, failures: int, rest: float) -> None:
    async def breaks_off(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    settings = WebhookSettings.model_validate(PLAIN | {"first_wait_seconds": 60, "longest_wait_seconds": 3600})
    one = Sender(pool, settings, Poster(settings), Health(), Faults())
    async with receiver(lambda _: breaks_off) as there:
        await add(pool, there.url)
        await queue(pool, *((f"e-{number}", 1) for number in range(20)))
        await pool.execute("UPDATE endpoints SET failures = $1", failures)
        [first, *_] = await one.take()
        await one.deliver(first)
        await one.record()
    assert round(await _rest(pool)) == rest
    assert bool(await pool.fetch(sending.SQL["ready"], 1)) == (rest == 0)
