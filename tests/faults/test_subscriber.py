"""The consumer of the docs is killed again and again, at random statements: its table is the fold of the log all the same."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from services.chassis.plan import is_genesis
from subscribing import Position
from tests.support.event_log import event_log
from tests.support.logs import once, read_topic
from tests.support.pages import files_of
from tests.support.service import eventually
from tests.unit.timeline.builders import TOPIC, event

PAGE = "docs/how-to/subscribe.md"
KILLS = 16
TOLD_ANEW = 6
"""Events of each partition that are told again and again; all others once."""
IN_ONE_TRANSACTION = """            db.execute("REPLACE INTO position VALUES (1, ?)", (str(change.position),))
            db.commit()
"""
BEFORE_ITS_EFFECTS = """        db.execute("REPLACE INTO position VALUES (1, ?)", (str(change.position),))
        db.commit()
        if change.is_live"""
BETWEEN = 8
"""The statement, after three that open the table and three that store the position, that would tell of the first change of a start."""
Rows = dict[str, str]


@pytest.fixture
async def log(emptied: Stack) -> Stack:
    """Given a log of two partitions in which events are told, told anew, merged and retracted, and stretches of it come again."""
    chance = random.Random(8)
    for partition in (0, 1):
        async with event_log(emptied, TOPIC, partition) as log:
            await log.genesis()
            told: list[CanonicalEvent] = []
            for number in range(120):
                told.append(_next(chance, told, partition, number))
                await log.change(told[-1])
                if chance.random() < 0.1:
                    first = chance.randrange(len(told))
                    for seq in range(first, min(first + 9, len(told))):
                        await log.change(told[seq], seq=seq + 1)
            await log.change(event(f"last-{partition}"))
    return emptied


def _next(chance: random.Random, told: list[CanonicalEvent], partition: int, number: int) -> CanonicalEvent:
    event_id = f"e-{partition}-{chance.randrange(TOLD_ANEW) if chance.random() < 0.3 else f'once-{number}'}"
    revision = 1 + sum(one.event_id == event_id for one in told)
    more = chance.choice([{}, {}, {}, {"status": "retracted"}, {"merged_into": "e-0"}])
    return event(event_id, revision, title=f"told at {number}", **more)


async def folded(stack: Stack) -> Rows:
    """The title of each event that stands, as the logs have it."""
    records = [raw for raw in once(await read_topic(stack.kafka, TOPIC)) if not is_genesis(raw)]
    states = {raw.key: CanonicalEvent.model_validate(json.loads(raw.value)["event"]) for raw in records}
    return {one.event_id: one.title for one in states.values() if not one.merged_into and one.status != "retracted"}


class Consumer:
    """The consumer of the page, or another one, with a table of its own."""

    def __init__(self, stack: Stack, folder: Path, source: str, **environment: str) -> None:
        self.table = folder / "events.sqlite"
        self._program = folder / "consumer.py"
        self._program.write_text(source, encoding="utf-8")
        self._kafka, self._environment = stack.kafka, {**os.environ, **environment}

    def start(self, dies_at: int = 0) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.faults.dying", str(dies_at), str(self._program), self._kafka, str(self.table)]
        return subprocess.Popen(command, env=self._environment)

    async def run(self, ends: Mapping[tuple[str, int], int], deaths: Iterable[int]) -> Rows:
        """Let it die at each of these statements of one start after the other; then let it come to the end."""
        for dies_at in deaths:
            process = self.start(dies_at)
            try:
                assert process.wait(60) == -signal.SIGKILL
            finally:
                process.kill()
        process = self.start()
        try:
            await eventually(lambda: self._has_come_to(ends), 60)
        finally:
            process.kill()
            process.wait()
        return self.rows()

    def rows(self) -> Rows:
        with sqlite3.connect(self.table) as db:
            return dict(db.execute("SELECT event_id, title FROM events"))

    def _has_come_to(self, ends: Mapping[tuple[str, int], int]) -> bool:
        with sqlite3.connect(self.table) as db, contextlib.suppress(sqlite3.OperationalError):  # it has yet to make its tables
            stored = db.execute("SELECT told FROM position").fetchone()
            places = Position.read(stored[0] if stored else "").places
            return all(at in places and places[at].offset >= end for at, end in ends.items())
        return False


async def ends_of(stack: Stack) -> dict[tuple[str, int], int]:
    return {(raw.topic, raw.partition): raw.offset + 1 for raw in await read_topic(stack.kafka, TOPIC)}


async def test_a_consumer_that_is_killed_at_random_never_has_a_wrong_row(log: Stack, tmp_path: Path) -> None:
    consumer = Consumer(log, tmp_path, files_of(PAGE)["consumer.py"])
    chance = random.Random(KILLS)
    assert await consumer.run(await ends_of(log), [chance.randint(5, 40) for _ in range(KILLS)]) == await folded(log)


async def test_a_position_that_is_stored_apart_from_its_effects_loses_some(log: Stack, tmp_path: Path) -> None:
    """The negative control of one transaction."""
    source = files_of(PAGE)["consumer.py"]
    apart = source.replace(IN_ONE_TRANSACTION, "            db.commit()\n").replace("        if change.is_live", BEFORE_ITS_EFFECTS, 1)
    assert apart.count("db.commit()") == 2
    assert await Consumer(log, tmp_path, apart).run(await ends_of(log), [BETWEEN] * KILLS) != await folded(log)


async def test_repeats_that_are_not_dropped_put_events_back_to_what_they_were(log: Stack, tmp_path: Path) -> None:
    """The negative control of dropping them."""
    consumer = Consumer(log, tmp_path, files_of(PAGE)["consumer.py"], DAYBOOK_TEST_DOUBLES="1")
    assert await consumer.run(await ends_of(log), []) != await folded(log)


async def test_the_consumer_in_javascript_comes_to_the_same(log: Stack, javascript: Path, tmp_path: Path) -> None:
    table = tmp_path / "events.json"
    command = ["node", str(javascript / "consumer.mjs"), log.kafka, str(table)]
    chance, ends = random.Random(5), await ends_of(log)
    for _ in range(5):
        process = started(command)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.3, 1.5))
        process.kill()
        assert process.wait() == -signal.SIGKILL
    process = started(command)
    try:
        await eventually(lambda: table.exists() and _come_to(json.loads(table.read_text()), ends), 60)
    finally:
        process.kill()
        process.wait()
    assert {name: state["title"] for name, state in json.loads(table.read_text())["events"].items()} == await folded(log)


def started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command)


def _come_to(stored: dict[str, dict[str, dict[str, int]]], ends: Mapping[tuple[str, int], int]) -> bool:
    return all(stored["places"].get(f"{topic}-{number}", {"offset": 0})["offset"] >= end for (topic, number), end in ends.items())


async def test_the_consumer_in_javascript_stops_at_a_hole_and_at_another_log(emptied: Stack, javascript: Path, tmp_path: Path) -> None:
    table = tmp_path / "events.json"
    command = ["node", str(javascript / "consumer.mjs"), emptied.kafka, str(table)]
    async with event_log(emptied) as log:
        await log.genesis()
        await log.change(event("e-2"), seq=2)
        hole = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    table.write_text(json.dumps({"events": {}, "places": {f"{TOPIC}-0": {"offset": 1, "seq": 1, "last": "of another log"}}}))
    other = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    assert (hole.returncode, "number 2 follows 0: records are missing" in hole.stderr) == (1, True), hole.stderr
    assert (other.returncode, "this is another log" in other.stderr) == (1, True), other.stderr
