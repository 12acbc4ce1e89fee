"""The pages for subscribers, followed line by line on a running Daybook: each consumer comes to what the timeline answers."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.stack import running, stop
from deploy.pipeline.processes import Processes
from deploy.pipeline.services import service_cards
from schemas.events import CanonicalEvent
from subscribing import snapshot
from tests.integration.test_demo import Demo, wait_for_line
from tests.support.pages import ROOT, save, typed_in
from tests.support.service import eventually

PYTHON, JAVASCRIPT = "docs/how-to/subscribe.md", "docs/how-to/subscribe-javascript.md"
CONSUMERS = (".venv/bin/python consumer.py", "node consumer.mjs")
Table = dict[str, CanonicalEvent]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What `make demo` runs, on free ports and in a folder of its own."""
    demo = Demo(tmp_path_factory.mktemp("subscribe"))
    process = demo.start("demo")
    wait_for_line(process, "Ctrl-C stops everything")
    yield demo
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=90)
    Processes(demo.state).stop(lambda _: None)
    stop(demo.state)


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self._demo, self._folder = demo, folder
        for name in ("samples", "docs"):
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
        self._following: dict[Path, subprocess.Popen[str]] = {}
        stack = running(demo.state)
        assert stack
        self.api = next(card.address for card in Processes(demo.state).settled(service_cards()) if card.name == "timeline")
        self._real = {"http://127.0.0.1:8803": self.api, "127.0.0.1:19092": stack.kafka}

    async def types(self, line: str) -> None:
        """A consumer is left running once its table is there; all else must end well."""
        for told, real in self._real.items():
            line = line.replace(told, real)
        if line.startswith(CONSUMERS):
            await self._follow(line)
            return
        process = await asyncio.create_subprocess_shell(
            line, cwd=self._folder, env=self._demo.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await asyncio.wait_for(process.communicate(), 120)
        assert process.returncode == 0, f"{line}\n{out.decode()}"

    async def _follow(self, line: str) -> None:
        path = self._folder / line.rsplit(maxsplit=1)[-1]
        process = self._started(line.split())
        self._following[path] = process
        await eventually(lambda: process.poll() is not None or table(path))
        assert process.poll() is None, process.communicate()[1]

    def _started(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=self._folder, env=self._demo.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    async def ends(self) -> None:
        """Every consumer has come to what the timeline answers, and ends by Ctrl-C."""
        for path in self._following:
            await eventually(lambda path=path: table(path) == self._answered())  # type: ignore[misc]
        self.leaves()

    def leaves(self) -> None:
        for process in self._following.values():
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)

    def _answered(self) -> Table:
        with snapshot(self.api) as now:
            return {event.event_id: event for event in now.events}


def table(path: Path) -> Table:
    """What a consumer has stored."""
    read = _sqlite if path.suffix == ".sqlite" else _json
    return read(path) if path.exists() else {}


def _sqlite(path: Path) -> Table:
    with sqlite3.connect(path) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone():
            return {}
        return {name: CanonicalEvent.model_validate_json(state) for name, state in db.execute("SELECT event_id, state FROM events")}


def _json(path: Path) -> Table:
    return {name: CanonicalEvent.model_validate(state) for name, state in json.loads(path.read_text(encoding="utf-8"))["events"].items()}


async def followed(page: str, reader: Reader, folder: Path, leaves_out: Callable[[str], bool]) -> None:
    save(page, folder)
    try:
        for line in typed_in(page):
            if not leaves_out(line):
                await reader.types(line)
        await reader.ends()
    finally:
        reader.leaves()


async def test_the_page_for_python_is_true_line_by_line(demo: Demo, tmp_path: Path) -> None:
    await followed(PYTHON, Reader(demo, tmp_path), tmp_path, lambda line: line == "make demo")


async def test_the_page_for_javascript_is_true_line_by_line(demo: Demo, tmp_path: Path, javascript: Path) -> None:
    """The packages were installed as the page says, once a session."""
    (tmp_path / "node_modules").symlink_to(javascript / "node_modules")
    await followed(JAVASCRIPT, Reader(demo, tmp_path), tmp_path, lambda line: line.startswith(("npm ci", "cp ")))
