"""Records are legible to whoever has nothing but Kafka's own console consumer."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from aiokafka import AIOKafkaProducer

from deploy.local import jars
from deploy.local.kafka import java
from deploy.local.stack import Stack
from schemas.golden import examples
from schemas.topics import card
from services.chassis.topics import create_topics

TOPIC = "legible.v1"
TOOLS = Path(__file__).parents[1] / "support" / "console.lock.toml"
SHOWN = ("print.key=true", "print.headers=true", "key.separator=\t", "headers.separator=\t", "null.literal=nothing")


async def test_each_record_can_be_read_in_kafkas_own_console(emptied: Stack) -> None:
    # given one record of each type
    await create_topics(emptied.kafka, [card("events.current.v1").model_copy(update={"topic": TOPIC, "partitions": 1})])
    records = [*examples().values()]
    producer = AIOKafkaProducer(bootstrap_servers=emptied.kafka)
    await producer.start()
    for record in records:
        await producer.send_and_wait(TOPIC, record.body, record.key.encode(), headers=list(record.raw_headers))
    await producer.stop()
    # when
    lines = console(emptied, len(records))
    # then a person sees headers, key and value as text
    assert len(lines) == len(records)
    for line, record in zip(lines, records, strict=True):
        *headers, key, value = line.split("\t")
        assert dict(header.split(":", 1) for header in headers) == record.headers
        assert key == record.key
        assert value == record.text or json.loads(value) == record.value


def test_the_console_is_of_the_broker_s_version() -> None:
    (tools,) = jars.locked_jars(TOOLS)
    assert tools.version == next(jar.version for jar in jars.locked_jars() if jar.artifact == "kafka_2.13")


def console(stack: Stack, records: int) -> list[str]:
    """What `kafka-console-consumer` prints of the topic."""
    shown = [word for one in SHOWN for word in ("--formatter-property", one)]
    class_path = os.pathsep.join((jars.class_path(lambda _: None, TOOLS), jars.class_path(lambda _: None)))
    done = subprocess.run(
        [
            *(str(java()), "-cp", class_path, "org.apache.kafka.tools.consumer.ConsoleConsumer"),
            *("--bootstrap-server", stack.kafka, "--topic", TOPIC, "--from-beginning"),
            *("--max-messages", str(records), "--timeout-ms", "30000", *shown),
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    return done.stdout.splitlines()
