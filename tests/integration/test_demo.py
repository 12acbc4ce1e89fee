"""The front door: a page becomes a timeline in one command, and what can go wrong on the way is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.processes import Started
from deploy.local.stack import kill, running, stop
from deploy.pipeline.processes import Processes

PAGE = """Riverside Daily

Drones hit the port of Odesa overnight

Harbour News
3 hours ago
KYIV (Reuters) - Russia launched 40 drones and 3 missiles at the Ukrainian port city of Odesa overnight, the Ukrainian air force said on Tuesday.
Two people were killed and nine were wounded in the attack, the regional governor said. Ukrainian air defences shot down 31 of the drones, he said.
Ukrainian President Volodymyr Zelenskiy is expected to hold talks with Turkish President Tayyip Erdogan in Ankara on Thursday, his office said.
Russia and Ukraine exchanged 150 prisoners of war each on Monday, the Russian defence ministry said, in the latest of a series of swaps.
"""
CAPTURED = "2024-03-05T12:00Z"


class Demo:
    """`daybook` in a folder of its own, on free ports."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self.page = folder / "page.txt"
        self.page.write_text(PAGE, encoding="utf-8")
        ports = dict.fromkeys(("DAYBOOK_KAFKA_PORT", "DAYBOOK_POSTGRES_PORT", "DAYBOOK_HTTP_PORT"), "0")
        self.environment = {**os.environ, **ports, "DAYBOOK_STATE": str(self.state), "COLUMNS": "120"}

    def command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name("daybook")), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=150, check=False
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    Processes(demo.state).stop(lambda _: None)
    stop(demo.state)


def test_a_page_becomes_a_timeline_and_a_second_run_keeps_it(demo: Demo) -> None:
    # when the demo is run once with a page, and once again
    first = demo.run("demo", str(demo.page), "--captured-at", CAPTURED, "--once")
    second = demo.run("demo", str(demo.page), "--captured-at", CAPTURED, "--once")
    # then both end well and show the same table, and the second took in nothing new
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "40 drones" in first.stdout
    assert second.stdout == first.stdout
    assert "1 unchanged" in second.stderr
    # and nothing runs any more
    assert running(demo.state) is None
    assert Processes(demo.state).known() == {}


def test_a_second_demo_leaves_the_first_running_and_ctrl_c_stops_everything_cleanly(demo: Demo) -> None:
    process = demo.start("demo", str(demo.page), "--captured-at", CAPTURED)
    wait_for_line(process, "Ctrl-C stops everything")
    second = demo.run("demo", str(demo.page), "--captured-at", CAPTURED, "--once")
    assert second.returncode == 0, second.stderr
    assert process.poll() is None
    told = demo.run("timeline")  # finds the one that runs, on whatever port
    assert any("40 drones" in json.loads(line)["title"] for line in told.stdout.splitlines()), told.stderr
    process.send_signal(signal.SIGTERM)
    _, trouble = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in trouble) == (0, False)
    assert running(demo.state) is None


@pytest.mark.parametrize("part", ["kafka", "postgres", "timeline"])
def test_a_part_that_dies_under_the_demo_is_named_and_what_was_taken_in_is_kept(demo: Demo, part: str) -> None:
    process = demo.start("demo", str(demo.page), "--captured-at", CAPTURED)
    wait_for_line(process, "Ctrl-C stops everything")
    if part == "timeline":
        _kill(Processes(demo.state).known()["timeline"].process)
    else:
        kill(demo.state, "kafka" if part == "kafka" else "postgres")
    _, trouble = process.communicate(timeout=90)
    assert process.returncode == 1, trouble
    assert "ended; what was taken in is kept" in trouble
    assert "Traceback" not in trouble


def test_what_was_killed_goes_on_where_it_was(demo: Demo) -> None:
    again = demo.run("demo", str(demo.page), "--captured-at", CAPTURED, "--once")
    assert again.returncode == 0, again.stderr
    assert "1 unchanged" in again.stderr
    assert "40 drones" in again.stdout


def test_up_and_down_bring_all_of_it_and_take_it_away(demo: Demo) -> None:
    up = demo.run("up")
    assert up.returncode == 0, up.stderr
    places = json.loads(up.stdout)
    told = demo.run("timeline", "--api", places["timeline"])
    assert any("40 drones" in json.loads(line)["title"] for line in told.stdout.splitlines())
    assert demo.run("down").returncode == 0
    assert Processes(demo.state).known() == {}


def test_a_port_of_a_service_that_is_in_use_is_named(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        up = subprocess.run(
            demo.command("up"),
            env={**demo.environment, "DAYBOOK_HTTP_PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
    assert up.returncode == 1
    assert f"port {port}" in up.stderr
    assert "DAYBOOK_HTTP_PORT" in up.stderr
    demo.run("down")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("binary.txt", bytes(range(256)) * 20, "binary"),
        ("nothing.txt", b"Sign in\nHome\nSport\n", "no article"),
        ("huge.txt", b"a " * 25_000_000, "more than 10,000,000"),
    ],
)
def test_a_page_that_gives_nothing_is_refused_by_name_and_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    page = tmp_path / name
    page.write_bytes(content)
    read = subprocess.run(
        [str(Path(sys.executable).with_name("daybook")), "read", str(page), "--captured-at", CAPTURED],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (read.returncode, read.stdout) == (1, "")
    assert str(page) in read.stderr
    assert reason in read.stderr.lower()


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr
    deadline = time.monotonic() + 90
    for line in process.stderr:
        if words in line:
            return
        assert time.monotonic() < deadline
    raise AssertionError(f"it ended with {process.wait()} before it said {words!r}")


def _kill(started: Started) -> None:
    psutil.Process(started.pid).kill()
