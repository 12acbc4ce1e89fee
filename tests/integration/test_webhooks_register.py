"""The register against a real Postgres and a real receiver: no address is delivered to that has not taken a ping under its own url."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import httpx
import pytest
import pytest_asyncio

from deploy.local.stack import Stack
from services.chassis.api_keys import ApiKeys
from services.chassis.http import application
from services.webhooks.api import router
from services.webhooks.asking import Change, Webhook
from services.webhooks.posting import Poster
from services.webhooks.register import SQL, RefusedError, Register, UnknownError
from services.webhooks.settings import WebhookSettings
from tests.integration.webhooks_world import OK, SECRET, Answer, add, receiver, status, tables
from tests.support.service import eventually, free_port

PLAIN = WebhookSettings(allow_private=True, answer_seconds=5)


@pytest_asyncio.fixture(loop_scope="function")
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with tables(stack) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="function")
async def register(pool: asyncpg.Pool) -> AsyncIterator[Register]:
    poster = Poster(PLAIN)
    yield Register(pool, poster, PLAIN, "", [])
    await poster.close()


async def test_a_ping_that_is_taken_verifies_no_url_that_came_meanwhile(pool: asyncpg.Pool, register: Register) -> None:
    async def moved(writer: asyncio.StreamWriter) -> None:
        await register.change("hook", Change(url=there.url + "2"))
        writer.write(OK)

    answers: list[Answer] = [OK, moved]
    async with receiver(lambda _: answers.pop()) as there:
        await pool.execute(SQL["add"], "hook", there.url, "", "{}", SECRET)
        found = await register.ping("hook")
        assert (found.taken, found.state) == (True, "unverified")
        # and: a ping of the new url does
        assert (await register.ping("hook")).state == "active"
        assert [got.path for got in there.got] == ["/hook", "/hook2"]


async def test_a_ping_that_is_refused_says_nothing_of_a_url_that_came_meanwhile(pool: asyncpg.Pool, register: Register) -> None:
    async def moved(writer: asyncio.StreamWriter) -> None:
        await register.change("hook", Change(url=there.url + "2"))
        writer.write(status(500))

    async with receiver(lambda _: moved) as there:
        await pool.execute(SQL["add"], "hook", there.url, "", "{}", SECRET)
        await register.ping("hook")
        assert (await register.one("hook")).reason is None


class Moved(Register):
    """An address whose url is changed by another process right after it was first looked at."""

    moved = False

    async def one(self, endpoint_id: str) -> Webhook:
        found = await super().one(endpoint_id)
        if not self.moved:
            self.moved = True
            await self.change(endpoint_id, Change(url=found.url + "2"))
        return found


async def test_nobody_resumes_an_address_whose_new_url_has_yet_to_take_a_ping(pool: asyncpg.Pool, register: Register) -> None:
    async with receiver() as there:
        await add(pool, there.url)
        await register.pause("hook")
        with suppress(RefusedError):  # it may be told so, or resume the moment before
            await Moved(pool, Poster(PLAIN), PLAIN, "", []).resume("hook")
    assert (await register.one("hook")).state == "unverified"
    with pytest.raises(RefusedError, match="yet to take a ping"):
        await register.resume("hook")


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'webhooks' AND wait_event_type = 'Lock'"


async def test_two_who_change_an_address_at_once_undo_nothing_of_each_other(stack: Stack, pool: asyncpg.Pool, register: Register) -> None:
    async with receiver() as there:
        await add(pool, there.url, kinds=["summit"])
        holding, looking = [await asyncpg.connect(stack.dsn("admin")) for _ in range(2)]
        # given: both have been asked for before the first is through
        async with asyncio.TaskGroup() as group, holding.transaction():
            await holding.execute("SELECT FROM webhooks.endpoints FOR NO KEY UPDATE")
            for change in (Change(description="strikes"), Change(kinds=("strike",)), Change(countries=("UA",))):
                group.create_task(register.change("hook", change))
            await eventually(lambda: waiting(looking, 3))
        await asyncio.gather(holding.close(), looking.close())
    # then
    found = await register.one("hook")
    assert (found.description, found.wanted.kinds, found.wanted.countries) == ("strikes", ("strike",), ("UA",))
    assert (found.url, found.state) == (there.url, "active")


async def waiting(admin: asyncpg.Connection, count: int) -> bool:
    return bool(await admin.fetchval(WAITING) == count)


class Removed(Register):
    """An address that another process removes right after it was first looked at."""

    async def one(self, endpoint_id: str) -> Webhook:
        found = await super().one(endpoint_id)
        await self.remove_now(endpoint_id)
        return found

    async def remove_now(self, endpoint_id: str) -> None:
        await self._pool.execute(SQL["remove"], endpoint_id)


async def test_an_address_that_is_removed_before_or_during_its_ping_is_said_not_to_be_there(pool: asyncpg.Pool, register: Register) -> None:
    async def removed(writer: asyncio.StreamWriter) -> None:
        await pool.execute(SQL["remove"], "hook")
        writer.write(OK)

    async with receiver(lambda _: removed) as there:
        await add(pool, there.url)
        with pytest.raises(UnknownError, match="no webhook 'hook'"):
            await register.ping("hook")
        await add(pool, there.url)
        with pytest.raises(UnknownError, match="no webhook 'hook'"):
            await Removed(pool, Poster(PLAIN), PLAIN, "", []).ping("hook")


@pytest.mark.parametrize("listens", [True, False])
async def test_a_registration_is_answered_within_seconds_while_kafka_is_away(pool: asyncpg.Pool, listens: bool) -> None:
    """Also where something at its address takes the connection and says nothing."""

    async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    kafka = f"127.0.0.1:{server.sockets[0].getsockname()[1] if listens else free_port()}"
    app = application("webhooks")
    app.include_router(router(Register(pool, Poster(PLAIN), PLAIN, kafka, ["events.strike.v1"]), ApiKeys([]), "127.0.0.1"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook") as asking, asyncio.timeout(20):
        answer = await asking.post("/v1/webhooks", json={"url": "http://127.0.0.1/hook"})
    server.close()
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert await pool.fetchval("SELECT count(*) FROM endpoints") == 0
