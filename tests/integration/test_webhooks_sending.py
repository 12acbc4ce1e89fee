"""The sender against a real Postgres and a real receiver: order, limits, leases, and what becomes of what fails."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.stack import Stack
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.webhooks import sender as sending
from services.webhooks import sweeping
from services.webhooks.messages import message
from services.webhooks.posting import Poster
from services.webhooks.queueing import Queueing
from services.webhooks.register import SQL as ENDPOINTS
from services.webhooks.register import Register
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from services.webhooks.sweeping import Sweeping
from tests.integration.webhooks_world import OK, Answer, Got, Receiver, add, receiver, status, tables
from tests.support.service import eventually
from tests.unit.timeline.builders import event, record

PLAIN = {"allow_private": True, "first_wait_seconds": 0.1, "longest_wait_seconds": 0.2, "answer_seconds": 1}


@pytest_asyncio.fixture(loop_scope="function")
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with tables(stack) as made:
        yield made


async def queue(pool: asyncpg.Pool, *told: tuple[str, int], most: int = 1000) -> None:
    """Changes of events, as event and revision, in the order of the log."""
    first = await pool.fetchval('SELECT coalesce(max("offset"), 0) FROM messages')
    made = [message(record(event(name, revision), first + 1 + place)) for place, (name, revision) in enumerate(told)]
    async with pool.acquire() as tx, tx.transaction():
        await Queueing(most).apply(tx, made)


@asynccontextmanager
async def sender(pool: asyncpg.Pool, count: int = 1, **more: Any) -> AsyncIterator[list[Sender]]:
    """Senders at work, each as a process of its own would be."""
    settings = WebhookSettings.model_validate(PLAIN | more)
    poster = Poster(settings)
    made = [Sender(pool, settings, poster, Health(), Faults()) for _ in range(count)]
    tasks = [asyncio.create_task(one.run()) for one in made]
    try:
        yield made
        assert [task.exception() for task in tasks if task.done()] == []
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await poster.close()


async def states(pool: asyncpg.Pool) -> dict[str, int]:
    return {row["state"]: row["count"] for row in await pool.fetch("SELECT state, count(*) FROM deliveries GROUP BY state")}


async def delivered(pool: asyncpg.Pool, count: int) -> None:
    async def done() -> bool:
        return await states(pool) == {"delivered": count}

    await eventually(done)


def in_order(there: Receiver) -> bool:
    """Whether each event's revisions came in order, repeats of the last one apart."""
    last: dict[str, int] = {}
    for name, revision in there.revisions:
        if revision < last.get(name, 0):
            return False
        last[name] = revision
    return True


class Fails:
    """Takes all but what `bad` says, as long as it says so."""

    def __init__(self, bad: Mapping[str, bytes]) -> None:
        self.bad = dict(bad)

    def __call__(self, got: Got) -> Answer:
        return self.bad.get(got.event.event_id, OK)


async def test_a_change_that_is_not_taken_holds_up_later_changes_of_its_event_alone(pool: asyncpg.Pool) -> None:
    answers = Fails({"e-bad": status(500)})
    async with receiver(answers) as there, sender(pool):
        await add(pool, there.url)
        await queue(pool, ("e-bad", 1), ("e-good", 1), ("e-bad", 2), ("e-good", 2))
        await eventually(lambda: ("e-good", 2) in there.revisions and there.revisions.count(("e-bad", 1)) >= 3)
        assert ("e-bad", 2) not in there.revisions
        # when
        answers.bad.clear()
        # then
        await delivered(pool, 4)
        assert in_order(there)
        assert len({got.id for got in there.got if got.event.event_id == "e-bad" and got.event.revision == 1}) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_fails_and_however_often_each_event_comes_in_order_and_whole(
    pool: asyncpg.Pool, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "IDLE_SECONDS", 0.02)  # the end of a rest is seen soon
    luck = random.Random(seed)
    taken: list[tuple[str, int]] = []

    def moody(got: Got) -> Answer:
        answer = luck.choice([OK, status(500), status(302, "location: http://127.0.0.1/"), status(404), b"no HTTP\r\n\r\n"])
        if answer is OK:
            taken.append((got.event.event_id, got.event.revision))
        return answer

    told = [(f"e-{luck.randrange(5)}", 1) for _ in range(40)]
    told = [(name, 1 + [one for one, _ in told[:place]].count(name)) for place, (name, _) in enumerate(told)]
    async with receiver(moody) as there, sender(pool, count=2, first_wait_seconds=0.01, longest_wait_seconds=0.05):
        await add(pool, there.url)
        await queue(pool, *told)
        await delivered(pool, len(told))
    assert in_order(there)
    assert sorted(taken) == sorted(told), "each is taken once"


@contextmanager
def without_order() -> Iterator[None]:
    """The sender's question with the condition on earlier deliveries taken out."""
    whole = sending.SQL["take"]
    begin, end = whole.index("AND NOT EXISTS"), whole.index("ORDER BY d.due_at")
    sending.SQL["take"] = whole[:begin] + whole[end:]
    try:
        yield
    finally:
        sending.SQL["take"] = whole


