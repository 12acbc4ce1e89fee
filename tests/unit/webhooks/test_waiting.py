"""A connection to Postgres that is lost is waited for by each part; a mistake of ours, which asyncpg tells by the same error, is not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import asyncpg
import httpx
import pytest

from services.chassis.api_keys import ApiKeys
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.http import application
from services.webhooks import catching_up, sender, sweeping
from services.webhooks.api import router
from services.webhooks.catching_up import CatchingUp
from services.webhooks.posting import Poster
from services.webhooks.queueing import Queueing
from services.webhooks.register import Register
from services.webhooks.sender import Sender
from services.webhooks.settings import WebhookSettings
from services.webhooks.sweeping import Sweeping
from tests.support.service import eventually

LOST = (
    "cannot call Transaction.__aexit__(): the underlying connection is closed",
    "cannot call PreparedStatement.fetch(): connection has been released back to the pool",
)
MISTAKE = "the server expects 1 argument for this query, 2 were passed"
Part = Callable[[asyncpg.Pool], Callable[[], Awaitable[None]]]


class Broken:
    """A pool each question of which fails with these words, at moments that a real one gives rarely."""

    def __init__(self, words: str) -> None:
        self.words, self.asked = words, 0

    async def fetch(self, *_: Any) -> None:
        self.asked += 1
        raise asyncpg.InterfaceError(self.words)

    fetchrow = fetchval = execute = __aenter__ = fetch

    def acquire(self) -> Broken:
        return self

    async def __aexit__(self, *_: object) -> None: ...


PARTS: dict[str, Part] = {
    "sender": lambda pool: Sender(pool, WebhookSettings(), Poster(WebhookSettings()), Health(), Faults()).run,
    "catching up": lambda pool: CatchingUp("webhooks", pool, Queueing(1), 1, "", Health()).run,
    "sweeping": lambda pool: Sweeping(pool, WebhookSettings()).run,
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "AWAY_SECONDS", 0)
    monkeypatch.setattr(catching_up, "LOOK_SECONDS", 0)
    monkeypatch.setattr(sweeping, "EVERY_SECONDS", 0)


@pytest.mark.parametrize("words", LOST)
@pytest.mark.parametrize("part", PARTS)
async def test_each_part_asks_again_when_its_connection_was_lost(part: str, words: str) -> None:
    pool = Broken(words)
    running = asyncio.ensure_future(PARTS[part](cast("asyncpg.Pool", pool))())
    try:
        await eventually(lambda: pool.asked >= 3 or running.done())
        assert not running.done(), running.exception()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("part", PARTS)
async def test_a_mistake_of_ours_ends_a_part_instead_of_spinning(part: str) -> None:
    with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
        async with asyncio.timeout(10):
            await PARTS[part](cast("asyncpg.Pool", Broken(MISTAKE)))()


@pytest.mark.parametrize(("words", "status"), [(LOST[0], 503), (LOST[1], 503), (MISTAKE, 500)])
async def test_the_api_asks_to_come_again_when_its_connection_was_lost(words: str, status: int) -> None:
    app = application("webhooks")
    register = Register(cast("asyncpg.Pool", Broken(words)), Poster(WebhookSettings()), WebhookSettings(), "", [])
    app.include_router(router(register, ApiKeys([]), "127.0.0.1"))
    asking = httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://daybook")
    async with asking:
        answer = await asking.get("/v1/webhooks")
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 503)
