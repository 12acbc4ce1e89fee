"""What is set aside is looked after by one owner at a time, and a follower that hears nothing of what must come says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

from services.chassis import catching_up, checkpoints
from services.chassis.catching_up import catch_up
from services.chassis.errors import Halt
from services.chassis.faults import Faults
from services.chassis.follower import Follower
from services.chassis.health import Health
from services.chassis.outbox import Outbox
from services.chassis.redriving import MOST_KEYS, Redriver
from tests.integration.test_followers import TOPIC, Keeping, World, parcel, world

__all__ = ["world"]

AT = TopicPartition(TOPIC, 0)
KEY = b"k"


class Open:
    """A lock that keeps nobody out."""

    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *_: object) -> None: ...


async def waiting_after_a_claim_in_mid_redrive(world: World, monkeypatch: pytest.MonkeyPatch) -> set[bytes]:
    """Given a key of which nothing is left in quarantine: the moment that has been read, another process sets a record of it aside, and
    the partition comes back to this one.
    """
    await world.send(parcel(1, "a"))
    await world.saw("a")
    follower, read = world.follower, checkpoints.waiting_keys
    follower._waiting = {(AT, KEY)}
    claims: list[asyncio.Task[Any]] = []

    async def and_then(*arguments: Any) -> set[tuple[TopicPartition, bytes]]:
        found = await read(*arguments)
        if not claims:
            await set_aside(world, 0, KEY, 7, "waiting")
            claims.append(asyncio.create_task(follower._claim([AT])))
            await asyncio.wait(claims, timeout=1)
        return found

    monkeypatch.setattr(checkpoints, "waiting_keys", and_then)
    await Redriver(follower, world.effects, world.pool, world.settings.kafka)._let_go_on(AT)
    await claims[0]
    return follower.waiting(AT)


async def test_a_claim_does_not_slip_in_between_what_a_redrive_reads_and_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await waiting_after_a_claim_in_mid_redrive(world, monkeypatch) == {KEY}


async def test_a_claim_that_did_would_let_a_key_go_on_past_a_record_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(world.follower, "_busy", Open())
    assert await waiting_after_a_claim_in_mid_redrive(world, monkeypatch) == set()


async def test_what_others_are_to_try_again_does_not_keep_us_from_ours(world: World) -> None:
    await world.send(parcel(1, "a"), parcel(2, "z"))
    await world.saw("a", "z")
    # given more keys of other partitions than are looked at in one go, and one of ours behind them
    for number in range(MOST_KEYS + 1):
        await set_aside(world, 1 + number % 3, b"%d" % number, number, "wanted")
    await set_aside(world, 0, b"z", 2, "wanted")
    # when
    await Redriver(world.follower, world.effects, world.pool, world.settings.kafka).look()
    # then
    assert await world.seen() == ["a", "z", "z"]


async def test_filling_a_copy_ends_with_a_word_where_what_must_come_does_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "SILENT_SECONDS", 1.0)
    outbox = Outbox("timeline", {f"{TOPIC}.quarantine": 1}, [])
    filling = Follower("copy", Keeping(), world.pool, outbox, Health(), Faults(), world.settings.kafka)
    async with asyncio.timeout(30):
        with pytest.raises(Halt, match=f"no record has come for 1 s, though there should be some after {TOPIC}-0 at 1"):
            await catch_up(filling, world.settings, {AT: 99})


async def set_aside(world: World, partition: int, key: bytes, offset: int, state: str) -> None:
    row = (world.follower.name, TOPIC, partition, key, offset, "a test", state)
    await world.pool.execute(
        'INSERT INTO quarantined (follower, topic, partition, key, "offset", error, state) VALUES ($1, $2, $3, $4, $5, $6, $7)', *row
    )
