"""What merging keeps, and what it tells subscribers of the present, is what its logs amount to."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from schemas.mentions import Reading
from schemas.topics import cards
from services.chassis.plan import is_genesis
from services.normalizer.merging import merge_all
from services.normalizer.publish import CURRENT_TOPIC
from tests.scenarios.merging.ledger import by_content
from tests.support.logs import once, read_topic

State = dict[str, Any]


async def unlike_the_logs(stack: Stack) -> list[str]:
    """Which of the three are not the fold of the changes, in words: the rows, the compacted topic, and all readings merged at once.
    Fails if a log has a hole.
    """
    told, present = await _told(stack), await _present(stack)
    live = {name: state for name, state in told.items() if not state["merged_into"] and state["status"] != "retracted"}
    at_once = by_content(merge_all(await _readings(stack)))
    events = [CanonicalEvent.model_validate(state).model_copy(update={"edits": ()}) for state in live.values()]
    checks = {"rows": await _kept(stack) == told, CURRENT_TOPIC: present == live, "all at once": by_content(events) == at_once}
    return [name for name, holds in checks.items() if not holds]


async def _told(stack: Stack) -> dict[str, State]:
    """The last state of each event in the logs of its kind."""
    topics = [card.topic for card in cards() if card.value == "EventChange"]
    rows = [raw for topic in topics for raw in once(await read_topic(stack.kafka, topic)) if not is_genesis(raw)]
    return {raw.key.decode(): json.loads(raw.value)["event"] for raw in rows}


async def _present(stack: Stack) -> dict[str, State]:
    """Of each event the record with the highest number, tombstones left out."""
    newest = {raw.key.decode(): raw.value for raw in once(await read_topic(stack.kafka, CURRENT_TOPIC))}
    return {name: json.loads(value) for name, value in newest.items() if value}


async def _readings(stack: Stack) -> list[Reading]:
    topics = [card.topic for card in cards() if card.value == "Reading"]
    rows = [raw for topic in topics for raw in once(await read_topic(stack.kafka, topic)) if not is_genesis(raw)]
    return [Reading.model_validate_json(raw.value) for raw in rows]


async def _kept(stack: Stack) -> dict[str, State]:
    postgres = await asyncpg.connect(stack.dsn("admin"))
    try:
        return {row["event_id"]: json.loads(row["state"]) for row in await postgres.fetch("SELECT event_id, state FROM normalizer.events")}
    finally:
        await postgres.close()
