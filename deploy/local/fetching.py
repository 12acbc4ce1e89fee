"""Fetch jars from Maven repositories. A jar becomes visible only whole, and only if it is the one that the lock file names."""

from __future__ import annotations

import hashlib
import os
import ssl
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import certifi
import httpx
import stamina

from deploy.local.errors import JarsError
from deploy.local.jar import Jar

_AT_ONCE = 6
_SECONDS = 60.0
_ADVICE = "check the network, then try again; a mirror is named in jgo's settings (~/.config/jgo.conf, [repositories], central = URL)"


def repositories() -> tuple[str, ...]:
    """Base URLs to ask, in order: Maven Central, or what this user's jgo settings put in its place or beside it."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL

    known = {"central": MAVEN_CENTRAL_URL} | GlobalSettings.load().repositories
    return tuple(url.rstrip("/") for url in known.values())


def fetch(jars: Sequence[Jar], cache: Path, bases: Sequence[str], say: Callable[[str], None]) -> None:
    """Fetch each jar into its place under `cache`.

    Raises:
        JarsError: no repository has a jar, or none can be reached, or what came has another checksum.
    """
    try:
        with httpx.Client(verify=_trusted(), timeout=_SECONDS, follow_redirects=True) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
            tasks = [pool.submit(_fetch_one, client, jar, cache, bases) for jar in jars]
            try:
                for count, task in enumerate(as_completed(tasks), start=1):
                    task.result()
                    if count % 10 == 0 or count == len(jars):
                        say(f"fetched {count} of {len(jars)} jars")
            finally:
                pool.shutdown(wait=False, cancel_futures=True)  # one that failed fails them all
    except OSError as error:
        raise JarsError(
            f"the Kafka jars cannot be kept in {cache}: {error.strerror}", "choose another folder with DAYBOOK_CACHE"
        ) from error


def _fetch_one(client: httpx.Client, jar: Jar, cache: Path, bases: Sequence[str]) -> None:
    target = cache / jar.path
    target.parent.mkdir(parents=True, exist_ok=True)
    reasons = []
    for base in bases:
        try:
            _download(client, f"{base}/{jar.path}", jar, target)
        except httpx.HTTPError as error:
            reasons.append(f"{httpx.URL(base).host}: {error}")
        else:
            return
    raise JarsError(f"{jar.artifact} {jar.version} could not be fetched ({'; '.join(reasons)})", _ADVICE)


def _may_pass(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code == httpx.codes.TOO_MANY_REQUESTS or error.response.is_server_error
    return isinstance(error, httpx.TransportError)


@stamina.retry(on=_may_pass, attempts=4, timeout=120.0)
def _download(client: httpx.Client, url: str, jar: Jar, target: Path) -> None:
    digest = hashlib.sha256()
    with client.stream("GET", url) as response, _draft(target) as (descriptor, draft):
        response.raise_for_status()
        for chunk in response.iter_bytes():
            digest.update(chunk)
            os.write(descriptor, chunk)
        if digest.hexdigest() != jar.sha256:
            raise JarsError(f"what came as {jar.artifact} {jar.version} is not the jar that jgo.lock.toml names", _ADVICE)
        draft.replace(target)


@contextmanager
def _draft(target: Path) -> Iterator[tuple[int, Path]]:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        yield descriptor, Path(name)
    finally:
        os.close(descriptor)
        Path(name).unlink(missing_ok=True)


def _trusted() -> ssl.SSLContext:
    """The certificates that this system trusts (a company's own are among them), and the usual ones where it names none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
