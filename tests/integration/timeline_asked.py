"""Some events, the timeline that holds them on real Postgres, and its API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.stack import Stack
from services.timeline.api.answers import Events
from tests.integration.timeline_world import project, timeline_api, timeline_pool
from tests.unit.timeline.builders import event, mention, on, person, state

STRIKE = event(
    "strike",
    quantities=[{"measure": "killed", "low": 3, "best": 5, "high": 7}, {"measure": "drones", "low": 40}],
    corroboration={"articles": 5, "publishers": 3, "lineages": 2},
    mentions=[mention("a-1", "Forty drones hit Poltava, where Mykola Zelensky lives."), mention("a-2", "The raid on Poltava killed five.")],
    kind="strike",
    status="occurred",
    when=on("2025-08-18", "2025-08-19", "night"),
    where=[{"name": "Poltava Oblast", "country": "UA", "role": "target", "lat": 49.6, "lon": 34.5}],
    participants=[state("Russia", "RU", "attacker"), state("Ukraine", "UA", "target")],
)


TALKS = event(
    "talks",
    when=on("2025-08-18"),
    where=[{"name": "Genève", "country": "CH", "lat": 46.2, "lon": 6.15}],
    participants=[person("Ana Núñez", "ES"), person("Bo Berg", "SE")],
)


JULY = event("july", status="occurred", when=on("2025-07-01", "2025-07-31", "month"), participants=[person("Ana Núñez", "ES")])


UNDATED = event("undated", status="proposed")


RETRACTED = event("retracted", status="retracted", when=on("2025-08-18"))


MERGED = event("merged", when=on("2025-08-18"), merged_into="talks")


ALL = [STRIKE, TALKS, JULY, UNDATED, RETRACTED, MERGED]


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with timeline_pool(stack) as opened:
        yield opened


@pytest.fixture
async def api(stack: Stack, pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    await project(pool, ALL)
    async with timeline_api(stack) as client:
        yield client


async def ids(api: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await api.get("/v1/events", params=params)
    assert answer.status_code == 200, answer.text
    return [found.event_id for found in Events.model_validate_json(answer.content).events]
