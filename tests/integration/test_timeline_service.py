"""The timeline as a process, between real Kafka and real Postgres: it follows every log of changes, and sets aside what is no change."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence

import httpx
from pydantic import SecretStr

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from schemas.envelope import Envelope, to_headers
from schemas.events import CanonicalEvent
from schemas.kinds import kinds
from schemas.topics import card
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.outbox import SQL, Outbox
from services.chassis.postgres import open_pool
from services.chassis.records import Outgoing
from services.chassis.relay import Relay
from services.chassis.settings import Settings
from services.commands.timeline import fetch
from services.timeline.service import followed_topics
from tests.support.logs import read_topic
from tests.support.service import ServiceProcess, eventually, service
from tests.unit.timeline.builders import TIME, TIMESTAMP, event, on, told

TOPICS = [f"events.{kind}.v1" for kind in kinds()]


def outgoing(of: CanonicalEvent, value: bytes | None = None) -> Outgoing:
    """The change as the normalizer would publish it, or another value under its key."""
    envelope = Envelope(id=str(uuid.uuid4()), type="daybook.event.revised.v1", source="test", time=TIME)
    body = told(of).model_dump_json().encode() if value is None else value
    return Outgoing(f"events.{of.kind}.v1", of.event_id.encode(), body, to_headers(envelope), TIMESTAMP)


async def publish(stack: Stack, records: Sequence[Outgoing]) -> None:
    """Through the outbox and the relay, in place of the normalizer."""
    given = Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("normalizer")))
    async with await open_pool(given, "normalizer") as pool:
        outbox = Outbox("normalizer", {topic: card(topic).partitions for topic in TOPICS}, TOPICS)
        async with pool.acquire() as tx, tx.transaction():
            await outbox.open_logs(tx)
            await outbox.append(tx, records)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            relay = group.create_task(Relay("normalizer", pool, given, Health(), Faults()).run())
            while await pool.fetchval(SQL["pending"]):
                await asyncio.sleep(0.02)
            relay.cancel()


def test_every_log_of_changes_is_followed_and_nothing_else() -> None:
    assert followed_topics() == TOPICS


async def test_changes_of_every_kind_can_be_asked_for_and_poison_is_set_aside_with_its_bytes(emptied: Stack) -> None:
    # given: a change of each kind, one record that is none, and one that Postgres can't store
    good = [event(f"e-{kind}", kind=kind, when=on("2025-08-18")) for kind in kinds()]
    await publish(emptied, [*map(outgoing, good), outgoing(event("broken"), b'{"change":"?"}'), outgoing(event("nul", title="a\x00b"))])
    with service(emptied, "timeline") as timeline:
        # when
        timeline.wait_ready()
        await eventually(lambda: list(fetch(timeline.address, {})) == good)
        # then
        assert get(timeline, "/v1/events/broken").status_code == 404
        assert get(timeline, "/readyz").json()["ready"] is True
        await eventually(lambda: _quarantined(emptied))
        # and: what comes later is heard
        await publish(emptied, [outgoing(event("e-strike", 2, kind="strike", title="told anew"))])
        await eventually(lambda: get(timeline, "/v1/events/e-strike").json()["title"] == "told anew")
        assert len(get(timeline, "/v1/events/e-strike/history").json()["revisions"]) == 2
        position = get(timeline, "/v1/events").json()["position"]
        assert set(position) == {f"{topic}-{number}" for topic in TOPICS for number in range(card(topic).partitions)}
        for path in ("/openapi.json", "/docs", "/livez", "/metrics"):
            assert get(timeline, path).status_code == 200


async def _quarantined(stack: Stack) -> bool:
    found = {record.key: record.value for record in await read_topic(stack.kafka, "events.summit.v1.quarantine")}
    return set(found) == {b"broken", b"nul"} and found[b"broken"] == b'{"change":"?"}'


def get(timeline: ServiceProcess, path: str) -> httpx.Response:
    return httpx.get(timeline.address + path, verify=PLAIN_HTTP)
