"""`daybook replay` on a real broker: by offset, position and time, filtered, to a file and to another topic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.stack import Stack
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.logs import read_topic
from tests.unit.timeline.builders import TIME, event

TOPIC = "events.summit.v1"
EVENTS = [event(f"e-{n}", status="scheduled" if n % 2 else "occurred") for n in range(10)]


def replayed(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from services.cli import main; main()", "replay", *arguments]
    return subprocess.run(
        command, env=os.environ | {"DAYBOOK_STATE": str(stack.state)}, capture_output=True, text=True, check=False, timeout=60
    )


def keys(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return sorted(told["key"] for line in done.stdout.splitlines() if (told := json.loads(line))["key"] != "genesis")


@pytest.fixture
async def told(emptied: Stack) -> Stack:
    await publish(emptied, [outgoing(one) for one in EVENTS])
    return emptied


async def test_all_of_a_topic_a_part_of_it_and_what_was_asked_for(told: Stack) -> None:
    every = [one.event_id for one in EVENTS]
    assert keys(replayed(told, TOPIC)) == every
    assert keys(replayed(told, TOPIC, "--where", "event.status=occurred")) == every[::2]
    assert keys(replayed(told, TOPIC, "--key", "e-3", "--key", "e-4")) == ["e-3", "e-4"]
    assert keys(replayed(told, TOPIC, "--from", (TIME + timedelta(days=1)).isoformat())) == []
    assert keys(replayed(told, TOPIC, "--to", TIME.isoformat())) == []
    assert keys(replayed(told, TOPIC, "--from", TIME.isoformat(), "--to", (TIME + timedelta(seconds=1)).isoformat())) == every
    assert len(replayed(told, TOPIC, "--limit", "3").stdout.splitlines()) == 3
    records = await read_topic(told.kafka, TOPIC)
    of_first = [record.key.decode() for record in records if record.partition == 0]
    assert keys(replayed(told, TOPIC, "--from", "0:1", "--to", f"0:{len(of_first)}")) == sorted(of_first[1:])


async def test_to_a_file_which_must_be_new(told: Stack, tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    assert replayed(told, TOPIC, "-o", str(path)).returncode == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["value"]["event"]["event_id"] for line in lines if "event" in line["value"]} == {one.event_id for one in EVENTS}
    again = replayed(told, TOPIC, "-o", str(path))
    assert (again.returncode, "is there already" in again.stderr, "Traceback" in again.stderr) == (2, True, False)


async def test_to_another_topic_byte_for_byte_but_never_to_one_of_daybooks_own(told: Stack) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=told.kafka)
    await admin.start()
    await admin.create_topics([NewTopic("mine", 1, 1)])
    await admin.close()
    assert replayed(told, TOPIC, "--into", "mine").returncode == 0
    mine, theirs = [{(r.key, r.value, r.headers, r.timestamp) for r in await read_topic(told.kafka, name)} for name in ("mine", TOPIC)]
    assert mine == theirs
    refused = replayed(told, TOPIC, "--into", "events.strike.v1")
    assert (refused.returncode, "Daybook's own" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["no.such.topic"], "there is no topic no.such.topic"),
        ([TOPIC, "--from", "tuesday"], "'tuesday' is no place in a topic"),
        ([TOPIC, "--where", "status"], "write path=value"),
        ([TOPIC, "--into", "nowhere"], "there is no topic nowhere"),
    ],
)
def test_what_can_not_be_done_is_said_without_a_traceback(emptied: Stack, arguments: list[str], word: str) -> None:
    done = replayed(emptied, *arguments)
    assert (done.returncode, word in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
