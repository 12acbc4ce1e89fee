"""Secrets of webhooks in a real Postgres: whoever reads its tables or its backups signs nothing, and deliveries verify as ever."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.stack import Stack
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.webhooks.asking import Registration
from services.webhooks.posting import Poster
from services.webhooks.register import Register
from services.webhooks.sealing import Seal, seal_anew
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from tests.integration.webhooks_at_work import PLAIN, delivered, pool, queue, sender
from tests.integration.webhooks_world import SECRET, add, receiver, tables
from tests.support.service import service

__all__ = ["pool"]
KEY, NEXT = (base64.b64encode(hashlib.sha256(name).digest()).decode() for name in (b"this year's", b"next year's"))


@asynccontextmanager
async def registered(pool: asyncpg.Pool, keys: str, url: str) -> AsyncIterator[tuple[Register, str]]:
    """A register with these keys, and an address in it that has taken its ping."""
    settings = WebhookSettings.model_validate(PLAIN | {"sealing_keys": keys})
    poster = Poster(settings)
    try:
        register = Anywhere(pool, poster, settings, "", [])
        made = await register.add(Registration.model_validate({"url": url, "from": "beginning", "secret": SECRET}))
        assert made.secret == SECRET
        assert (await register.ping(made.id)).state == "active"
        yield register, made.id
    finally:
        await poster.close()


class Anywhere(Register):
    """Kafka is not asked."""

    async def _begin(self, _: Any) -> list[tuple[str, int, int]]:
        return [("events.strike.v1", 0, 0)]


async def dumped(pool: asyncpg.Pool) -> str:
    """All that the table of addresses holds, as a backup would."""
    return "\n".join(row["row"] for row in await pool.fetch("SELECT e::text AS row FROM endpoints AS e"))


async def test_no_secret_lies_in_the_clear_and_pings_deliveries_and_changed_secrets_are_signed(pool: asyncpg.Pool) -> None:
    async with receiver() as there, registered(pool, KEY, there.url) as (register, webhook):
        assert there.got[0].verified()
        changed = await register.rotate(webhook, None)
        assert "whsec_" not in await dumped(pool)
        await queue(pool, ("e-1", 1))
        async with sender(pool, sealing_keys=KEY):
            await delivered(pool, 1)
        # both secrets sign it
        for secret in (SECRET, changed.secret):
            assert there.changes[0].verified(secret)


async def test_without_a_key_the_secret_does_lie_in_the_clear(pool: asyncpg.Pool) -> None:
    """The negative control."""
    async with receiver() as there, registered(pool, "", there.url):
        assert SECRET in await dumped(pool)


async def test_what_lay_in_the_clear_is_sealed_and_keys_are_changed_one_after_the_other(pool: asyncpg.Pool) -> None:
    # given two addresses from before there was a key
    await add(pool, "http://127.0.0.1/one", "one")
    await add(pool, "http://127.0.0.1/two", "two")
    # when a key is set, then another before it, then the first is taken away
    assert [await seal_anew(pool, Seal(keys)) for keys in ([KEY], [KEY], [NEXT, KEY], [NEXT])] == [2, 0, 2, 0]
    assert "whsec_" not in await dumped(pool)
    # then an installation that has lost its key changes nothing, and says so
    before = await dumped(pool)
    for keys in ([], [KEY]):
        with pytest.raises(Halt, match="DAYBOOK_WEBHOOK_SEALING_KEYS"):
            await seal_anew(pool, Seal(keys))
    assert await dumped(pool) == before


async def test_a_sender_without_the_key_stops_and_delivers_nothing_unsigned(pool: asyncpg.Pool) -> None:
    async with receiver() as there, registered(pool, KEY, there.url):
        there.got.clear()
        await queue(pool, ("e-1", 1))
        without = WebhookSettings.model_validate(PLAIN)
        with pytest.raises(Halt, match="sealed by a key that is not given"):
            async with asyncio.timeout(20):
                await Sender(pool, without, Poster(without), Health(), Faults()).run()
        assert there.got == []


async def test_of_two_processes_the_one_without_the_first_key_ends_and_the_other_delivers_all_signed(pool: asyncpg.Pool) -> None:
    # given two processes from before there was a key, and an address in the clear
    async with receiver() as there:
        await add(pool, there.url)
        async with sender(pool):
            await queue(pool, ("e-1", 1))
            await delivered(pool, 1)
        # when one of them is given the key, and seals as it starts
        assert await seal_anew(pool, Seal([KEY])) == 1
        await queue(pool, ("e-2", 1))
        # then the other ends at its next delivery, and gives it back
        without = WebhookSettings.model_validate(PLAIN)
        with pytest.raises(Halt, match="DAYBOOK_WEBHOOK_SEALING_KEYS"):
            async with asyncio.timeout(20):
                await Sender(pool, without, Poster(without), Health(), Faults()).run()
        assert len(there.changes) == 1
        # and whoever has the key delivers what waits
        async with sender(pool, sealing_keys=KEY):
            await delivered(pool, 2)
        assert all(got.verified() for got in there.changes)


async def test_the_way_back_from_sealed_to_clear_is_to_remove_what_was_sealed(pool: asyncpg.Pool) -> None:
    # given a sealed address, and no key any more
    await add(pool, "http://127.0.0.1/one", "one")
    await seal_anew(pool, Seal([KEY]))
    for keys in ([], [NEXT]):
        with pytest.raises(Halt, match="DAYBOOK_WEBHOOK_SEALING_KEYS"):
            await seal_anew(pool, Seal(keys))
    # when it is removed with all that hangs on it, and registered again without a key
    await queue(pool, ("e-1", 1))
    await pool.execute("DELETE FROM webhooks.endpoints")
    await add(pool, "http://127.0.0.1/one", "one")
    # then the service may start without one, and with another
    assert [await seal_anew(pool, Seal(keys)) for keys in ([], [NEXT])] == [0, 1]


@pytest_asyncio.fixture(loop_scope="function")
async def kept(emptied: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with tables(emptied) as made:
        yield made


async def test_the_process_seals_what_it_finds_and_says_when_it_can_not(emptied: Stack, kept: asyncpg.Pool) -> None:
    await add(kept, "http://127.0.0.1/one", "one")
    # without a key it runs, and says what that means
    with service(emptied, "webhooks") as process:
        process.wait_ready()
        assert process.saw('"webhook_secrets_in_clear"')
    assert SECRET in await dumped(kept)
    # with one, it seals
    with service(emptied, "webhooks", WEBHOOK_SEALING_KEYS=KEY) as process:
        process.wait_ready()
        assert process.saw('"webhook_secrets_sealed"')
        assert not process.saw('"webhook_secrets_in_clear"')
        assert not process.saw(KEY)
    assert "whsec_" not in await dumped(kept)
    # and without it again, it halts and names the setting
    with service(emptied, "webhooks") as process:
        assert process.process.wait(30) == 1
        assert process.saw("DAYBOOK_WEBHOOK_SEALING_KEYS")
        assert process.saw('"service_halted"')
