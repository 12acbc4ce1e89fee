"""The webhooks as a process, between real Kafka and Postgres and a real receiver: who registered is told, from where they asked to be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from aiokafka import TopicPartition

from deploy.local.stack import Stack
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards
from schemas.events import CanonicalEvent
from schemas.topics import card
from services.chassis.aside import Place, give_up
from services.chassis.probing import probe_of
from services.webhooks.service import followed_topics
from tests.integration.test_timeline_service import outgoing
from tests.integration.test_timeline_service import publish as publish_records
from tests.integration.webhooks_world import KEEN, OK, SECRET, Receiver, ask, receiver, register, standing, status
from tests.support.logs import read_topic
from tests.support.service import ServiceProcess, eventually, service
from tests.support.stack import empty
from tests.unit.timeline.builders import event

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUEUE = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def webhooks(stack: Stack) -> AsyncIterator[ServiceProcess]:
    """One process for all tests, with a short queue; each test registers an address of its own, and tells events of its own."""
    await empty(stack, NAMES, topics_of=None)
    await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
    with service(stack, "webhooks", WEBHOOK_QUEUE=str(QUEUE), **KEEN) as process:
        await asyncio.to_thread(process.wait_ready)
        yield process


@asynccontextmanager
async def hooked(webhooks: ServiceProcess, there: Receiver, **asked: Any) -> AsyncIterator[str]:
    """A registered address, removed in the end."""
    webhook = await register(webhooks.address, there.url, **asked)
    try:
        yield webhook
    finally:
        assert (await ask(webhooks.address, "DELETE", f"/{webhook}")).status_code == 204


async def get(webhooks: ServiceProcess, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(webhooks.address + path)


async def publish(stack: Stack, *events: CanonicalEvent) -> None:
    await publish_records(stack, [outgoing(one) for one in events])


async def told(there: Receiver, *expected: tuple[str, int]) -> None:
    """Wait until so many changes came; they are these, each once."""
    await eventually(lambda: len(there.changes) >= len(expected))
    assert sorted(there.revisions) == sorted(expected)


async def test_changes_are_told_as_cloudevents_whose_signature_the_official_library_verifies(
    stack: Stack, webhooks: ServiceProcess
) -> None:
    async with receiver() as there, hooked(webhooks, there) as webhook:
        await publish(stack, event("a-1"), event("a-1", 2), event("a-2", kind="strike"))
        await told(there, ("a-1", 1), ("a-1", 2), ("a-2", 1))
        assert [one.verified()["data"]["change"] for one in there.changes] == ["revised"] * 3
        await eventually(lambda: _states(webhooks, webhook, ["delivered"] * 3))


async def _states(webhooks: ServiceProcess, webhook: str, wanted: list[str]) -> bool:
    found = (await ask(webhooks.address, "GET", f"/{webhook}/deliveries")).json()["deliveries"]
    return [one["state"] for one in found] == wanted


async def test_an_address_begins_where_it_asked_to(stack: Stack, webhooks: ServiceProcess) -> None:
    # given: changes from before
    await publish(stack, event("b-1"), event("b-1", 2))
    place = next((r.topic, r.partition, r.offset) for r in await read_topic(stack.kafka, "events.summit.v1") if r.key == b"b-1")
    topic, partition, offset = place
    since_then = await _ends(stack) | {f"{topic}-{partition}": offset + 1}
    starts: list[Any] = ["now", "beginning", since_then]
    async with AsyncExitStack() as held:
        now, old, since = [await held.enter_async_context(receiver()) for _ in starts]
        for there, start in zip((now, old, since), starts, strict=True):
            await held.enter_async_context(hooked(webhooks, there, **{"from": start}))
        # when
        await publish(stack, event("b-1", 3))
        # then
        await eventually(lambda: all(("b-1", 3) in one.revisions for one in (now, old, since)))
        assert [one for one in old.revisions if one[0] == "b-1"] == [("b-1", 1), ("b-1", 2), ("b-1", 3)]
        assert [one for one in since.revisions if one[0] == "b-1"] == [("b-1", 2), ("b-1", 3)]
        assert now.revisions == [("b-1", 3)]


async def _ends(stack: Stack) -> dict[str, int]:
    """The position of somebody who has read all there is."""
    async with probe_of(stack.kafka) as probe:
        partitions = [TopicPartition(topic, number) for topic in followed_topics() for number in range(card(topic).partitions)]
        return {f"{at.topic}-{at.partition}": end for at, end in (await probe.end_offsets(partitions)).items()}


async def test_whoever_was_paused_while_more_happened_than_a_queue_holds_hears_it_all_once_and_in_order(
    stack: Stack, webhooks: ServiceProcess
) -> None:
    async with receiver() as there, hooked(webhooks, there) as webhook:
        await ask(webhooks.address, "POST", f"/{webhook}/pause")
        await publish(stack, *(event(f"c-{number % 3}", 1 + number // 3) for number in range(30)))

        async def behind() -> bool:
            found = await standing(webhooks.address, webhook)
            return bool(found["behind"]) and QUEUE <= found["waiting"] < 30

        await eventually(behind)
        assert there.changes == []
        # when
        await ask(webhooks.address, "POST", f"/{webhook}/resume")
        # then
        await told(there, *((f"c-{number % 3}", 1 + number // 3) for number in range(30)))
        for name in ("c-0", "c-1", "c-2"):
            assert [one for one in there.revisions if one[0] == name] == [(name, 1 + number) for number in range(10)]


async def test_filters_let_through_what_fits_and_what_once_did(stack: Stack, webhooks: ServiceProcess) -> None:
    async with receiver() as there, hooked(webhooks, there, kinds=["strike"], statuses=["scheduled"]):
        first, second, last = (event(f"d-{number}", kind="strike", status="scheduled") for number in (1, 2, 9))
        over = {"status": "occurred"}
        moved = first.model_copy(update=over | {"revision": 2})
        await publish(stack, first, second.model_copy(update=over), event("d-3"), moved, last)
        await eventually(lambda: ("d-9", 1) in there.revisions and ("d-1", 2) in there.revisions)
        assert sorted(there.revisions) == [("d-1", 1), ("d-1", 2), ("d-9", 1)]


async def test_an_address_is_told_nothing_before_it_has_taken_a_ping_and_all_after(stack: Stack, webhooks: ServiceProcess) -> None:
    answers = [OK, OK, status(500)]
    async with receiver(lambda _: answers.pop() if answers else OK) as there:
        webhook = await register(webhooks.address, there.url, pinged=False)
        await publish(stack, event("e-1"))
        # when: the first ping is refused
        refused = (await ask(webhooks.address, "POST", f"/{webhook}/ping")).json()
        assert (refused["taken"], refused["state"], refused["said"]) == (False, "unverified", "answered 500")
        assert (await standing(webhooks.address, webhook))["reason"] == "answered 500"
        assert (await ask(webhooks.address, "POST", f"/{webhook}/resume")).status_code == 422
        assert there.changes == []
        # and the second taken
        assert (await ask(webhooks.address, "POST", f"/{webhook}/ping")).json()["state"] == "active"
        # then
        await told(there, ("e-1", 1))
        assert [one.verified()["type"] for one in there.got if one.is_ping] == ["daybook.webhook.ping.v1"] * 2
        # and: another url has to take a ping of its own
        moved = await ask(webhooks.address, "PATCH", f"/{webhook}", json={"url": there.url + "2"})
        assert moved.json()["state"] == "unverified"
        assert (await ask(webhooks.address, "DELETE", f"/{webhook}")).status_code == 204


async def test_a_secret_is_changed_without_a_delivery_that_nobody_could_verify(stack: Stack, webhooks: ServiceProcess) -> None:
    async with receiver() as there, hooked(webhooks, there) as webhook:
        fresh = (await ask(webhooks.address, "POST", f"/{webhook}/secret")).json()["secret"]
        await publish(stack, event("f-1"))
        await told(there, ("f-1", 1))
        assert fresh != SECRET
        assert there.changes[0].verified(fresh) == there.changes[0].verified(SECRET)


async def test_deliveries_can_be_seen_given_up_and_made_again(stack: Stack, webhooks: ServiceProcess) -> None:
    bad = [True]
    async with receiver(lambda got: status(500) if bad and not got.is_ping else OK) as there, hooked(webhooks, there) as webhook:
        await publish(stack, event("g-1"), event("g-1", 2))
        await eventually(lambda: len(there.changes) >= 2)
        rows = (await ask(webhooks.address, "GET", f"/{webhook}/deliveries")).json()["deliveries"]
        assert [row["event_id"] for row in rows] == ["g-1", "g-1"]
        first = min(row["delivery_id"] for row in rows)

        async def given_up() -> bool:  # it may be under way at this moment
            return (await ask(webhooks.address, "POST", f"/{webhook}/deliveries/{first}/discard")).status_code == 200

        await eventually(given_up)
        bad.clear()
        await eventually(lambda: ("g-1", 2) in there.revisions)
        await eventually(lambda: _states(webhooks, webhook, ["delivered", "discarded"]))
        # when
        done = await ask(webhooks.address, "POST", f"/{webhook}/deliveries/{first}/redeliver")
        assert done.json() == {"deliveries": 1}
        # then
        await eventually(lambda: _states(webhooks, webhook, ["delivered", "delivered"]))
        assert there.revisions[-1] == ("g-1", 1)


async def test_a_change_that_is_none_is_set_aside_once_and_whoever_reads_for_himself_passes_it(
    stack: Stack, webhooks: ServiceProcess
) -> None:
    await publish_records(stack, [outgoing(event("h-1"), b"{}"), outgoing(event("h-1", 2)), outgoing(event("h-2"))])
    async with receiver() as there, hooked(webhooks, there, **{"from": "beginning"}):
        await eventually(lambda: ("h-2", 1) in there.revisions)
        assert [one for one in there.revisions if one[0] == "h-1"] == [], "what follows it waits with it"
        # when: an operator gives it up
        bad = next(one for one in await read_topic(stack.kafka, "events.summit.v1") if one.key == b"h-1")
        admin = await asyncpg.connect(stack.dsn("admin"))
        await give_up(admin, ["webhooks"], Place(bad.topic, bad.partition, bad.offset))
        await admin.close()
        # then
        await eventually(lambda: ("h-1", 2) in there.revisions)
    assert (await get(webhooks, "/readyz")).json()["ready"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"url": "news"}, "url"),
        ({"url": "ftp://news.example/hook"}, "url"),
        ({"url": ""}, "url"),
        ({}, "url"),
        ({"url": "http://127.0.0.1/", "kinds": ["picnic"]}, "kinds"),
        ({"url": "http://127.0.0.1/", "from": "yesterday"}, "from"),
        ({"url": "http://127.0.0.1/", "from": {"events.picnic.v1-0": 1}}, "from"),
        ({"url": "http://127.0.0.1/", "secret": "whsec_short"}, "secret"),
        ({"url": "http://127.0.0.1/", "kind": ["strike"]}, "kind"),
    ],
)
async def test_what_is_wrong_with_a_registration_is_told_by_its_field(webhooks: ServiceProcess, asked: dict[str, Any], field: str) -> None:
    answer = await ask(webhooks.address, "POST", json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith(f"{field}: ")
    assert "whsec_" not in answer.text or "whsec_short" not in answer.text


async def test_a_position_beyond_the_end_of_a_log_is_refused_with_what_is_allowed(stack: Stack, webhooks: ServiceProcess) -> None:
    ends = await _ends(stack)
    (name, end), *_ = ends.items()
    answer = await ask(webhooks.address, "POST", json={"url": "http://127.0.0.1/", "from": {name: end + 1}})
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"from: {name}: {end + 1} lies beyond the end of the log: {end} is the most, and means `now`"
    # and the very end is none
    async with receiver() as there, hooked(webhooks, there, **{"from": ends}):
        pass


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/ping"), ("POST", "/pause"), ("GET", "/deliveries")])
async def test_what_is_not_there_is_said_not_to_be(webhooks: ServiceProcess, method: str, path: str) -> None:
    assert (await ask(webhooks.address, method, f"/nobody{path}")).status_code == 404


async def test_a_secret_is_neither_logged_nor_shown_again(webhooks: ServiceProcess) -> None:
    async with receiver() as there, hooked(webhooks, there) as webhook:
        assert "secret" not in await standing(webhooks.address, webhook)
        assert not webhooks.saw(SECRET)


async def test_metrics_tell_how_deliveries_stand(webhooks: ServiceProcess) -> None:
    text = (await get(webhooks, "/metrics")).text
    for name in ("daybook_webhooks", "daybook_webhook_deliveries_total", "daybook_webhook_waiting", "daybook_webhook_dead"):
        assert f"\n{name}" in text
