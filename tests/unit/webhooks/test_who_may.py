"""Who may register: anybody on this machine, and beyond it only with a key."""

from __future__ import annotations

import hashlib
from typing import Any, cast

import httpx
import pytest

from services.chassis.api_keys import ApiKeys
from services.chassis.http import application
from services.webhooks.api import router
from services.webhooks.register import Register

KEY = "the key of the house"


class Empty:
    """A register with nothing in it."""

    async def every(self) -> list[Any]:
        return []


def client(host: str, *keys: str) -> httpx.AsyncClient:
    app = application("webhooks")
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
