"""`daybook tail` on a real broker: changes as they come, for people and for programs, and the position to go on from."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys

import pytest

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent, Place
from schemas.kinds import kinds
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.event_log import OTHER_LOG, event_log, made_anew
from tests.unit.timeline.builders import event, on, person

KINDS = list(kinds())
EVENTS = [event(f"e-{n}", kind=KINDS[n % len(KINDS)]) for n in range(12)]
NASTY = event("nasty", title="\x1b[2J\x1b]0;gone\x07[red]Talks[/red] \u202ein Geneva", when=on("2025-08-18"))


def tailing(stack: Stack, *arguments: str, out: int = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from services.cli import main; main()", "tail", *arguments]
    given = os.environ | {"DAYBOOK_STATE": str(stack.state)} | environment
    return subprocess.Popen(command, env=given, stdout=out, stderr=subprocess.PIPE, text=True)


def tailed(stack: Stack, *arguments: str) -> list[str]:
    """The ids of the events that are told; how many is among the arguments."""
    out, trouble = tailing(stack, "--from", "beginning", *arguments).communicate(timeout=60)
    assert "Traceback" not in trouble
    return [json.loads(line)["key"] for line in out.splitlines()]


def onward(trouble: str) -> list[str]:
    """What is said about going on, as arguments."""
    found = re.search(r"go on with: daybook tail (.*)", trouble)
    assert found, trouble
    return shlex.split(found[1])


@pytest.fixture
async def told(emptied: Stack) -> Stack:
    await publish(emptied, [outgoing(one) for one in EVENTS])
    return emptied


async def test_what_comes_is_told_at_once_and_ctrl_c_says_where_to_go_on(told: Stack) -> None:
    # given
    process = tailing(told, "--from", "beginning")
    assert process.stdout
    lines = [await asyncio.to_thread(process.stdout.readline) for _ in EVENTS]
    # when
    await publish(told, [outgoing(event("later"))])
    lines.append(await asyncio.to_thread(process.stdout.readline))
    process.send_signal(signal.SIGINT)
    _, trouble = process.communicate(timeout=30)
    # then
    assert [json.loads(line)["key"] for line in lines][-1] == "later"
    assert sorted(json.loads(line)["key"] for line in lines[:-1]) == sorted(one.event_id for one in EVENTS)
    assert (process.returncode, "interrupted" in trouble, "Traceback" in trouble) == (130, True, False)
    # and
    await publish(told, [outgoing(event("latest"))])
    out, _ = tailing(told, *onward(trouble), "--limit", "1").communicate(timeout=60)
    assert json.loads(out)["key"] == "latest"


async def test_only_what_was_asked_for_is_told(emptied: Stack) -> None:
    given: list[CanonicalEvent] = [
        event("here", status="occurred", where=(Place(name="Geneva", country="CH"),)),
        event("there", status="scheduled", participants=(person("Recep Tayyip Erdoğan", "TR"),)),
        event("strike", kind="strike", status="occurred"),
    ]
    await publish(emptied, [outgoing(one) for one in given])
    assert tailed(emptied, "--kind", "strike", "--limit", "1") == ["strike"]
    assert tailed(emptied, "--country", "ch", "--limit", "1") == ["here"]
    assert tailed(emptied, "--actor", "erdogan", "--limit", "1") == ["there"]
    assert tailed(emptied, "--kind", "summit", "--status", "scheduled", "--limit", "1") == ["there"]
    assert sorted(tailed(emptied, "--change", "revised", "--limit", "3")) == ["here", "strike", "there"]


async def test_the_present_is_told_too(emptied: Stack) -> None:
    async with event_log(emptied, "events.current.v1") as log:
        await log.record(b"e-1", event("e-1").model_dump_json().encode(), "daybook.event.current.v1")
        await log.record(b"e-2", event("e-2", kind="strike").model_dump_json().encode(), "daybook.event.current.v1")
    assert tailed(emptied, "--present", "--kind", "strike", "--limit", "1") == ["e-2"]


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}])
async def test_a_person_gets_a_line_that_no_headline_can_steer(emptied: Stack, environment: dict[str, str]) -> None:
    await publish(emptied, [outgoing(NASTY)])
    ours, theirs = pty.openpty()
    process = tailing(emptied, "--from", "beginning", "--limit", "1", out=theirs, TERM="xterm-256color", COLUMNS="60", **environment)
    _, trouble = await asyncio.to_thread(process.communicate, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert process.returncode == 0, trouble
    colours, plain = re.findall(r"\x1b\[[0-9;]*m", shown), re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert bool(colours) is not bool(environment)
    assert len(plain.splitlines()) == 1
    assert "revised" in plain
    assert "summit  scheduled  18 Aug 2025  �[2J�]0;gone�[red]Talks[/red] �in Geneva  [nasty r1]" in plain


async def test_a_log_that_was_made_anew_ends_it_with_a_word(told: Stack) -> None:
    _, trouble = tailing(told, "--kind", "summit", "--from", "beginning", "--limit", "3").communicate(timeout=60)
    await made_anew(told)
    async with event_log(told) as log:
        await log.genesis(OTHER_LOG)
    process = tailing(told, "--kind", "summit", *onward(trouble))
    out, trouble = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "the log names itself bbbbbbbb…" in trouble
    assert "begin again: --from beginning" in trouble


def test_a_broker_that_does_not_answer_is_told(stack: Stack) -> None:
    process = tailing(stack, "--kafka", "127.0.0.1:1")
    _, trouble = process.communicate(timeout=60)
    assert (process.returncode, "Kafka does not answer as it should" in trouble, "Traceback" in trouble) == (1, True, False), trouble


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--kind", "parade"], "there is no kind of event parade"),
        (["--status", "ocurred"], "there is no status ocurred; there are proposed"),
        (["--change", "reversed"], "there is no change reversed; there are identified"),
        (["--from", "tuesday"], "'tuesday' is no place in a topic"),
        (["--from", "17"], "names no topic"),
        (["--from", "events.strike.v1=17"], "write topic-partition=offset"),
    ],
)
def test_what_can_not_be_done_is_said_without_a_traceback(stack: Stack, arguments: list[str], word: str) -> None:
    process = tailing(stack, *arguments)
    _, trouble = process.communicate(timeout=60)
    assert (process.returncode, word in trouble, "Traceback" in trouble) == (2, True, False), trouble
