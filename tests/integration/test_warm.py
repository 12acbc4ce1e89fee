"""Services of tests are forks of one process that has imported them: each is a process as any other."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.warm import PROCESSES, Fork


def run(says: str, log: Path, **environment: str) -> Fork:
    """A fork that runs a line of Python; `timeit` is a module that does."""
    return Fork(["timeit", "-n1", "-r1", "-s", says, "pass"], environment, log)


def said(says: str, log: Path, **environment: str) -> str:
    """What such a line prints."""
    fork = run(says, log, **environment)
    assert fork.wait(30) == 0, log.read_text()
    return log.read_text().splitlines()[0]


def test_a_fork_has_the_settings_that_it_is_given_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_OF_THE_TESTS", "1")
    assert said("import os; print(dict(os.environ))", tmp_path / "log", DAYBOOK_OF_ITS_OWN="2") == "{'DAYBOOK_OF_ITS_OWN': '2'}"


def test_a_fork_finds_the_services_imported(tmp_path: Path) -> None:
    assert said("import sys; print('services.timeline.service' in sys.modules)", tmp_path / "log") == "True"


def test_what_one_fork_changes_no_other_finds(tmp_path: Path) -> None:
    line = "from services.chassis import plan; print(hasattr(plan, 'changed')); plan.changed = True"
    assert [said(line, tmp_path / str(turn)) for turn in range(2 * PROCESSES)] == ["False"] * 2 * PROCESSES


def test_two_forks_in_a_row_disagree_on_the_order_of_sets(tmp_path: Path) -> None:
    hashes = [said("print(hash('a'))", tmp_path / str(turn)) for turn in range(2 * PROCESSES)]
    assert hashes[0] != hashes[1]
    assert hashes[:PROCESSES] == hashes[PROCESSES:]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_fork_that_is_killed_says_by_what(tmp_path: Path, number: signal.Signals) -> None:
    fork = run("import time; print('up', flush=True); time.sleep(60)", tmp_path / "log")
    assert fork.poll() is None
    fork.send_signal(number)
    assert (fork.wait(30), fork.poll()) == (-number, -number)


def test_a_fork_that_fails_says_why_in_its_log(tmp_path: Path) -> None:
    fork = run("raise SystemExit('no such day')", tmp_path / "log")
    assert fork.wait(30) == 1
    assert "no such day" in (tmp_path / "log").read_text()
