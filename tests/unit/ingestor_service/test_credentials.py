"""A sender's API key and Idempotency-Key: sent where they belong, shown nowhere, and no page is lost to a wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from services.cli import app
from services.ingestor.client import Sending
from services.ingestor.credentials import BadKeyError, SenderSettings, is_repeat_name, key_of, repeat_key
from services.ingestor.once import once
from tests.unit.ingestor_service.scripted import Reply, problem, scripted, taken

KEY = "b3Blbi1zZXNhbWU"
UNKNOWN = problem(403, "this API key is not known", kind="key_unknown")
MISSING = problem(401, "an API key is needed", kind="key_missing")


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAYBOOK_FETCH_STATE", str(tmp_path / "state.sqlite"))
    for name in ("a.txt", "b.txt"):
        (tmp_path / "saved" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "saved" / name).write_text(f"news of {name}")
        os.utime(tmp_path / "saved" / name, (1_000_000, 1_000_000))
    return tmp_path / "saved"


def daybook(command: str, saved: Path, to: str, *more: str) -> Result:
    once = ["--once"] if command == "watch" else []
    return CliRunner().invoke(app, [command, str(saved), "--to", to, *once, *more])


@pytest.mark.parametrize("command", ["ingest", "watch"])
@pytest.mark.parametrize("how", ["file", "file in the environment", "environment"])
def test_the_key_goes_with_every_page_and_is_shown_nowhere(
    command: str, how: str, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    (tmp_path / "key").write_text(f"{KEY}\nthe key of the harbour office\n")
    options = ["--api-key-file", str(tmp_path / "key")] if how == "file" else []
    if how != "file":
        monkeypatch.setenv("DAYBOOK_API_KEY_FILE" if "file" in how else "DAYBOOK_API_KEY", str(tmp_path / "key") if "file" in how else KEY)
    # when
    with scripted(taken("new")) as service:
        result = daybook(command, saved, service.address, *options)
    # then
    assert result.exit_code == 0, result.output
    assert [asked.headers["authorization"] for asked in service.asked] == [f"Bearer {KEY}"] * 2
    assert KEY not in result.output


def test_without_a_key_none_is_sent(saved: Path) -> None:
    with scripted(taken("new")) as service:
        daybook("ingest", saved, service.address)
    assert {"authorization", "idempotency-key"}.isdisjoint(service.asked[0].headers)


@pytest.mark.parametrize("reply", [UNKNOWN, MISSING], ids=["unknown", "missing"])
@pytest.mark.parametrize("command", ["ingest", "watch"])
def test_a_key_that_is_not_taken_ends_with_77_at_the_first_page_and_loses_none(
    command: str, reply: Reply, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBOOK_API_KEY", KEY)
    # when
    with scripted(reply, taken("new")) as service:
        refused = daybook(command, saved, service.address)
        again = daybook(command, saved, service.address)
    # then
    assert (refused.exit_code, len(service.asked)) == (77, 3)
    assert "API key" in refused.stderr
    assert "--api-key-file" in refused.stderr
    assert KEY not in refused.output
    assert again.exit_code == 0
    assert [asked.query["name"][0].rpartition("/")[2] for asked in service.asked] == ["a.txt", "a.txt", "b.txt"]


def test_a_403_that_is_not_about_the_key_is_one_page_refused(saved: Path) -> None:
    """The negative control: a proxy that dislikes one page does not end the run."""
    with scripted(problem(403, "no such words here"), taken("new")) as service:
        assert daybook("ingest", saved, service.address).exit_code == 1
    assert len(service.asked) == 2


def test_a_key_that_goes_over_the_network_in_the_clear_is_warned_of(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_API_KEY", KEY)
    told = daybook("ingest", saved, "http://ingestor.invalid:9", "--patience", "0").stderr
    assert "unencrypted" in told
    assert KEY not in told


@pytest.mark.parametrize("content", ["", "\n", "two words\n", "schlüssel\n", "key\x07\n"], ids=ascii)
def test_a_file_that_holds_no_key_is_refused_without_repeating_it(content: str, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(content)
    result = daybook("ingest", saved, "http://127.0.0.1:9", "--api-key-file", str(tmp_path / "key"))
    assert result.exit_code == 2
    assert not content.strip() or content.strip() not in result.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadKeyError, match="none can't be read"):
        key_of(SenderSettings(), tmp_path / "none")


def test_a_program_that_prints_how_it_sends_does_not_print_the_key() -> None:
    assert KEY not in repr(Sending(key=SecretStr(KEY)))


def test_the_key_is_no_argument_that_others_on_this_machine_could_read() -> None:
    described = subprocess.run(
        [sys.executable, "-c", "from services.cli import main; main()", "ingest", "--help"], capture_output=True, text=True, check=False
    ).stdout
    assert "--api-key-file" in described
    assert "--api-key " not in described


def test_a_run_of_the_same_name_asks_again_by_the_same_keys_and_each_page_has_its_own(saved: Path) -> None:
    with scripted(taken("new")) as service:
        for name in ("monday", "monday", "tuesday"):
            assert daybook("ingest", saved, service.address, "--idempotency-key", name).exit_code == 0
    keys = [asked.headers["idempotency-key"] for asked in service.asked]
    assert keys[:2] == keys[2:4]
    assert len(set(keys)) == 4


@pytest.mark.parametrize("name", ["", "tür", 'a"b', "x" * 201, "a\nb"])
def test_a_name_that_stands_in_no_header_is_wrong_usage(name: str, saved: Path) -> None:
    with scripted(taken("new")) as service:
        assert daybook("ingest", saved, service.address, "--idempotency-key", name).exit_code == 2
    assert service.asked == []


NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40).filter(is_repeat_name)


@given(NAMES, st.text(), st.binary())
def test_every_key_is_one_that_the_ingestor_takes_and_tells_requests_apart(name: str, asked: str, content: bytes) -> None:
    keys = {repeat_key(name, *request) for request in ((asked, content), (asked, content + b"."), (asked + ".", content))}
    assert len(keys) == 3
    assert len({found.key for key in keys if (found := once(key, "", "POST", content))}) == 3
