"""An article that the rules can't get through goes to quarantine with its bytes, and the news goes on."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards
from schemas.mentions import Reading
from schemas.topics import card
from services.chassis.topics import create_topics
from tests.faults.world import TOPIC, articles, publish
from tests.support.service import service
from tests.support.stack import empty

QUARANTINE = f"{TOPIC}.quarantine"
ENDLESS = " Putin met Trump in Kyiv after 270 drones hit Kharkiv." * 3_000


async def test_an_article_that_takes_too_long_is_quarantined_and_those_behind_it_are_read(stack: Stack) -> None:
    # given a log in which the second of three articles takes a second or more to read
    await empty(stack, NAMES, topics_of=None)
    await create_topics(stack.kafka, [card(TOPIC).model_copy(update={"partitions": 1})])
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    first, second, third = articles(6)[:3]
    endless = second.model_copy(update={"body": second.body + ENDLESS})
    await publish(stack, [first, endless, third])
    # when it is read under a limit that it does not meet
    with service(stack, "normalizer", READ_SECONDS="0.5"):
        (refused,) = await heard(stack, QUARANTINE, 1)
        told = await heard(stack, "mentions.strike.v1", 1) + await heard(stack, "mentions.summit.v1", 1)
    # then its bytes, why, and where it stood are in quarantine
    headers = {name: value.decode() for name, value in refused.headers}
    assert refused.key == endless.article_id.encode()
    assert refused.value == endless.model_dump_json().encode()
    assert headers["error"] == "reading was given up: it took more than 0.5 s of the processor's time"
    assert (headers["topic"], headers["partition"], headers["offset"]) == (TOPIC, "0", "2")  # behind the genesis record
    # and the articles before and behind it are read
    readings = [Reading.model_validate_json(record.value) for record in told]
    assert {reading.article.article_id for reading in readings} == {first.article_id, third.article_id}


async def heard(stack: Stack, topic: str, count: int) -> list[ConsumerRecord]:
    """The first records of a topic, its genesis apart."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for number in range(card(topic).partitions)])
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(60):
            while len(found) < count:
                record = await consumer.getone()
                found += [record] if record.key != b"genesis" else []
        return found
    finally:
        await consumer.stop()
