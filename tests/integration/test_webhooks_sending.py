"""The sender against a real Postgres and a real receiver: order, leases, sweeping, and several at a time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from services.chassis.faults import Faults
from services.chassis.health import Health
from services.webhooks import sender as sending
from services.webhooks import sweeping
from services.webhooks.posting import Poster
from services.webhooks.register import SQL as ENDPOINTS
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from services.webhooks.sweeping import Sweeping
from tests.integration.webhooks_at_work import PLAIN, Fails, delivered, in_order, pool, queue, sender, states
from tests.integration.webhooks_world import OK, Answer, Got, add, receiver, status
from tests.support.service import eventually

__all__ = ["pool"]  # fixtures


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
        settings = WebhookSettings.model_validate(PLAIN)
        dead = Sender(pool, settings, Poster(settings), Health(), Faults())
        [taken] = await dead.take()
        await dead.deliver(taken)  # and then it dies, before it could write that down
        async with sender(pool):
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
        await pool.execute("UPDATE endpoints SET secret = 'whsec_none'")
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
