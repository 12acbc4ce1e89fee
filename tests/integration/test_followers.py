"""Followers on real servers: what passes is waited for, what must not go on halts and says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest
import pytest_asyncio
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client import REGISTRY
from pydantic import SecretStr

from deploy.local.stack import Stack
from schemas import versions
from schemas.topics import cards
from services.chassis import standing
from services.chassis.faults import Faults
from services.chassis.follower import Follower
from services.chassis.health import Health
from services.chassis.kafka import make_broker, seed_offsets, subscribe
from services.chassis.outbox import Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Record
from services.chassis.settings import Settings
from services.chassis.topics import create_topics
from tests.support.records import genesis, raw
from tests.support.service import eventually

TOPIC, OTHER = "events.strike.v1", "events.summit.v1"
CARDS = [card.model_copy(update={"partitions": 1}) for card in cards() if card.topic in {TOPIC, f"{TOPIC}.quarantine"}]


class Keeping:
    """Effects that keep what they saw: one row a record, in the follower's transaction."""

    def __init__(self) -> None:
        self.trouble: list[Exception] = []
        self.seconds = 0.0

    async def prepare(self, records: Sequence[Record]) -> Sequence[Record]:
        return records

    async def apply(self, tx: asyncpg.Connection, records: Sequence[Record]) -> None:
        await tx.executemany("INSERT INTO seen (at, key) VALUES ($1, $2)", [(r.offset, r.key.decode()) for r in records])
        if self.seconds:
            await tx.execute("SELECT pg_sleep($1)", self.seconds)
        if self.trouble:
            raise self.trouble.pop()


class World:
    """One follower of one topic with one partition, or of more, in this process."""

    def __init__(self, stack: Stack, pool: asyncpg.Pool, settings: Settings) -> None:
        self.stack, self.pool, self.settings = stack, pool, settings
        self.health, self.effects, self.topics = Health(), Keeping(), [TOPIC]

    async def start(self) -> None:
        outbox = Outbox("timeline", {f"{TOPIC}.quarantine": 1}, [])
        async with self.pool.acquire() as tx, tx.transaction():
            await outbox.open_logs(tx)
        self.broker = make_broker(self.settings)
        self.follower = follower = Follower("timeline", self.effects, self.pool, outbox, self.health, Faults(), self.settings.kafka)
        self.health.set("timeline", reason="starting")
        subscribe(self.broker, follower, self.topics, self.settings)
        await seed_offsets(self.settings.kafka, "timeline", self.topics)
        await self.broker.start()

    async def stop(self) -> None:
        await self.broker.stop()

    async def send(self, *records: object, topic: str = TOPIC) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.stack.kafka)
        await producer.start()
        for record in records:
            await producer.send_and_wait(topic, record.value, record.key, partition=0, headers=list(record.headers))  # type: ignore[attr-defined]
        await producer.stop()

    async def seen(self) -> list[str]:
        postgres = await asyncpg.connect(self.stack.dsn("admin"))  # not one of the connections that a test terminates
        try:
            return [row["key"] for row in await postgres.fetch("SELECT key FROM timeline.seen ORDER BY at")]
        finally:
            await postgres.close()

    async def saw(self, *keys: str) -> None:
        await eventually(lambda: self._saw(list(keys)))

    async def _saw(self, keys: list[str]) -> bool:
        return await self.seen() == keys

    async def halted(self, because: str) -> None:
        await eventually(lambda: because in self.health.ready().parts["timeline"])


def parcel(seq: int, key: str) -> object:
    return raw(seq, seq, key=key.encode())