async def test_without_the_condition_on_earlier_changes_a_later_one_overtakes_it(pool: asyncpg.Pool) -> None:
    """The negative control of the order."""
    answers = Fails({"e-bad": status(500)})
    with without_order():
        async with receiver(answers) as there, sender(pool):
            await add(pool, there.url)
            await queue(pool, ("e-bad", 1), ("e-bad", 2))
            await eventually(lambda: ("e-bad", 2) in there.revisions and len(there.got) >= 4)
            assert not in_order(there)


async def test_several_senders_share_the_work_and_keep_the_order(pool: asyncpg.Pool) -> None:
    told = [(f"e-{number % 7}", 1 + number // 7) for number in range(140)]
    async with receiver() as there:
        await add(pool, there.url)
        await queue(pool, *told)
        async with sender(pool, count=4, endpoint_at_once=3):
            await delivered(pool, len(told))
    assert sorted(there.revisions) == sorted(told), "each once, since nobody failed"
    assert in_order(there)
    assert there.most_held <= 3


async def test_what_a_sender_took_with_it_into_death_is_sent_again_under_its_id_by_another(pool: asyncpg.Pool) -> None:
    async with receiver() as there:
        await add(pool, there.url)
        await queue(pool, ("e-1", 1), ("e-1", 2))
        settings = WebhookSettings.model_validate(PLAIN | {"answer_seconds": 0.2})
        dead = Sender(pool, settings, Poster(settings), Health(), Faults())
        [taken] = await dead.take()
        await dead.deliver(taken)  # and then it dies, before it could write that down
        async with sender(pool, answer_seconds=0.2):
            await delivered(pool, 2)
            await dead.record()  # it was only frozen, and wakes: what it says counts no more
            assert await states(pool) == {"delivered": 2}
    assert there.revisions == [("e-1", 1), ("e-1", 1), ("e-1", 2)]
    assert there.got[0].id == there.got[1].id


async def test_a_sender_that_stops_gives_back_what_it_has_under_way(pool: asyncpg.Pool) -> None:
    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with receiver(lambda _: silent) as there:
        await add(pool, there.url)
        await queue(pool, ("e-1", 1))
        async with sender(pool, answer_seconds=20):
            await eventually(lambda: len(there.got) == 1)
        assert await states(pool) == {"waiting": 1}


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


async def test_a_slow_address_does_not_hold_up_another(pool: asyncpg.Pool) -> None:
    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with receiver(lambda _: silent) as slow, receiver() as quick, sender(pool, answer_seconds=20):
        await add(pool, slow.url, "slow")
        await add(pool, quick.url, "quick")
        await queue(pool, *((f"e-{number}", 1) for number in range(30)))
        await eventually(lambda: len(quick.got) == 30)
        assert len(slow.got) <= 4


async def test_what_is_delivered_is_swept_in_time_and_what_waits_is_not(pool: asyncpg.Pool) -> None:
    answers = Fails({"e-bad": status(500)})
    async with receiver(answers) as there, sender(pool):
        await add(pool, there.url)
        await queue(pool, ("e-bad", 1), ("e-good", 1))

        async def half() -> bool:
            return (await states(pool)).get("delivered") == 1

        await eventually(half)
    await pool.execute("UPDATE deliveries SET changed_at = now() - interval '2 days'")
    await pool.execute("UPDATE messages SET kept_at = now() - interval '2 days'")
    await Sweeping(pool, WebhookSettings()).sweep()
    assert (await states(pool)).keys() == {"waiting"}
    assert await pool.fetchval("SELECT count(*) FROM messages") == 1


async def test_a_sweep_ends_only_when_nothing_is_left_however_small_its_pieces(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "PIECE", 2)
    await add(pool, "http://127.0.0.1/hook")
    await queue(pool, *((f"e-{number}", 1) for number in range(7)))
    await pool.execute("UPDATE deliveries SET state = 'delivered', changed_at = now() - interval '2 days'")
    await pool.execute("UPDATE messages SET kept_at = now() - interval '2 days'")
    await Sweeping(pool, WebhookSettings()).sweep()
    assert await states(pool) == {}
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0


async def test_a_bug_in_a_delivery_ends_the_sender_instead_of_spinning(pool: asyncpg.Pool) -> None:
    async with receiver() as there:
        await add(pool, there.url)
        await pool.execute("UPDATE endpoints SET secret = 'none'")
        await queue(pool, ("e-1", 1))
        settings = WebhookSettings.model_validate(PLAIN)
        with pytest.raises(ValueError, match="a secret is"):
            async with asyncio.timeout(10):
                await Sender(pool, settings, Poster(settings), Health(), Faults()).run()


async def test_an_address_can_be_removed_in_the_middle_of_its_deliveries(pool: asyncpg.Pool) -> None:
    async with receiver() as there, sender(pool, endpoint_at_once=8):
        for number in range(5):
            await add(pool, there.url, f"hook-{number}")
            await queue(pool, *((f"e-{number}-{one}", 1) for one in range(100)))
            await eventually(lambda: len(there.got) > 0)
            await pool.execute(ENDPOINTS["remove"], f"hook-{number}")
            there.got.clear()
        assert await states(pool) == {}
