"""What `daybook doctor` finds."""

import json
import socket
from pathlib import Path

import pytest

from deploy.local import checks, jars, ports, record, state
from deploy.local.checks import Check
from deploy.local.options import Options
from deploy.local.processes import Started
from deploy.local.record import Record


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """A folder where nothing is, and free ports."""
    return Options(tmp_path / "state", ports.pick(), ports.pick(), ports.pick())


def examine(options: Options) -> dict[str, Check]:
    return {check.name: check for check in checks.examine(options)}


def test_before_the_first_start_nothing_is_wrong_and_it_is_told_what_is_to_come(options: Options) -> None:
    found = examine(options)

    assert [check for check in found.values() if check.level == "wrong"] == []
    assert {name for name, check in found.items() if check.level == "note"} >= {"state folder", "kafka", "postgres"}


def test_whatever_is_not_all_right_says_what_to_do(options: Options) -> None:
    state.make(options.state).version.write_text(json.dumps({"version": 7}))

    assert all(check.todo for check in examine(options).values() if check.level != "ok")


def test_state_of_another_version_is_wrong(options: Options) -> None:
    state.make(options.state).version.write_text(json.dumps({"version": 7}))

    assert examine(options)["state folder"].level == "wrong"


def test_passwords_that_others_can_read_are_wrong(options: Options) -> None:
    folder = state.make(options.state)
    state.passwords(folder)
    assert examine(options)["state folder"].level == "ok"

    folder.passwords.chmod(0o644)
    assert examine(options)["state folder"].level == "wrong"


def test_a_taken_port_is_wrong_and_the_setting_is_named(options: Options) -> None:
    with socket.create_server((ports.LOOPBACK, options.postgres_port or 0)):
        found = examine(options)["ports"]

    assert found.level == "wrong"
    assert str(options.postgres_port) in found.found
    assert "DAYBOOK_POSTGRES_PORT" in str(found.todo)


def test_servers_that_were_started_and_have_gone_are_wrong(options: Options) -> None:
    folder = state.make(options.state)
    state.passwords(folder)
    record.write(folder, Record({"kafka": Started(1, 0.0), "postgres": Started(1, 0.0)}, {n: p or 0 for n, p in options.ports.items()}))

    found = examine(options)

    assert found["kafka"].level == found["postgres"].level == "wrong"


@pytest.mark.parametrize(("check", "limit"), [("disk", "LEAST_DISK"), ("memory", "LEAST_MEMORY")])
def test_too_little_room_is_wrong(options: Options, monkeypatch: pytest.MonkeyPatch, check: str, limit: str) -> None:
    assert examine(options)[check].level == "ok"

    monkeypatch.setattr(checks, limit, 10**18)
    assert examine(options)[check].level == "wrong"


def test_a_jar_that_was_changed_is_wrong(options: Options, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, *others = jars.locked_jars()
    monkeypatch.setattr(jars, "faulty", lambda _locked, _cache: (first,))

    found = examine(options)["kafka jars"]

    assert others
    assert found.level == "wrong"
    assert first.artifact in found.found
