"""Fetching jars, from a repository on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import stamina

from deploy.local import ports
from deploy.local.errors import JarsError
from deploy.local.fetching import fetch
from deploy.local.jar import Jar

JAR = Jar("org.x", "one", "1.0", hashlib.sha256(b"a jar").hexdigest())


@dataclass
class Repository:
    """Answers requests in turn, the last answer for ever; notes what it was asked for."""

    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"a jar")])
    asked: list[str] = field(default_factory=list)

    def answer(self) -> tuple[int, bytes]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def serve(repository: Repository) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            repository.asked.append(self.path)
            code, content = repository.answer()
            self.send_response(code)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    return ThreadingHTTPServer((ports.LOOPBACK, 0), Handler)


@pytest.fixture
def repository() -> Iterator[Repository]:
    made = Repository()
    server = serve(made)
    made.url = f"http://{ports.LOOPBACK}:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """Try again without a pause."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)


def files(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def test_a_jar_lands_in_its_place(repository: Repository, tmp_path: Path) -> None:
    told: list[str] = []

    fetch([JAR], tmp_path, [repository.url], told.append)

    assert tmp_path.joinpath(JAR.path).read_bytes() == b"a jar"
    assert repository.asked == ["/org/x/one/1.0/one-1.0.jar"]
    assert told == ["fetched 1 of 1 jars"]


def test_another_jar_than_the_locked_one_is_refused_and_leaves_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [(200, b"something else")]

    with pytest.raises(JarsError, match=r"not the jar that jgo\.lock\.toml names"):
        fetch([JAR], tmp_path, [repository.url], print)

    assert files(tmp_path) == []


def test_a_repository_that_stumbles_is_asked_again(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [(503, b""), (429, b""), (200, b"a jar")]

    fetch([JAR], tmp_path, [repository.url], print)

    assert files(tmp_path) == ["one-1.0.jar"]


def test_a_repository_that_does_not_have_it_is_not_asked_again_but_the_next_one_is(repository: Repository, tmp_path: Path) -> None:
    repository.answers = [(404, b""), (200, b"a jar")]

    fetch([JAR], tmp_path, [repository.url, repository.url + "/mirror"], print)

    assert repository.asked == [f"/{JAR.path}", f"/mirror/{JAR.path}"]


def test_no_network_is_told_with_what_to_do_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(JarsError, match=r"one 1\.0 could not be fetched") as refused:
        fetch([JAR], tmp_path, [f"http://{ports.LOOPBACK}:{ports.pick()}"], print)

    assert "network" in refused.value.todo
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_told(repository: Repository, tmp_path: Path) -> None:
    tmp_path.joinpath("org").write_text("in the way")

    with pytest.raises(JarsError, match="cannot be kept"):
        fetch([JAR], tmp_path, [repository.url], print)
