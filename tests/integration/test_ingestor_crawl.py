"""What a crawler writes into its topic is taken in exactly once, poison and kill -9 notwithstanding. By real Kafka and Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic, RecordsToDelete

from deploy.local.stack import Stack
from services.chassis.topics import admin
from tests.integration.ingestor_pages import TOPIC, Ingestor, line, lines, page, prepared, query
from tests.support.logs import read_topic
from tests.support.service import eventually, service

CRAWL = "crawler.pages"
QUARANTINE = "pages.refused.v1.quarantine"
POSITIONS = "SELECT coalesce(sum(next_offset), 0) FROM ingestor.checkpoints WHERE follower = 'ingestor-crawl'"
LET_THE_RELAY_GO = "DELETE FROM ingestor.relay_lease"
Written = tuple[bytes | None, dict[str, bytes]]


@pytest.fixture
async def ready(stack: Stack) -> Stack:
    """Empty logs, and a topic of somebody else's."""
    await prepared(stack)
    async with admin(stack.kafka) as client:
        await client.create_topics([NewTopic(CRAWL, 2, 1)])
    return stack


async def crawl(stack: Stack, records: Sequence[Written]) -> None:
    """Write as a crawler would: no keys, no envelope."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka)
    await producer.start()
    try:
        for value, headers in records:
            key = b"key" if value is None else None  # the client wants one of the two
            await producer.send_and_wait(CRAWL, value, key, partition=0, headers=list(headers.items()))
    finally:
        await producer.stop()


async def taken_in(stack: Stack, position: int) -> None:
    await eventually(lambda: _reached(stack, position))


async def _reached(stack: Stack, position: int) -> bool:
    return int(await query(stack, POSITIONS)) >= position


async def test_pages_and_articles_are_taken_in_and_poison_is_set_aside(ready: Stack) -> None:
    # given
    known: dict[str, bytes] = {"url": b"https://hub.example/kelp", "captured_at": b"2024-03-05T12:00:00Z", "content-type": b"text/plain"}
    await crawl(
        ready,
        [
            (page("Kelp farm opens").encode(), known),
            (b"\x00\x01\x02\x03" * 500, {}),
            (lines(line("crawled-1"), line("crawled-2")), {"content-type": b"application/x-ndjson"}),
            (lines(line("future")), {"captured_at": b"2999-01-01T00:00Z"}),
            (None, {"url": b"https://hub.example/tombstone"}),
            (b"\xff" * 10, {"url": b"\xff\xfe", "status": b"\x00", "ce_seq": b"9" * 40, "ce_type": b"daybook.log.genesis.v1"}),
            (b"gone", known | {"status": b"410", "captured_at": b"2024-03-05T13:00:00Z"}),
        ],
    )
    # when
    with service(ready, "ingestor", CRAWL_TOPIC=CRAWL) as process:
        process.wait_ready()
        await taken_in(ready, 7)
        ingestor = Ingestor(ready, process)
        await ingestor.settled()
        # then
        logged = sorted((it.article.title, it.article.revision, it.article.pubstatus) for it in await ingestor.log())
        assert logged == [
            ("Kelp farm opens", 1, "usable"),
            ("Kelp farm opens", 2, "withdrawn"),
            ("Pier closed: crawled-1", 1, "usable"),
            ("Pier closed: crawled-2", 1, "usable"),
        ]
        refused = {record.value: dict(record.headers)["page"] for record in await read_topic(ready.kafka, QUARANTINE)}
        assert {page.decode() for page in refused.values()} == {f"{CRAWL}-0@{offset}" for offset in (1, 3, 5)}
        assert b"\x00\x01\x02\x03" * 500 in refused


async def test_killed_around_the_commit_each_record_is_taken_in_once(ready: Stack) -> None:
    # given
    names = [f"killed-{n}" for n in range(8)]
    await crawl(ready, [(lines(line(name)), {"captured_at": b"2024-03-05T12:00Z"}) for name in names])
    # when
    for point in ("before_commit:2", "after_commit:2"):
        with service(ready, "ingestor", CRAWL_TOPIC=CRAWL, FAULTS=f"{point}:kill") as victim:
            await asyncio.to_thread(victim.wait_killed)
        await query(ready, LET_THE_RELAY_GO)
    with service(ready, "ingestor", CRAWL_TOPIC=CRAWL) as process:
        await taken_in(ready, len(names))
        ingestor = Ingestor(ready, process)
        await ingestor.settled()
        # then
        logged = sorted((it.article.title, it.article.revision) for it in await ingestor.log())
    assert logged == sorted((f"Pier closed: {name}", 1) for name in names)
    assert await query(ready, "SELECT count(*) FROM ingestor.pages") == len(names)
    assert await query(ready, POSITIONS) == len(names)


async def test_a_topic_that_has_lost_its_beginning_is_followed_from_what_is_left(ready: Stack) -> None:
    # given
    await crawl(ready, [(lines(line(f"old-{n}")), {}) for n in range(3)])
    async with admin(ready.kafka) as client:
        await client.delete_records({TopicPartition(CRAWL, 0): RecordsToDelete(before_offset=2)})
    # when
    with service(ready, "ingestor", CRAWL_TOPIC=CRAWL) as process:
        process.wait_ready()
        await taken_in(ready, 3)
        ingestor = Ingestor(ready, process)
        await ingestor.settled()
        # then
        assert [it.article.title for it in await ingestor.log()] == ["Pier closed: old-2"]


async def test_unless_it_is_named_no_topic_is_followed(ready: Stack) -> None:
    await crawl(ready, [(lines(line("unnamed")), {})])
    with service(ready, "ingestor") as process:
        process.wait_ready()
        ingestor = Ingestor(ready, process)
        assert ingestor.post("/v1/articles", lines(line("pushed"))).status_code == 202
        await ingestor.settled()
        assert [it.article.title for it in await ingestor.log()] == ["Pier closed: pushed"]
    assert len(await read_topic(ready.kafka, TOPIC)) == 5, "four beginnings and one article"
