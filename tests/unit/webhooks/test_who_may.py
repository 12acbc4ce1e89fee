"""Who may register: anybody on this machine, and beyond it only with a key."""

from __future__ import annotations

import hashlib
from typing import Any, cast

import httpx
import pytest

from services.chassis.api_keys import ApiKeys
from services.chassis.http import application
from services.webhooks.api import router
from services.webhooks.bodies import MOST, BoundedBodies
from services.webhooks.register import Register

KEY = "the key of the house"


async def test_a_request_that_brings_too_much_is_broken_off_and_told_so() -> None:
    async with client("127.0.0.1") as asking:
        answer = await asking.post("/v1/webhooks", content=b"[" + b" " * MOST)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_the_bound_all_of_it_is_read() -> None:
    """The negative control of the bound."""
    async with client("127.0.0.1", bounded=False) as asking:
        assert (await asking.post("/v1/webhooks", content=b"[" + b" " * MOST)).status_code == 422


class Empty:
    """A register with nothing in it."""

    async def every(self) -> list[Any]:
        return []


def client(host: str, *keys: str, bounded: bool = True) -> httpx.AsyncClient:
    app = application("webhooks")
    if bounded:
        app.add_middleware(BoundedBodies)
    known = ApiKeys(hashlib.sha256(key.encode()).hexdigest() for key in keys)
    app.include_router(router(cast("Register", Empty()), known, host))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook")


@pytest.mark.parametrize(
    ("host", "keys", "said", "status"),
    [
        ("127.0.0.1", [], None, 200),
        ("0.0.0.0", [], None, 403),
        ("", [], None, 403),
        ("0.0.0.0", [KEY], None, 401),
        ("0.0.0.0", [KEY], "Bearer another", 403),
        ("0.0.0.0", [KEY], f"Bearer {KEY}", 200),
        ("127.0.0.1", [KEY], None, 401),
    ],
)
async def test_beyond_loopback_nobody_registers_without_a_key(host: str, keys: list[str], said: str | None, status: int) -> None:
    async with client(host, *keys) as asking:
        answer = await asking.get("/v1/webhooks", headers={"authorization": said} if said else {})
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