@pytest_asyncio.fixture
async def world(emptied: Stack) -> AsyncIterator[World]:
    """Given a log with its genesis record and a follower that has not started."""
    admin = AIOKafkaAdminClient(bootstrap_servers=emptied.kafka)
    await admin.start()
    await admin.delete_topics([card.topic for card in CARDS])
    await eventually(lambda: _gone(admin))
    await admin.close()
    await create_topics(emptied.kafka, CARDS)
    postgres = await asyncpg.connect(emptied.dsn("admin"))
    await postgres.execute("CREATE TABLE timeline.seen (at bigint, key text); GRANT ALL ON timeline.seen TO timeline")
    await postgres.close()
    settings = Settings(kafka=emptied.kafka, dsn=SecretStr(emptied.dsn("timeline")), session_timeout_ms=1500, transaction_timeout_ms=2000)
    async with await open_pool(settings, "timeline") as pool:
        world = World(emptied, pool, settings)
        await world.send(genesis("one"))
        await world.start()
        yield world
        await world.stop()


async def _gone(admin: AIOKafkaAdminClient) -> bool:
    return TOPIC not in await admin.list_topics()


async def test_a_topic_that_was_deleted_and_made_anew_halts_its_follower(world: World) -> None:
    # given a follower that applied two records and stopped
    await world.send(parcel(1, "a"), parcel(2, "b"))
    await world.saw("a", "b")
    await world.stop()
    # when the topic is made anew, with as many records
    admin = AIOKafkaAdminClient(bootstrap_servers=world.stack.kafka)
    await admin.start()
    await admin.delete_topics([TOPIC])
    await eventually(lambda: _gone(admin))
    await admin.close()
    await create_topics(world.stack.kafka, CARDS)
    await world.send(genesis("other"), parcel(1, "x"), parcel(2, "y"), parcel(3, "z"))
    await world.start()
    # then it halts and says why, and nothing of the other log is applied
    await world.halted("this is another log")
    assert await world.seen() == ["a", "b"]


async def test_a_log_shorter_than_the_position_halts_its_follower(world: World) -> None:
    await world.send(parcel(1, "a"), parcel(2, "b"))
    await world.saw("a", "b")
    await world.stop()
    await world.pool.execute("UPDATE checkpoints SET next_offset = 99")
    await world.start()
    await world.halted("lies outside the log")


async def test_a_partition_that_cannot_be_followed_halts_alone_and_those_claimed_with_it_go_on(world: World) -> None:
    # given a follower of two topics whose position in one of them lies outside the log
    await world.stop()
    world.topics = [TOPIC, OTHER]
    await world.start()
    await world.send(parcel(1, "a"))
    await world.send(parcel(0, "b"), topic=OTHER)
    await eventually(lambda: _saw_all(world, "a", "b"))
    await world.stop()
    await world.pool.execute("UPDATE checkpoints SET next_offset = 99 WHERE topic = $1", TOPIC)
    # when it claims both anew
    await world.start()
    await world.send(parcel(1, "c"), topic=OTHER)
    # then the one is halted, loudly, and the other goes on
    await world.halted(f"halted: {TOPIC}-0: the position 99 lies outside the log")
    await eventually(lambda: _saw_all(world, "a", "b", "c"))
    assert OTHER not in world.health.ready().parts["timeline"]
    assert REGISTRY.get_sample_value("daybook_halted", {"follower": "timeline"}) == 1
    assert world.follower.positions[TopicPartition(OTHER, 0)] == 2
    assert TopicPartition(TOPIC, 0) not in world.follower.positions


async def _saw_all(world: World, *keys: str) -> bool:
    return sorted(await world.seen()) == list(keys)


async def test_another_record_than_the_one_applied_halts_its_follower(world: World) -> None:
    await world.send(parcel(1, "a"))
    await world.saw("a")
    await world.stop()
    await world.pool.execute("UPDATE checkpoints SET last_digest = 'other'")
    await world.start()
    await world.halted("is not the one that was applied")


async def test_a_hole_in_the_numbers_halts_and_applies_nothing_after_it(world: World) -> None:
    await world.send(parcel(1, "a"), parcel(3, "c"))
    await world.halted("records are missing")
    assert await world.seen() in ([], ["a"])


