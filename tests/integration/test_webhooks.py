"""The webhooks as a process, between real Kafka and Postgres and a real receiver: each change is told, in order, signed, until it is taken."""

from __future__ import annotations

import asyncio

from deploy.local.stack import Stack
from tests.integration.test_timeline_service import outgoing, publish
from tests.integration.webhooks_world import KEEN, ask, receiver, register
from tests.support.service import eventually, service
from tests.unit.timeline.builders import event


async def test_changes_are_told_as_cloudevents_whose_signature_the_official_library_verifies(emptied: Stack) -> None:
    with service(emptied, "webhooks", **KEEN) as webhooks:
        await asyncio.to_thread(webhooks.wait_ready)
        async with receiver() as there:
            webhook = await register(webhooks.address, there.url)
            # when
            await publish(emptied, [outgoing(event("e-1")), outgoing(event("e-1", 2)), outgoing(event("e-2", kind="strike"))])
            await eventually(lambda: len(there.changes) == 3)
            # then
            assert sorted(there.revisions) == [("e-1", 1), ("e-1", 2), ("e-2", 1)]
            assert [one.verified()["data"]["change"] for one in there.changes] == ["revised"] * 3
            await eventually(lambda: _all_delivered(webhooks.address, webhook, 3))


async def _all_delivered(address: str, webhook: str, count: int) -> bool:
    found = (await ask(address, "GET", f"/{webhook}/deliveries")).json()["deliveries"]
    return [one["state"] for one in found] == ["delivered"] * count
