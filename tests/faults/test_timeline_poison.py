"""Whatever somebody writes into a log of changes: it is set aside with its reason or applied, its neighbours are applied, and each row
is what the log makes.

Two guards cover this file, and each is taken out once: our own parser of records, and that a refused record is named and set aside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.stack import Stack
from schemas.envelope import Envelope, to_headers
from schemas.events import CanonicalEvent
from tests.faults.following import SMALL, World, halts, ready
from tests.support.service import service
from tests.unit.timeline.builders import TIME, event, told

TOPIC = "events.summit.v1"
PARTITION = 0
DEEP = 20_000
LARGE = 5_000_000
Headers = Sequence[tuple[str, bytes | None]]
Poison = tuple[bytes | None, bytes | None, Headers]


def plain() -> Headers:
    envelope = Envelope(id="1", type="daybook.event.revised.v1", source="somebody", time=TIME)
    return [(name, value.encode()) for name, value in to_headers(envelope).items()]


def having(name: str, value: bytes | None) -> Headers:
    return [*((known, told) for known, told in plain() if known != name), (name, value)]


def good(name: str, **fields: Any) -> Poison:
    """Nothing is wrong with this one."""
    return name.encode(), body(event(name, **fields)), plain()


def body(of: CanonicalEvent) -> bytes:
    return told(of).model_dump_json().encode()


def instead(name: str, value: bytes) -> Poison:
    """A change of which one detail is something that JSON may hold, and we can't."""
    return name.encode(), body(event(name, details={"odd": 4711})).replace(b"4711", value), plain()


REFUSED: dict[str, tuple[Poison, str]] = {
    "broken JSON": ((b"broken", b'{"change": "revi', plain()), "not an EventChange"),
    "bytes that are no text": ((b"binary", b"\xff\xfe\x00", plain()), "not an EventChange"),
    "a schema of the future": ((b"future", body(event("future")).replace(b'"revised"', b'"entangled"'), plain()), "change: "),
    "no key": ((None, body(event("keyless")), plain()), "the record has no key"),
    "no value": ((b"empty", None, plain()), "the record has no value"),
    "a header that is null": ((b"null", body(event("null")), having("ce_id", None)), "the envelope can't be read"),
    "a header that is not UTF-8": ((b"latin", body(event("latin")), having("ce_id", b"\xe9")), "the envelope can't be read"),
    "a number of five thousand digits": (
        (b"long", body(event("long")), [*plain(), ("ce_seq", b"9" * 5000)]),
        "the envelope can't be read",
    ),
    "NUL": (good("nul", title="a\x00b"), "NUL"),
    "a lone surrogate": (instead("surrogate", b'"\\ud800"'), ""),
    "a number that is none": (instead("nan", b"NaN"), ""),
    "lists in lists": (instead("deep", b"[" * DEEP + b"]" * DEEP), ""),
}
APPLIED: dict[str, Poison] = {
    "a field of the future": (b"wider", body(event("wider")).replace(b'"change"', b'"mood": "calm", "change"'), plain()),
    "a header of somebody else that is null": (b"other", body(event("other")), [*plain(), ("x", None)]),
    "five megabytes": good("large", details={"text": "x" * LARGE}),
}


@pytest.fixture
async def world(emptied: Stack) -> World:
    """Given new logs of changes, of which nothing was projected yet."""
    world = World(emptied)
    await world.tell(10)
    return world


async def write(world: World, poisons: Sequence[Poison]) -> int:
    """Write these into the log, each beside a neighbour in one batch; the offset of the first."""
    producer = AIOKafkaProducer(bootstrap_servers=world.stack.kafka, max_request_size=8_388_608, linger_ms=50)
    await producer.start()
    try:
        given = [one for number, poison in enumerate(poisons) for one in (poison, good(f"neighbour-{number}"))]
        sent = [await producer.send(TOPIC, value, key, PARTITION, headers=list(headers)) for key, value, headers in given]
        return int((await asyncio.gather(*sent))[0].offset)
    finally:
        await producer.stop()


async def aside(world: World) -> dict[int, str]:
    """What was set aside: by offset, why."""
    return {row["at"]: row["error"] for row in await world.fetch('SELECT "offset" AS at, error FROM timeline.quarantined')}


async def present(world: World) -> set[str]:
    return {row["event_id"] for row in await world.fetch("SELECT event_id FROM timeline_g1.heads")}


async def test_poison_of_every_kind_is_set_aside_with_its_reason_and_its_neighbours_are_applied(world: World) -> None:
    with service(world.stack, "timeline") as timeline:
        await ready(timeline)
        # when
        first = await write(world, [poison for poison, _ in REFUSED.values()])
        await write(world, list(APPLIED.values()))
        await world.tell(10)
        await world.recovers()
        await ready(timeline)
    # then
    found = await aside(world)
    reasons = {name: found.get(first + 2 * number) for number, name in enumerate(REFUSED)}
    assert {name for name, reason in reasons.items() if reason is None} == set()
    assert {
        name: reason for (name, (_, word)), reason in zip(REFUSED.items(), reasons.values(), strict=True) if word not in str(reason)
    } == {}
    assert len(found) == len(REFUSED), found
    assert {f"neighbour-{number}" for number in range(len(REFUSED))} <= await present(world)
    assert {key.decode() for key, _, _ in APPLIED.values() if key} <= await present(world)


async def test_a_parser_that_drops_what_it_can_not_read_would_lose_the_neighbours_without_a_word(world: World) -> None:
    """The negative control of our own parser: the library's drops a whole batch for one header that is null."""
    await write(world, [REFUSED["a header that is null"][0]])
    with service(world.stack, "timeline", "tests.faults.unguarded parser timeline", BATCH_RECORDS="500") as dropping:
        await ready(dropping)
        with pytest.raises(TimeoutError):
            await world.catches_up(seconds=6)
    assert (await aside(world), "neighbour-0" in await present(world)) == ({}, False)


async def test_a_refusal_that_names_no_record_would_halt_everything(world: World) -> None:
    """The negative control of setting aside."""
    await write(world, [REFUSED["broken JSON"][0]])
    with service(world.stack, "timeline", "tests.faults.unguarded quarantine timeline", **SMALL) as halting:
        await halts(halting, "not an EventChange")
    assert "neighbour-0" not in await present(world)
