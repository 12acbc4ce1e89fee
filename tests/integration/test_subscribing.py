"""Subscribing on a real broker: every change once, from wherever one wants to begin, and no word of a log that is not what it was."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.errors import KafkaTimeoutError

from deploy.local.stack import Stack
from schemas.kinds import kinds
from services.chassis.topics import partition_counts
from subscribing import (
    Change,
    Hole,
    LogRecreated,
    NoSuchTopic,
    Only,
    Position,
    PositionLost,
    Snapshot,
    SubscribingError,
    Subscription,
    UnknownVersion,
    present,
    subscribe,
)
from subscribing.beginning import Origin, begin
from subscribing.broker import Broker
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.event_log import OTHER_LOG, event_log, made_anew, take
from tests.support.service import eventually
from tests.unit.timeline.builders import TIME, TIMESTAMP, event

EVENTS = [event(f"e-{n}", kind=kind) for kind in kinds() for n in range(5)]


def ids(changes: Sequence[Change]) -> list[str]:
    return [change.event_id for change in changes]


def summits(stack: Stack, from_: Origin = "beginning", look_seconds: float = 15.0) -> Subscription:
    return subscribe(stack.kafka, kinds=["summit"], from_=from_, look_seconds=look_seconds)


async def trouble(subscription: Subscription) -> tuple[list[str], SubscribingError]:
    """What is handed out before it ends, and how it ends."""
    found: list[str] = []
    async with asyncio.timeout(30), subscription:
        try:
            async for change in subscription:
                found += [change.event_id]
        except SubscribingError as error:
            return found, error
    raise AssertionError("a subscription never ends by itself")


async def test_every_change_of_every_kind_comes_once_and_from_each_of_their_positions_just_the_rest(emptied: Stack) -> None:
    # given
    await publish(emptied, [outgoing(one) for one in EVENTS])
    # when
    changes = await take(subscribe(emptied.kafka), len(EVENTS))
    # then
    assert sorted(change.event.model_dump_json() for change in changes if change.event) == sorted(one.model_dump_json() for one in EVENTS)
    assert not changes[-1].more
    for at in range(0, len(EVENTS), 4):
        stored = str(changes[at].position)
        rest = await take(subscribe(emptied.kafka, from_=Position.read(stored)), len(EVENTS) - at - 1) if at + 1 < len(EVENTS) else []
        assert sorted(ids(changes[: at + 1]) + ids(rest)) == sorted(ids(changes))


async def test_a_plain_position_of_the_http_api_will_do(emptied: Stack) -> None:
    await publish(emptied, [outgoing(one) for one in EVENTS])
    changes = await take(subscribe(emptied.kafka), len(EVENTS))
    plain = ", ".join(f"{topic}-{number}={place.offset}" for (topic, number), place in changes[7].position.places.items())
    assert sorted(ids(await take(subscribe(emptied.kafka, from_=Position.read(plain)), len(EVENTS) - 8))) == sorted(ids(changes[8:]))


async def test_what_comes_again_is_dropped_also_by_who_begins_behind_it(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        # given a log whose end comes again, twice
        await log.genesis()
        for number in [1, 2, 3, 2, 3, 1, 2]:
            await log.change(event(f"e-{number}"), seq=number)
        behind = (await take(summits(emptied), 3))[-1].position
        # when a position, the end, and a plain position within what comes again are gone on from
        starts: list[Origin] = [behind, "end", Position.read("events.summit.v1-0=7")]
        reading = [asyncio.create_task(take(summits(emptied, start), 1)) for start in starts]
        async with asyncio.timeout(60):
            while waiting := [one for one in reading if not one.done()]:  # who begins at the end hears only of what comes after
                await log.change(event("e-3"), seq=3)
                await log.change(event("new"))
                await asyncio.wait(waiting, timeout=0.3)
        # then
        assert [ids(await one) for one in reading] == [["new"]] * 3
        assert ids(await take(summits(emptied), 4)) == ["e-1", "e-2", "e-3", "new"]


async def test_a_hole_ends_it_after_what_came_before(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-1"))
        await log.change(event("e-3"), seq=3)
    found, error = await trouble(summits(emptied))
    assert (found, type(error)) == (["e-1"], Hole)
    assert "events.summit.v1-0: number 3 at offset 2 follows 1" in str(error)


async def test_a_type_of_a_later_version_ends_it_with_a_word_and_the_position_stays_good(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-1"))
        await log.record(b"e-2", b"{}", "daybook.event.revised.v2")
    subscription = summits(emptied)
    found, error = await trouble(subscription)
    assert (found, type(error)) == (["e-1"], UnknownVersion)
    assert "of type daybook.event.revised.v2, without dataschema; this client knows daybook.event.identified.v1" in str(error)
    assert subscription.position.places["events.summit.v1", 0].offset == 2


async def test_a_topic_that_was_made_anew_is_noticed_whether_it_is_shorter_or_longer_by_now(emptied: Stack) -> None:
    # given
    async with event_log(emptied) as log:
        await log.genesis()
        for number in range(4):
            await log.change(event(f"e-{number}"))
    stored = (await take(summits(emptied), 3))[-1].position
    # when
    await made_anew(emptied)
    # then
    _, empty = await trouble(summits(emptied, stored))
    async with event_log(emptied) as log:
        await log.genesis(OTHER_LOG)
        _, shorter = await trouble(summits(emptied, stored))
        for number in range(9):
            await log.change(event(f"other-{number}"))
    found, longer = await trouble(summits(emptied, stored))
    assert [type(error) for error in (empty, shorter, longer)] == [LogRecreated] * 3
    assert found == []
    assert "the log names itself bbbbbbbb…, it was aaaaaaaa…" in str(longer)
    # and, as the negative control: a position that knows nothing of the log is spliced
    plain = Position({at: place._replace(log=None, last=None) for at, place in stored.places.items()})
    assert ids(await take(summits(emptied, plain), 1)) == ["other-3"]


async def test_a_topic_that_is_made_anew_under_a_subscription_is_noticed_too(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-1"))
    heard = asyncio.Event()

    async def listen() -> SubscribingError:
        async with summits(emptied, look_seconds=0.2) as subscription:
            try:
                async for _ in subscription:
                    heard.set()
            except SubscribingError as error:
                return error
        raise AssertionError

    listening = asyncio.create_task(listen())
    await asyncio.wait_for(heard.wait(), 30)
    await made_anew(emptied)
    async with event_log(emptied) as log:
        await log.genesis(OTHER_LOG)
    assert isinstance(await asyncio.wait_for(listening, 30), LogRecreated | NoSuchTopic)  # it may look just when there is none


async def test_a_log_that_lost_its_end_is_noticed(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        await log.genesis()
        for number in range(4):
            await log.change(event(f"e-{number}"))
    stored = (await take(summits(emptied), 3))[-1].position
    await made_anew(emptied)
    async with event_log(emptied) as log:  # as a broker that was put back to an older state would have it
        await log.genesis()
        await log.change(event("e-0"))
        _, shorter = await trouble(summits(emptied, stored))
        for number in range(5):
            await log.change(event(f"after-{number}"))
    _, longer = await trouble(summits(emptied, stored))
    assert (type(shorter), type(longer)) == (PositionLost, PositionLost)
    assert "lies outside the log" in str(shorter)
    assert "is not the one that was read" in str(longer)


async def test_it_begins_at_a_moment_of_log_time(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-1"))
        await log.record(b"e-2", b"{}", "daybook.event.revised.v1", timestamp_ms=TIMESTAMP + 60_000)
    assert ids(await take(summits(emptied, TIME + timedelta(seconds=30)), 1)) == ["e-2"]
    assert ids(await take(summits(emptied, TIME - timedelta(days=1)), 2)) == ["e-1", "e-2"]


async def test_a_partition_that_is_added_is_read_from_its_beginning(emptied: Stack) -> None:
    # given
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-1"))
    reading = asyncio.create_task(take(summits(emptied, look_seconds=0.2), 2))
    # when
    admin = AIOKafkaAdminClient(bootstrap_servers=emptied.kafka)
    await admin.start()
    await admin.create_partitions({"events.summit.v1": NewPartitions(5)})
    await admin.close()
    await eventually(lambda: _has_partitions(emptied, 5))
    async with event_log(emptied, partition=4) as log:
        await log.genesis()
        await log.change(event("e-2"))
    # then
    assert sorted(ids(await reading)) == ["e-1", "e-2"]


async def _has_partitions(stack: Stack, count: int) -> bool:
    return (await partition_counts(stack.kafka, ["events.summit.v1"]))["events.summit.v1"] == count


async def test_what_no_filter_lets_through_moves_the_position_all_the_same(emptied: Stack) -> None:
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-1", status="occurred"))
        await log.change(event("e-2", status="scheduled"))
        subscription = subscribe(emptied.kafka, kinds=["summit"], only=Only(statuses=["occurred"]), look_seconds=0.1)
        async with asyncio.timeout(30), subscription:
            async for change in subscription:
                if change.event_id == "e-1":
                    await log.change(event("e-3", status="occurred"))
                else:
                    break
    assert change.event_id == "e-3"
    assert change.position.places["events.summit.v1", 0].offset == 4


async def test_the_present_is_the_newest_of_each_event_though_a_late_repeat_comes_after_it(emptied: Stack) -> None:
    current = "daybook.event.current.v1"
    async with event_log(emptied, "events.current.v1") as log:
        for number, title in [(5, "old"), (9, "new"), (5, "old")]:
            await log.record(b"e-1", event("e-1", title=title).model_dump_json().encode(), current, number)
        await log.record(b"e-2", None, current, 12)
    changes = await take(present(emptied.kafka), 3)
    assert [(change.event_id, change.what, change.event.title if change.event else None) for change in changes] == [
        ("e-1", "current", "old"),
        ("e-1", "current", "new"),
        ("e-2", "gone", None),
    ]
    async with event_log(emptied, "events.current.v1") as log:
        await log.record(b"e-3", event("e-3").model_dump_json().encode(), current, 13)
    assert ids(await take(present(emptied.kafka, from_=changes[-1].position), 1)) == ["e-3"]


async def test_records_as_large_as_a_topic_takes_come_through_whole_from_the_first_to_the_last(emptied: Stack) -> None:
    async with event_log(emptied) as log, event_log(emptied, partition=1) as other:
        await log.genesis()
        await other.genesis()
        for number in range(3):
            await log.change(event(f"large-{number}", title="x" * 8_000_000))
            await other.change(event(f"small-{number}"))
    changes = await take(summits(emptied), 6, 60)
    assert sorted(ids(changes)) == [f"{size}-{number}" for size in ("large", "small") for number in range(3)]
    later = changes[-1].position
    async with event_log(emptied, partition=2) as log:
        await log.genesis()
        await log.change(event("after"))
    assert ids(await take(summits(emptied, later), 1)) == ["after"]


async def test_a_snapshot_can_be_gone_on_from_as_it_is(emptied: Stack) -> None:
    await publish(emptied, [outgoing(one) for one in EVENTS])
    changes = await take(subscribe(emptied.kafka), len(EVENTS))
    now = Snapshot(changes[-2].position, iter(()))
    assert ids(await take(subscribe(emptied.kafka, from_=now), 1)) == ids(changes[-1:])


@dataclass(frozen=True, slots=True)
class TakenAwayBehind(Broker):
    """A broker whose topic of strikes is deleted as soon as somebody was told that it is there."""

    async def partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        found = await super(TakenAwayBehind, self).partitions(topics)
        await deleted(self.servers, "events.strike.v1")
        return found


async def deleted(servers: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.delete_topics([topic])
    await admin.close()


async def test_a_topic_that_is_taken_away_while_one_looks_is_missed_rather_than_waited_for(emptied: Stack) -> None:
    # given
    broker, topics = TakenAwayBehind(emptied.kafka), ["events.strike.v1"]
    # when
    with pytest.raises(NoSuchTopic, match=r"has no topic events\.strike\.v1"):
        await take(Subscription(broker, topics, "beginning", Only()), 1)
    # then, as the negative control: who does not ask again waits for what never comes
    async with broker.probe() as probe:
        with pytest.raises(KafkaTimeoutError):
            await begin(probe, [TopicPartition(topics[0], 0)], "beginning", compacted=False)


async def test_where_there_is_no_such_topic_or_kind_it_says_so(stack: Stack, emptied: Stack) -> None:
    await deleted(stack.kafka, "events.strike.v1")
    with pytest.raises(NoSuchTopic, match=r"has no topic events\.strike\.v1"):
        await take(subscribe(stack.kafka), 1)
    with pytest.raises(ValueError, match="there is no kind of event parade; there are body_exchange"):
        subscribe(stack.kafka, kinds=["parade"])
