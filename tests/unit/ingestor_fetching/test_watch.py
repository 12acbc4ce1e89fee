"""A watched folder: files are sent when they are whole, and done when all that is in them was answered; a kill loses and doubles nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.commands.ingest import found
from services.ingestor.client import PageFile
from services.ingestor.feeds.folder import Folder
from services.ingestor.feeds.memory import Memory
from tests.unit.ingestor_fetching.test_archives import three
from tests.unit.ingestor_service.scripted import problem, scripted, taken

LONG_AGO = 1_000_000.0


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAYBOOK_FETCH_STATE", str(tmp_path / "state" / "fetching.sqlite"))
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def put(path: Path, text: str = "news", changed: float = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (changed, changed))
    return path


def watch(inbox: Path, to: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["watch", str(inbox), "--once", "--to", to, *more])


class Watched:
    """A folder whose time the test sets."""

    def __init__(self, inbox: Path, memory: Memory) -> None:
        self.now = LONG_AGO
        self.folder = Folder(inbox, memory, 2.0, found, 1_000_000, lambda: self.now)

    def names(self) -> list[str]:
        return [Path(page.name).name for page in self.folder.pages() if isinstance(page, PageFile)]


@pytest.fixture
def watched(inbox: Path, tmp_path: Path) -> Watched:
    return Watched(inbox, Memory(tmp_path / "own.sqlite"))


def test_files_are_sent_once_in_order_and_only_new_ones_after(inbox: Path) -> None:
    put(inbox / "b.txt"), put(inbox / "a.txt")
    with scripted(taken("new")) as service:
        first = watch(inbox, service.address)
        put(inbox / "deep" / "c.txt")
        second, third = watch(inbox, service.address), watch(inbox, service.address)
    assert [Path(asked.query["name"][0]).name for asked in service.asked] == ["a.txt", "b.txt", "c.txt"]
    assert [one.exit_code for one in (first, second, third)] == [0, 0, 0]
    assert json.loads(first.stdout)["new"] == 2
    assert third.stdout == ""


def test_a_file_is_taken_when_it_has_stopped_changing(inbox: Path, watched: Watched) -> None:
    put(inbox / "a.txt", changed=LONG_AGO)
    assert (watched.names(), watched.folder.waiting) == ([], 1)
    watched.now += 1.5
    put(inbox / "a.txt", "news, and more", changed=LONG_AGO + 1.5)
    watched.now += 1.5
    assert watched.names() == []
    watched.now += 0.5
    assert (watched.names(), watched.folder.waiting) == (["a.txt"], 0)


def test_a_file_from_the_future_is_taken_when_it_was_seen_unchanged_for_long_enough(inbox: Path, watched: Watched) -> None:
    put(inbox / "a.txt", changed=LONG_AGO + 1e6)
    assert watched.names() == []
    watched.now += 2.0
    assert watched.names() == ["a.txt"]


def test_a_file_that_is_changed_is_sent_again(inbox: Path, watched: Watched) -> None:
    put(inbox / "a.txt")
    watched.now += 10
    assert [watched.names(), watched.names()] == [["a.txt"], []]
    put(inbox / "a.txt", "other news", changed=LONG_AGO + 5)
    assert watched.names() == ["a.txt"]


def test_what_is_hidden_unfinished_or_a_link_is_left(inbox: Path, watched: Watched) -> None:
    for name in (".a.txt", ".git/b.txt", "c.txt.part", "d.TMP", "e.txt~"):
        put(inbox / name)
    (inbox / "f.txt").symlink_to(put(inbox.parent / "elsewhere.txt"))
    put(inbox / "g.txt")
    watched.now += 10
    assert watched.names() == ["g.txt"]


def test_a_refused_file_is_told_and_not_sent_again_until_it_is_changed(inbox: Path) -> None:
    put(inbox / "a.txt")
    with scripted(problem(422, "nothing in it but space")) as service:
        rounds = [watch(inbox, service.address) for _ in range(2)]
    assert [one.exit_code for one in rounds] == [1, 0]
    assert len(service.asked) == 1


def test_an_archive_is_done_only_after_its_last_page_was_answered(inbox: Path) -> None:
    (inbox / "crawl.warc").write_bytes(b"".join(three(zipped=False)))
    os.utime(inbox / "crawl.warc", (LONG_AGO, LONG_AGO))
    away = [problem(503, "away", retry_after="0")] * 10  # as often as it is tried here
    with scripted(taken("new"), *away, taken("unchanged")) as service:
        assert watch(inbox, service.address, "--patience", "9").exit_code == 69
        asked_before = len(service.asked)
        assert watch(inbox, service.address).exit_code == 0
        assert [asked.query["url"][0].rpartition("/")[2] for asked in service.asked[asked_before:]] == ["pier", "ferry", "harbour"]
        assert watch(inbox, service.address).stdout == ""


def test_killed_between_two_files_it_goes_on_with_the_second(inbox: Path) -> None:
    put(inbox / "a.txt", "first"), put(inbox / "b.txt", "second")
    with scripted(taken("new"), problem(503, "away", retry_after="30")) as service:
        command = [sys.executable, "-c", "from services.cli import main; main()", "watch", str(inbox), "--to", service.address]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while len(service.asked) < 2:
                assert service.came.wait(20)
                service.came.clear()
            process.kill()
        service.script[:] = [taken("new")]
        result = watch(inbox, service.address)
    assert result.exit_code == 0
    assert [asked.body for asked in service.asked] == [b"first", b"second", b"second"]


def test_a_file_is_not_done_before_it_was_answered_whatever_happens_between(inbox: Path, watched: Watched) -> None:
    put(inbox / "a.txt")
    watched.now += 10
    pages = watched.folder.pages()
    next(pages)
    pages.close()  # type: ignore[attr-defined] # as when the sender ends with an error
    assert watched.names() == ["a.txt"]


def test_a_folder_that_is_not_there_is_wrong_usage(inbox: Path) -> None:
    assert watch(inbox / "no", "http://127.0.0.1:9").exit_code == 2


def test_written_down_before_it_was_answered_the_same_file_would_be_lost(
    inbox: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox / "a.txt")
    watched.now += 10
    plain = Folder._due

    def hasty(self: Folder) -> list[tuple[Path, str]]:
        due = plain(self)
        for path, stamp in due:
            self._memory.remember_file(str(path), stamp)
        return due

    monkeypatch.setattr(Folder, "_due", hasty)
    next(watched.folder.pages())
    assert watched.names() == []


@pytest.mark.parametrize("content", [b"this is no database, and never was one: it is a text" * 50, None], ids=["another file", "a folder"])
def test_a_memory_that_cannot_be_used_is_wrong_usage_and_says_what_to_do(inbox: Path, content: bytes | None) -> None:
    state = inbox.parent / "state" / "fetching.sqlite"
    state.parent.mkdir()
    state.mkdir() if content is None else state.write_bytes(content)
    result = watch(inbox, "http://127.0.0.1:9")
    assert result.exit_code == 2
    assert "DAYBOOK_FETCH_STATE" in result.stderr
