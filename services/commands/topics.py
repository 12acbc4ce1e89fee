"""`daybook topics`: what each topic is for, and what the broker holds of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from deploy.local.console import for_people, told
from services.commands import _stack

PATIENCE = 10.0  # seconds


def command(
    *,
    create: Annotated[bool, typer.Option("--create", help="Create the topics that are missing, with the settings of their cards.")] = False,
) -> None:
    """List the topics: key, value, partitions, records, and who writes and reads them. JSON lines when a program reads it.

    For example:

        daybook topics

        daybook topics --create

        daybook topics | jq 'select(.records == null) | .topic'
    """
    with told():
        rows = _asked(_stack.kafka(), create=create)
        if for_people():
            _show(rows)
        else:
            _print_lines(rows)


def _asked(kafka: str, *, create: bool) -> list[dict[str, Any]]:
    from aiokafka.errors import KafkaError

    from deploy.local.errors import UnreachableError

    try:
        return asyncio.run(_rows(kafka, create=create))
    except (KafkaError, OSError, TimeoutError) as error:
        raise UnreachableError(f"Kafka at {kafka} does not answer as it should: {error}", "see `daybook doctor`") from error


async def _rows(kafka: str, *, create: bool) -> list[dict[str, Any]]:
    from schemas.topics import cards
    from services.chassis.topics import create_topics

    if create:
        for topic in await create_topics(kafka, cards(), patience=PATIENCE):
            sys.stderr.write(f"created {topic}\n")
    records = await _records(kafka)
    keep = ("topic", "key", "value", "partitions", "producers", "consumers", "summary")
    return [{name: getattr(card, name) for name in keep} | {"records": records.get(card.topic)} for card in cards()]


async def _records(kafka: str) -> dict[str, int]:
    """Records in each topic that exists: the sum over its partitions of end less beginning."""
    from aiokafka import AIOKafkaConsumer, TopicPartition

    from schemas.topics import cards
    from services.chassis.topics import partition_counts

    counts = await partition_counts(kafka, [card.topic for card in cards()], patience=PATIENCE)
    partitions = [TopicPartition(topic, number) for topic, count in counts.items() for number in range(count)]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        first, end = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()
    return {topic: sum(end[p] - first[p] for p in partitions if p.topic == topic) for topic in counts}


def _show(rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    shown = Table(
        Column("topic", overflow="fold"), "key", "value", "partitions", "records", "written by", "read by", box=None, pad_edge=False
    )
    for row in rows:
        records = "missing" if row["records"] is None else str(row["records"])
        cells = row["topic"], row["key"], row["value"] or "bytes", str(row["partitions"]), records
        shown.add_row(*cells, ", ".join(row["producers"]), ", ".join(row["consumers"]))
    Console().print(shown)


def _print_lines(rows: Sequence[dict[str, Any]]) -> None:
    import json

    for row in rows:
        sys.stdout.write(json.dumps(row) + "\n")
