"""`daybook ingest` says by its exit code what became of the pages, and by JSON to programs."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from tests.unit.ingestor_service.scripted import problem, scripted, taken


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text("news")
    return path


def daybook(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, ["ingest", *map(str, arguments)], input=stdin)


def test_all_taken_ends_with_0_and_a_summary_in_json(saved: Path) -> None:
    with scripted(taken("new", "unchanged")) as service:
        result = daybook(saved, "--to", service.address, "--captured-at", "2025-08-20T00:00Z")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["pages"], told["articles"], told["new"], told["unchanged"], told["refused"]) == (1, 2, 1, 1, [])
    assert result.stderr == ""


def test_a_refused_page_ends_with_1_and_is_named_with_its_reason(saved: Path) -> None:
    with scripted(problem(422, f"{saved}: nothing in it but space", "Fetch it again.")) as service:
        result = daybook(saved, "--to", service.address)
    assert result.exit_code == 1
    assert result.stderr == f"refused: {saved}: nothing in it but space. Fetch it again.\n"
    assert [row["page"] for row in json.loads(result.stdout)["refused"]] == [str(saved)]


def test_a_name_that_would_move_the_cursor_is_shown_as_it_is(tmp_path: Path) -> None:
    hostile = tmp_path / "\x1b[2Jpage.txt"
    hostile.write_text("news")
    with scripted(problem(422, "no")) as service:
        assert "\x1b" not in daybook(hostile, "--to", service.address).stderr


def test_standard_input_is_a_page_too() -> None:
    with scripted(taken("new")) as service:
        result = daybook("-", "--to", service.address, "--url", "https://news.example/1", stdin="news")
    assert result.exit_code == 0
    assert service.asked[0].body == b"news"
    assert service.asked[0].query["url"] == ["https://news.example/1"]


def test_the_address_may_come_from_the_environment(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(taken("new")) as service:
        monkeypatch.setenv("DAYBOOK_INGESTOR", service.address)
        assert daybook(saved).exit_code == 0


def test_a_service_that_is_away_ends_with_69_and_what_to_do(saved: Path) -> None:
    with scripted(taken("new")) as service:
        address = service.address
    result = daybook(saved, "--to", address, "--patience", "0")
    assert result.exit_code == 69
    assert address in result.stderr
    assert "hint: " in result.stderr
    assert json.loads(result.stdout)["articles"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-file.txt"],
        ["page.txt", "--captured-at", "2025-08-20T00:00"],
        ["page.txt", "--captured-at", "yesterday"],
        ["page.txt", "page.txt", "--url", "https://news.example/1"],
        ["empty-folder"],
        [],
    ],
)
def test_wrong_usage_ends_with_2_and_sends_nothing(arguments: list[str], saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(saved.parent)
    Path("empty-folder").mkdir()
    with scripted(taken("new")) as service:
        assert daybook(*arguments, "--to", service.address).exit_code == 2
    assert service.asked == []


def test_an_empty_name_as_an_unset_variable_gives_it_is_no_folder() -> None:
    result = daybook("")
    assert (result.exit_code, "a name is empty" in result.stderr) == (2, True)


def test_ctrl_c_ends_with_130_and_tells_how_far_it_came(saved: Path) -> None:
    with scripted(problem(503, "Postgres does not answer", retry_after="30")) as service:
        command = [sys.executable, "-c", "from services.cli import main; main()", "ingest", str(saved), "--to", service.address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert service.came.wait(20)
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert json.loads(stdout)["pages"] == 1
    assert "Traceback" not in stderr


def test_on_a_terminal_it_shows_how_far_it_is_and_sums_up_in_words(saved: Path) -> None:
    with scripted(taken("new", "unchanged")) as service:
        command = [sys.executable, "-c", "from services.cli import main; main()", "ingest", str(saved), "--to", service.address]
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "160"}) as process:
            os.close(theirs)
            shown = _until_end(ours)
    assert process.returncode == 0
    assert "1/1" in shown
    assert "2 articles, 1 unchanged, 0 refused" in shown
    assert "1 page, 2 articles (1 new, 1 unchanged); " in shown
    assert '"pages"' not in shown


def test_of_a_folder_it_shows_how_many_of_how_many_and_the_time_that_is_left(saved: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (saved.parent / name).write_text("news")
    with scripted(taken("new")) as service:
        command = [sys.executable, "-c", "from services.cli import main; main()", "ingest", str(saved.parent), "--to", service.address]
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"}) as process:
            os.close(theirs)
            shown = _until_end(ours)
    assert process.returncode == 0
    assert "4/4" in shown
    assert re.search(r"refused, left (?:\d\d:\d\d|--:--)", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown))


def _until_end(terminal: int) -> str:
    """Everything that is written to a terminal until its last writer ends; Linux then reports an I/O error."""
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(terminal, 65536):
            shown += part
    os.close(terminal)
    return shown.decode()
