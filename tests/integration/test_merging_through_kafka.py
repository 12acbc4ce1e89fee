"""Arbitrary histories of articles and commands through the real Kafka and Postgres: the live events are a recomputation of the sets."""

from __future__ import annotations

import asyncio
import itertools
import re
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import asyncpg
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from deploy.local.stack import Stack
from schemas.edits import Edit
from schemas.envelope import Envelope, to_headers
from schemas.mentions import Reading
from schemas.topics import cards
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing
from services.normalizer.merging import Command, merge_all
from services.normalizer.publish import edit_record
from tests.integration.test_editing import caught_up, log_of, states
from tests.integration.test_merger_edits import of
from tests.scenarios.merging.ledger import by_content
from tests.scenarios.merging.test_merging_edits_any_order import edited
from tests.support.service import eventually, service

LOGS = [card.topic for card in cards() if card.value in {"Reading", "Edit"} and card.log]
WORLDS = st.lists(edited(), min_size=4, max_size=4)
# One log over all examples: each adds to what the others left, and is compared with all of it. There is no going back to shrink.
ONE_LOG = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest_asyncio.fixture
async def normalizer(emptied: Stack) -> AsyncIterator[Stack]:
    with service(emptied, "normalizer", BATCH_RECORDS="20") as process:
        await asyncio.to_thread(process.wait_ready)
        yield emptied


@given(WORLDS, st.randoms(use_true_random=False))
@ONE_LOG
async def test_whatever_comes_through_the_log_ends_in_what_all_at_once_gives(normalizer: Stack, worlds: list[Any], chance: Random) -> None:
    # given readings of every revision, shuffled, some twice, with commands between them in their order
    records: list[Outgoing] = []
    for history, orders in worlds:
        readings = _named_anew(of(history))
        chance.shuffle(readings)
        records += _among(
            [*map(_reading, readings), *map(_reading, readings[:2])], [edit_record(_anew(one.edit)) for one in orders], chance
        )
    # when they have gone through Kafka and merging
    await _publish(normalizer, records)
    await eventually(lambda: caught_up(normalizer), 60)
    # then the events are those of the two sets, as the log has them
    heard = [Reading.model_validate_json(value) for _, value in await log_of(normalizer, "Reading")]
    orders = [Command(Edit.model_validate_json(value), seq) for seq, value in await log_of(normalizer, "Edit")]
    assert by_content(await states(normalizer)) == by_content(merge_all(heard, orders))


RUN = itertools.count()
_run = 0


def _named_anew(readings: list[Reading]) -> list[Reading]:
    """The same world under names that no other example has."""
    global _run  # noqa: PLW0603 - the name of the example under way
    _run = next(RUN)
    return [Reading.model_validate_json(_renamed(reading.model_dump_json())) for reading in readings]


def _anew(edit: Edit) -> Edit:
    return Edit.model_validate_json(_renamed(edit.model_dump_json()))


def _renamed(text: str) -> str:
    return re.sub(r'"(a\d(?:\.\d\.\d)?(?:/[^"]*)?|edit-\d)"', rf'"r{_run}.\1"', text)


def _among(records: list[Outgoing], orders: list[Outgoing], chance: Random) -> list[Outgoing]:
    places = sorted(chance.randrange(len(records) + 1) for _ in orders)
    for at, order in reversed(list(zip(places, orders, strict=True))):
        records.insert(at, order)
    return records


def _reading(reading: Reading) -> Outgoing:
    at = datetime(2025, 9, 1, tzinfo=UTC)
    envelope = Envelope(id=str(uuid.uuid4()), type="daybook.reading.v1", source="test", time=at, subject=reading.article.article_id)
    key, body = reading.article.article_id.encode(), reading.model_dump_json().encode()
    return Outgoing(f"mentions.{reading.kind}.v1", key, body, to_headers(envelope), int(at.timestamp() * 1000))


async def _publish(stack: Stack, records: list[Outgoing]) -> None:
    """By the normalizer's own outbox, whose relay numbers and sends them."""
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    try:
        async with postgres.transaction():
            await Outbox("normalizer", dict.fromkeys(LOGS, 1), LOGS).append(postgres, records)
    finally:
        await postgres.close()
