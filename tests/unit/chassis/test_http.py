"""What every service answers: failures in one form, and a description that asks nothing of other sites."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.chassis.http import application
from services.timeline.api.problems import handle_problems

ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//|url\(["']?https?:""")


def served(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service.example")


@pytest.fixture
async def service() -> AsyncIterator[httpx.AsyncClient]:
    app = application("normalizer")

    @app.get("/bug")
    def bug() -> None:
        raise RuntimeError("the secret recipe")

    @app.get("/count")
    def count(number: int) -> int:
        return number

    async with served(app) as client:
        yield client


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/count?number=x", 422), ("/bug", 500)])
async def test_every_failure_is_a_problem(service: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await service.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["type"], told["status"], told["instance"]) == ("about:blank", status, path.partition("?")[0])
    assert told["title"]
    assert told["detail"]
    assert "secret" not in answer.text


async def test_a_method_that_is_not_allowed_says_which_are(service: httpx.AsyncClient) -> None:
    answer = await service.post("/count")
    assert (answer.status_code, answer.json()["status"], answer.headers["allow"]) == (405, 405, "GET")


async def test_the_description_and_all_that_it_loads_come_from_the_service_itself(service: httpx.AsyncClient) -> None:
    page = (await service.get("/docs")).text
    assert ELSEWHERE.search(page) is None
    loaded = re.findall(r"""(?:src|href)=["'](/[^"']+)["']""", page)
    assert len(loaded) >= 2
    assert [(await service.get(path)).status_code for path in loaded] == [200] * len(loaded)


async def test_the_frameworks_own_page_would_load_from_elsewhere() -> None:
    """The negative control: the same question to a plain application finds another site."""
    async with served(FastAPI()) as plain:
        assert ELSEWHERE.search((await plain.get("/docs")).text)


async def test_a_service_may_tell_more_in_its_own_words() -> None:
    app = application("timeline")
    handle_problems(app)
    async with served(app) as client:
        assert (await client.get("/nothing")).json()["errors"] == []
