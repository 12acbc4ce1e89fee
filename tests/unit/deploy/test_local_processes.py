"""Processes that outlive whoever started them."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.local import processes
from deploy.local.processes import Started
from deploy.local.waiting import wait_for

FOR_EVER = "import signal; print('up', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOR_EVER}; signal.pause()"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def start(code: str, log: Path) -> Started:
    started = processes.launch([sys.executable, "-I", "-S", "-c", code], log.parent, log)
    assert wait_for(lambda: "up" in processes.tail(log), 10)
    return started


@pytest.fixture
def server(log: Path) -> Iterator[Started]:
    started = start(FOR_EVER, log)
    yield started
    processes.kill(started)


def test_a_launched_process_is_nobodys_child_and_leads_a_session_of_its_own(server: Started) -> None:
    assert server.pid not in {child.pid for child in psutil.Process().children(recursive=True)}
    assert os.getsid(server.pid) == server.pid


def test_it_is_recognised_by_its_start_and_not_by_its_id_alone(server: Started) -> None:
    assert processes.is_alive(server)
    assert not processes.is_alive(replace(server, created=server.created - 3600))  # an id that was given out again


def test_another_process_with_the_same_id_is_not_stopped(server: Started) -> None:
    earlier = replace(server, created=server.created - 3600)

    assert processes.stop(earlier, signal.SIGKILL, seconds=0)
    processes.kill(earlier)

    assert processes.is_alive(server)


def test_it_ends_when_it_is_asked_to(server: Started) -> None:
    assert processes.stop(server, signal.SIGTERM, seconds=10)
    assert not processes.is_alive(server)


def test_one_that_does_not_listen_is_ended_after_its_time_and_that_is_told(log: Path) -> None:
    stubborn = start(STUBBORN, log)

    assert not processes.stop(stubborn, signal.SIGTERM, seconds=0.1)
    assert not processes.is_alive(stubborn)


def test_an_unreaped_process_does_not_run(log: Path) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    try:
        assert wait_for(lambda: psutil.Process(child).status() == psutil.STATUS_ZOMBIE, 5)
        assert not processes.is_alive(Started(child, psutil.Process(child).create_time()))
    finally:
        os.waitpid(child, 0)


def test_signals_that_are_put_off_while_we_note_a_process_reach_that_process(log: Path) -> None:
    with processes.uninterrupted():
        started = start(FOR_EVER, log)

    assert processes.stop(started, signal.SIGINT, seconds=10)


def test_a_program_that_is_not_there_leaves_the_reason_in_its_log(log: Path) -> None:
    started = processes.launch(["/no/such/program"], log.parent, log)

    assert wait_for(lambda: not processes.is_alive(started), 10)
    assert "No such file" in processes.tail(log)


def test_the_environment_of_the_caller_does_not_reach_a_server(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLASSPATH", "/somebody/elses.jar")

    done = processes.run([sys.executable, "-I", "-S", "-c", "import os; print(sorted(os.environ))"], log.parent)

    assert "CLASSPATH" not in done.stdout


def test_the_end_of_a_log_is_its_last_lines_and_a_missing_log_is_empty(log: Path) -> None:
    log.write_text("".join(f"line {number}\n" for number in range(5000)))

    assert processes.tail(log, lines=2) == "line 4998\nline 4999"
    assert processes.tail(log.with_name("missing")) == ""
