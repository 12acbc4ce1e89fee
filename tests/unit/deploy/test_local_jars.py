"""The Kafka jars and their lock file."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from deploy.local import fetching, jars
from deploy.local.errors import JarsError
from deploy.local.jar import Jar

LOCKED = jars.locked_jars()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """A lock file of one jar, whose content is "a jar"."""
    path = tmp_path / "jgo.lock.toml"
    digest = hashlib.sha256(b"a jar").hexdigest()
    path.write_text(f'[[dependencies]]\ngroupId = "org.x"\nartifactId = "one"\nversion = "1.0"\npackaging = "jar"\nsha256 = "{digest}"\n')
    return path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched, by artifact: each comes right."""
    names: list[str] = []

    def fetch(wanted: tuple[Jar, ...], cache: Path, bases: object, say: object) -> None:
        for jar in wanted:
            names.append(jar.artifact)
            put(cache, b"a jar")

    monkeypatch.setattr(fetching, "fetch", fetch)
    return names


def put(cache: Path, content: bytes) -> None:
    path = cache / "org/x/one/1.0/one-1.0.jar"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_every_locked_jar_has_a_checksum() -> None:
    assert LOCKED
    assert all(len(jar.sha256) == 64 for jar in LOCKED)


def test_all_parts_of_kafka_are_of_the_version_that_was_asked_for() -> None:
    """A second coordinate may bring other versions of the first one's parts with it; the broker then dies at once."""
    asked = tomllib.loads(jars.LOCK.with_name("jgo.toml").read_text())["dependencies"]["coordinates"]
    version = asked[0].split(":")[2]

    assert {jar.version for jar in LOCKED if jar.group == "org.apache.kafka"} == {version}


def test_every_coordinate_that_is_asked_for_is_locked() -> None:
    asked = tomllib.loads(jars.LOCK.with_name("jgo.toml").read_text())["dependencies"]["coordinates"]

    assert {coordinate.rstrip("!") for coordinate in asked} <= {f"{jar.group}:{jar.artifact}:{jar.version}" for jar in LOCKED}


def test_no_jar_is_locked_in_two_versions() -> None:
    names = [(jar.group, jar.artifact) for jar in LOCKED]

    assert len(names) == len(set(names))


def test_jars_that_are_there_and_right_are_not_fetched(lock: Path, tmp_path: Path, asked: list[str]) -> None:
    put(tmp_path, b"a jar")

    assert jars.class_path(print, lock, tmp_path) == str(tmp_path / "org/x/one/1.0/one-1.0.jar")
    assert asked == []


@pytest.mark.parametrize("content", [None, b"", b"a jar with something in it"])
def test_a_jar_that_is_missing_cut_short_or_changed_is_fetched(lock: Path, tmp_path: Path, asked: list[str], content: bytes | None) -> None:
    if content is not None:
        put(tmp_path, content)

    jars.class_path(print, lock, tmp_path)

    assert asked == ["one"]


def test_a_lock_file_without_a_checksum_is_refused(lock: Path) -> None:
    lock.write_text('[[dependencies]]\ngroupId = "org.x"\nartifactId = "one"\nversion = "1.0"\n')

    with pytest.raises(JarsError, match="sha256"):
        jars.locked_jars(lock)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DAYBOOK_CACHE": "/a"}, Path("/a/maven")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/daybook/maven")),
        ({}, Path("~/.cache/daybook/maven").expanduser()),
    ],
)
def test_jars_are_kept_where_this_user_keeps_caches(environ: dict[str, str], expected: Path) -> None:
    assert jars.cache_folder(environ) == expected
