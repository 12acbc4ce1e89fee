"""From one version to the next: what the earlier one made answers until a rebuild has made another, and readers see no gap."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from deploy.local.stack import Stack
from deploy.pipeline.catch_up import BehindError, need_current
from deploy.pipeline.processes import PLAIN_HTTP
from services.timeline.generations import registry
from services.timeline.generations.names import Generation
from services.timeline.generations.rebuilding import HANDOVER_SECONDS
from services.timeline.generations.verifying import verify
from tests.integration.test_timeline_generations import LATER, WORLD, states, titles, told
from tests.integration.test_timeline_service import outgoing, publish
from tests.integration.timeline_world import fresh_schema
from tests.support import older
from tests.support.service import ServiceProcess, eventually, service
from tests.unit.timeline.builders import event

OLDER = "tests.support.older"


@dataclass
class Watch:
    """What a reader saw who asked again and again: `gaps`, answers that were none, or were poorer than the one before."""

    answers: int = 0
    gaps: list[str] = field(default_factory=list)
    _events: int = 0
    _position: dict[str, int] = field(default_factory=dict)

    def saw(self, answer: httpx.Response) -> None:
        self.answers += 1
        if answer.status_code != httpx.codes.OK:
            self.gaps.append(answer.text)
            return
        events, position = len(answer.json()["events"]), answer.json()["position"]
        if events < self._events or any(position.get(at, 0) < offset for at, offset in self._position.items()):
            self.gaps.append(f"{events} events at {position}, after {self._events} at {self._position}")
        self._events, self._position = events, position


@asynccontextmanager
async def watched(timeline: ServiceProcess) -> AsyncIterator[Watch]:
    """A reader who asks without pause."""
    watch = Watch()

    async def ask() -> None:
        async with httpx.AsyncClient(verify=PLAIN_HTTP) as http:
            while True:
                watch.saw(await http.get(f"{timeline.address}/v1/events?limit=500"))

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask())
        yield watch
        await eventually(lambda: watch.answers > 1)
        asking.cancel()


@pytest.fixture
async def aged(emptied: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Given an installation of an earlier version, which has ended."""
    with monkeypatch.context() as then:
        then.setattr(registry, "discover", older.discover)
        await fresh_schema(emptied)
    with service(emptied, "timeline", OLDER) as timeline:
        await asyncio.to_thread(timeline.wait_ready)
        await told(emptied, timeline, WORLD)
        await told(emptied, timeline, LATER)
    return emptied


def notes(timeline: ServiceProcess) -> dict[str, str]:
    found: dict[str, str] = httpx.get(f"{timeline.address}/readyz", verify=PLAIN_HTTP).json()["notes"]
    return found


async def test_a_new_version_answers_from_the_old_copy_until_a_rebuild_has_made_its_own(aged: Stack) -> None:
    with service(aged, "timeline") as timeline:
        # then it answers as the earlier one did, and says what to do
        await asyncio.to_thread(timeline.wait_ready)
        before = titles(timeline)
        assert set(before) == {one.event_id for one in WORLD}
        assert "daybook rebuild" in notes(timeline)["timeline"]
        lacking = contradictions(timeline)
        assert (lacking.status_code, "daybook rebuild" in lacking.json()["detail"]) == (503, True)
        with pytest.raises(BehindError):
            await need_current(aged)
        # and when it is rebuilt as it says, while readers ask and news comes
        await publish(aged, [outgoing(event("new"))])
        async with watched(timeline) as watch:
            done = await asyncio.to_thread(rebuild, aged)
            assert done.returncode == 0, done.stderr
            await eventually(lambda: "new" in titles(timeline))
        # then no reader saw a gap, or the past come back
        assert watch.gaps == []
        assert await states(aged) == {1: "kept", 2: "live"}
        assert contradictions(timeline).status_code == httpx.codes.OK
        await eventually(lambda: notes(timeline) == {})
        await need_current(aged)
    assert (await verify(aged.kafka, aged.dsn("admin"), Generation(2, "live", ""), lambda _done, _total: None)).equal


async def test_a_copy_that_another_version_made_and_nobody_follows_is_not_waited_for(aged: Stack) -> None:
    # given: a rebuild of the new version answers, and knows of more
    with service(aged, "timeline") as timeline:
        await asyncio.to_thread(timeline.wait_ready)
        assert (await asyncio.to_thread(rebuild, aged)).returncode == 0
        before = len(titles(timeline))
        await publish(aged, [outgoing(event("new"))])
        await eventually(lambda: len(titles(timeline)) > before)
        # when
        started = time.monotonic()
        done = await asyncio.to_thread(rebuild, aged, "--rollback")
        # then
        assert (done.returncode, "another version of Daybook, which does not follow it" in done.stderr) == (1, True)
        assert time.monotonic() - started < HANDOVER_SECONDS / 2
        assert "new" in titles(timeline)


async def test_a_new_version_that_wrote_into_the_old_copy_would_halt(aged: Stack) -> None:
    """The negative control of leaving alone what another version made."""
    with service(aged, "timeline", "tests.faults.unguarded shape timeline") as timeline:
        await publish(aged, [outgoing(event("e-0", 9))])
        await eventually(lambda: timeline.saw('"follower_halted"'))
        assert timeline.saw("contradictions")


def contradictions(timeline: ServiceProcess) -> httpx.Response:
    """What the earlier version did not list."""
    return httpx.get(f"{timeline.address}/v1/contradictions", verify=PLAIN_HTTP)


def rebuild(stack: Stack, *how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from services.cli import main; main()", "rebuild", *how]
    return subprocess.run(
        command, env=os.environ | {"DAYBOOK_STATE": str(stack.state)}, capture_output=True, text=True, check=False, timeout=120
    )
