"""The Kafka jars: which they are by the lock file, where they lie on this machine, and the class path of them all.

They are kept by user, not by state folder, in Maven's own layout: fetched once, checked against the lock file at every start.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.local.errors import JarsError
from deploy.local.jar import Jar

LOCK = Path(__file__).resolve().parents[2] / "jgo.lock.toml"
CACHE = "DAYBOOK_CACHE"


def locked_jars(lock: Path = LOCK) -> tuple[Jar, ...]:
    """The jars of a lock file, in the order of the class path.

    Raises:
        JarsError: there is no such file, or it is damaged, or it names a jar without a checksum.
    """
    try:
        rows = tomllib.loads(lock.read_text(encoding="utf-8"))["dependencies"]
        return tuple(Jar(row["groupId"], row["artifactId"], row["version"], row["sha256"]) for row in rows)
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise JarsError(f"{lock} cannot be used: {error}", "take it from the repository again") from error


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this user's jars are kept: DAYBOOK_CACHE, else `daybook` in the user's folder for caches."""
    if chosen := environ.get(CACHE):
        return Path(chosen).expanduser() / "maven"
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "daybook" / "maven"


def sha256_of(path: Path) -> str | None:
    """The file's hexadecimal SHA-256, or None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def faulty(jars: Iterable[Jar], cache: Path) -> tuple[Jar, ...]:
    """The jars that are missing from `cache` or are not what the lock file says."""
    return tuple(jar for jar in jars if sha256_of(cache / jar.path) != jar.sha256)


def class_path(say: Callable[[str], None], lock: Path = LOCK, cache: Path | None = None) -> str:
    """The class path of every locked jar, after fetching what is missing or faulty. Without the network where nothing is.

    Raises:
        JarsError: a jar could not be fetched, or is not the one that the lock file names.
    """
    cache = cache or cache_folder()
    jars = locked_jars(lock)
    if wanted := faulty(jars, cache):
        from deploy.local.fetching import fetch, repositories  # it brings jgo, which those who have all jars need not wait for

        say(f"fetching {len(wanted)} of {len(jars)} Kafka jars into {cache}")
        fetch(wanted, cache, repositories(), say)
    return path_of(jars, cache)


def path_of(jars: Iterable[Jar], cache: Path) -> str:
    """The class path of these jars."""
    return os.pathsep.join(str(cache / jar.path) for jar in jars)
