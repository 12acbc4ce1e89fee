"""What a follower says of itself: readiness, and what the client's failures make of it."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from services.chassis.errors import Halt
from services.chassis.health import Health
from services.chassis.kafka import _guarded
from services.chassis.standing import Standing

ONE, TWO = TopicPartition("parcels.v1", 0), TopicPartition("parcels.v1", 1)


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def standing(health: Health) -> Standing:
    return Standing("follower", health)


def told(health: Health) -> str:
    return health.ready().parts["follower"]


def test_a_halted_partition_stays_told_while_another_goes_on(standing: Standing, health: Health) -> None:
    standing.halt([ONE], Halt("a hole"))
    standing.waits(None)  # partition two was applied
    assert told(health) == "halted: a hole"


def test_a_partition_that_is_claimed_afresh_is_no_longer_halted(standing: Standing, health: Health) -> None:
    standing.halt([ONE], Halt("a hole"))
    standing.claims([ONE, TWO])
    assert told(health) == "waits to take over partitions"
    standing.waits(None)
    assert health.ready().ready


def test_a_process_without_partitions_stands_by_and_is_ready(standing: Standing, health: Health) -> None:
    standing.claims([])
    assert health.ready().ready


def test_a_bug_is_told_by_its_kind(standing: Standing, health: Health) -> None:
    standing.halt([ONE], ZeroDivisionError("oh"))
    assert told(health) == "halted: ZeroDivisionError: oh"


class Halting:
    """As much of a follower as the guard needs."""

    def __init__(self) -> None:
        self.halted: list[Exception] = []

    def halt_all(self, error: Exception) -> None:
        self.halted.append(error)


async def fetch_raising(error: BaseException) -> tuple[tuple[object, ...], Halting]:
    async def fetch(_: object) -> tuple[object, ...]:
        raise error

    follower = Halting()
    return await _guarded(follower, fetch)(None), follower  # type: ignore[arg-type]


async def test_a_record_that_the_client_cannot_parse_halts_instead_of_spinning() -> None:
    fetched, follower = await fetch_raising(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a header's name"))
    assert fetched == ()
    assert len(follower.halted) == 1


@pytest.mark.parametrize("error", [KafkaConnectionError("away"), asyncio.CancelledError()])
async def test_what_passes_and_what_ends_the_loop_is_left_to_the_library(error: BaseException) -> None:
    with pytest.raises(type(error)):
        await fetch_raising(error)
