"""Kafka is told how far a follower has come beside its work. The client is a stand-in, since a real one refuses only when it will."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from services.chassis import kafka
from services.chassis.follower import Follower
from services.chassis.kafka import Lag

AT, OTHER = TopicPartition("articles", 0), TopicPartition("articles", 1)
Committing = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Following:
    positions: dict[TopicPartition, int]


@dataclass
class Client:
    """Holds one of the partitions; `committing` is what comes of a commit."""

    committing: Committing
    told: list[Mapping[TopicPartition, int]] = field(default_factory=list)

    def assignment(self) -> set[TopicPartition]:
        return {AT}

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.told.append(offsets)
        await self.committing()


async def taken() -> None:
    return


async def refused() -> None:
    raise CommitFailedError


async def never_answered() -> None:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "LAG_SECONDS", 0.01)


async def tell_all(client: Client, positions: dict[TopicPartition, int]) -> None:
    """Tell, and wait until nothing is left to do."""
    before = asyncio.all_tasks()
    Lag(cast("Follower", Following(positions))).tell(client)
    async with asyncio.timeout(5):
        await asyncio.gather(*(asyncio.all_tasks() - before))


async def test_what_is_held_of_what_is_assigned_is_told_once() -> None:
    client = Client(taken)
    await tell_all(client, {AT: 7, OTHER: 9})
    assert client.told == [{AT: 7}]


@pytest.mark.parametrize("committing", [refused, never_answered])
async def test_a_client_that_will_never_have_it_is_given_up(committing: Committing) -> None:
    client = Client(committing)
    await tell_all(client, {AT: 7})
    assert client.told == [{AT: 7}] * kafka.LAG_TRIES


async def test_nothing_is_told_of_nothing() -> None:
    client = Client(taken)
    await tell_all(client, {OTHER: 9})
    assert client.told == []
