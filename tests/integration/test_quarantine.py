"""What was set aside waits with its key; it is tried again in order, or given up, as an operator says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from tests.integration.test_timeline_generations import execute, rebuilt, verified
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.service import ServiceProcess, eventually, service
from tests.unit.timeline.builders import event

REFUSES_BO = """
CREATE FUNCTION timeline_g1.refuse_bo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.title = 'Bo' THEN RAISE EXCEPTION 'no Bo' USING ERRCODE = 'data_exception'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_bo BEFORE INSERT ON timeline_g1.events FOR EACH ROW EXECUTE FUNCTION timeline_g1.refuse_bo()
"""


def quarantine(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from services.cli import main; main()", "quarantine", *arguments]
    return subprocess.run(
        command, env=os.environ | {"DAYBOOK_STATE": str(stack.state)}, capture_output=True, text=True, check=False, timeout=60
    )


def listed(stack: Stack) -> list[dict[str, Any]]:
    done = quarantine(stack, "list")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def title(timeline: ServiceProcess, event_id: str) -> str | None:
    answer = httpx.get(f"{timeline.address}/v1/events/{event_id}", verify=PLAIN_HTTP)
    return answer.json()["title"] if answer.status_code == httpx.codes.OK else None


def readiness(timeline: ServiceProcess) -> dict[str, Any]:
    return dict(httpx.get(f"{timeline.address}/readyz", verify=PLAIN_HTTP).json())


def revisions(timeline: ServiceProcess, event_id: str) -> list[int]:
    told = httpx.get(f"{timeline.address}/v1/events/{event_id}/history", verify=PLAIN_HTTP).json()["revisions"]
    return [one["revision"] for one in told]


@pytest.fixture
async def timeline(emptied: Stack) -> AsyncIterator[ServiceProcess]:
    with service(emptied, "timeline") as process:
        process.wait_ready()
        yield process


async def test_what_was_mended_is_tried_again_in_order_and_its_key_goes_on(emptied: Stack, timeline: ServiceProcess) -> None:
    # given: Postgres refuses one record, so that the next of its key waits behind it, and its neighbour does not
    await execute(emptied, REFUSES_BO)
    await publish(emptied, [outgoing(event("e-1", title="Bo")), outgoing(event("e-1", 2, title="two")), outgoing(event("e-2"))])
    await eventually(lambda: len(listed(emptied)) == 2)
    await eventually(lambda: title(timeline, "e-2") is not None)
    first, second = sorted(listed(emptied), key=lambda one: int(one["place"].rpartition("@")[2]))
    assert ("no Bo" in first["error"], "an earlier record of this key" in second["error"], title(timeline, "e-1")) == (True, True, None)
    # then: readiness stays, and says so
    await eventually(lambda: "2 records wait in quarantine" in readiness(timeline)["notes"].get("timeline-g1", ""))
    assert readiness(timeline)["ready"]
    # and: what would be done is said and not done
    dry = quarantine(emptied, "redrive", first["place"])
    assert (dry.returncode, "would do" in dry.stdout, "1 more of its key" in dry.stdout) == (0, True, True)
    # and: what is not mended stays
    assert quarantine(emptied, "redrive", "--all", "--yes").returncode == 0
    await eventually(lambda: timeline.saw("record_refused_again"))
    assert [one["state"] for one in listed(emptied)] == ["waiting", "waiting"]
    # when
    await execute(emptied, "DROP TRIGGER no_bo ON timeline_g1.events")
    assert quarantine(emptied, "redrive", first["place"], "--yes").returncode == 0
    # then
    await eventually(lambda: title(timeline, "e-1") == "two")
    assert listed(emptied) == []
    await eventually(lambda: readiness(timeline)["notes"] == {})
    assert revisions(timeline, "e-1") == [1, 2]
    await publish(emptied, [outgoing(event("e-1", 3, title="three"))])
    await eventually(lambda: title(timeline, "e-1") == "three")


async def test_what_is_given_up_lets_its_key_go_on_and_its_bytes_can_still_be_seen(emptied: Stack, timeline: ServiceProcess) -> None:
    # given
    await publish(emptied, [outgoing(event("e-1"), b'{"broken"'), outgoing(event("e-1", 2, title="two"))])
    await eventually(lambda: len(listed(emptied)) == 2)
    place = min((one["place"] for one in listed(emptied)), key=lambda told: int(told.rpartition("@")[2]))
    # when
    assert quarantine(emptied, "discard", place, "--yes").returncode == 0
    # then
    await eventually(lambda: title(timeline, "e-1") == "two")
    assert [(one["place"], one["state"]) for one in listed(emptied)] == [(place, "given_up")]
    assert "eyJicm9rZW4i" in quarantine(emptied, "show", place).stdout
    # and: what was given up makes no copy differ from the log, nor from another copy
    assert (await verified(emptied)).equal
    done = await rebuilt(emptied)
    assert (done.compared.equal, done.live) == (True, True)
    # and: what comes later is applied at once
    await publish(emptied, [outgoing(event("e-1", 3, title="three"))])
    await eventually(lambda: title(timeline, "e-1") == "three")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["show", "nonsense"], "'nonsense' names no record"),
        (["show", "events.strike.v1-0@99"], "is not in quarantine"),
        (["redrive"], "no record is named"),
        (["burn"], "say list, show, redrive or discard"),
    ],
)
def test_what_can_not_be_done_is_said_without_a_traceback(emptied: Stack, arguments: list[str], word: str) -> None:
    done = quarantine(emptied, *arguments)
    assert (done.returncode, word in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