async def test_a_record_of_an_unknown_version_halts_its_partition_until_the_upgrade(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a newer Daybook that wrote a version two
    newer = raw(2, 2, key=b"b", schema="urn:daybook:schema:EventChange:v2")
    await world.send(parcel(1, "a"), newer, parcel(3, "c"))
    # then what came before is applied, and the follower says where it stands, why, and what to do
    monkeypatch.setattr(standing, "log", structlog.get_logger())  # the one of before may keep to a configuration of before
    with structlog.testing.capture_logs() as lines:
        await world.halted(f"{TOPIC}-0@2 is of EventChange v2")
    assert "upgrade" in world.health.ready().parts["timeline"]
    assert REGISTRY.get_sample_value("daybook_halted", {"follower": "timeline"}) == 1
    told = {"topic": TOPIC, "partition": 0, "offset": 2, "version": "EventChange v2"}
    assert [line for line in lines if line["event"] == "follower_halted" and told.items() <= line.items()]
    await world.saw("a")
    # when the follower is upgraded
    await world.stop()
    monkeypatch.setitem(versions.PRESENT, "EventChange", 2)
    versions._steps.cache_clear()
    await world.start()
    # then it goes on from there, and nothing was skipped
    await world.saw("a", "b", "c")
    versions._steps.cache_clear()


async def test_a_lost_connection_to_postgres_is_waited_for(world: World) -> None:
    world.effects.trouble = [ConnectionResetError("gone"), asyncpg.DeadlockDetectedError("deadlock")]
    await world.send(parcel(1, "a"))
    await world.saw("a")


async def test_backends_that_are_terminated_again_and_again_cost_no_record(world: World) -> None:
    keys = [f"k{number}" for number in range(60)]
    postgres = await asyncpg.connect(world.stack.dsn("admin"))
    for number, key in enumerate(keys, 1):
        await world.send(parcel(number, key)) if number % 20 else await asyncio.gather(
            world.send(parcel(number, key)),
            postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'timeline'"),
        )
    await postgres.close()
    await world.saw(*keys)


async def test_a_batch_that_is_more_work_than_a_transaction_may_last_is_given_more_time(world: World) -> None:
    world.effects.seconds = 3.0
    await world.send(parcel(1, "a"))
    await world.saw("a")


async def test_without_more_time_such_a_batch_is_cut_off_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr("services.chassis.follower.give_time", _gives_none)
    before = _retried()
    world.effects.seconds = 3.0
    await world.send(parcel(1, "a"))
    await eventually(lambda: _retried() >= before + 3)
    assert await world.seen() == []


async def _gives_none(*_: object) -> None:
    """As much as at first."""


def _retried() -> float:
    return REGISTRY.get_sample_value("daybook_retries_total", {"follower": "timeline"}) or 0.0


async def test_a_bug_in_the_effects_halts_loudly_and_is_not_retried_for_ever(world: World) -> None:
    world.effects.trouble = [ZeroDivisionError("a bug")]
    await world.send(parcel(1, "a"))
    await world.halted("ZeroDivisionError: a bug")
    assert await world.seen() == []


async def test_a_group_s_offsets_are_seeded_once_and_never_moved(world: World) -> None:
    at = TopicPartition(TOPIC, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=world.stack.kafka, group_id="seeded", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([at])
    await seed_offsets(world.stack.kafka, "seeded", [TOPIC])
    assert await consumer.committed(at) == 0
    await consumer.commit({at: 1})
    await seed_offsets(world.stack.kafka, "seeded", [TOPIC])
    assert await consumer.committed(at) == 1
    await consumer.stop()


async def test_kafka_s_own_offsets_do_not_matter(world: World) -> None:
    await world.send(parcel(1, "a"), parcel(2, "b"))
    await world.saw("a", "b")
    await world.stop()
    consumer = AIOKafkaConsumer(bootstrap_servers=world.stack.kafka, group_id="timeline", enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(TOPIC, 0)])
    await consumer.commit({TopicPartition(TOPIC, 0): 1})  # somebody moved them back
    await consumer.stop()
    await world.send(parcel(3, "c"))
    await world.start()
    await world.saw("a", "b", "c")
