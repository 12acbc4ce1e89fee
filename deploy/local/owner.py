"""Whose process Postgres is.

Postgres refuses to run as root. Where we are root it runs as an unprivileged user that every system has, so no user is made; and
where a folder on the way is closed to that user (root's home) it may pass through, so no folder's mode is changed either.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StartError

_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Owner:
    """`enter`: may pass through folders that are closed to it."""

    uid: int
    gid: int
    enter: bool = False

    @property
    def launch_options(self) -> list[str]:
        return ["--user", f"{self.uid}:{self.gid}", *(["--enter"] if self.enter else [])]


def owner_of(data: Path, needs: Iterable[Path]) -> Owner | None:
    """Who has to run Postgres on `data`, given the files it `needs`. None: whoever we are.

    Raises:
        StartError: we are root, and there is nobody else on this system.
    """
    if os.geteuid() != 0:
        return None
    uid, gid = _owner(data)
    return Owner(uid, gid, enter=not all(_open_to_all(path) for path in (*needs, data)))


def _owner(data: Path) -> tuple[int, int]:
    """Whoever owned the data in an earlier run goes on owning it."""
    status = data.stat()
    if status.st_uid != 0:
        return status.st_uid, status.st_gid
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise StartError("Postgres does not run as root, and this system has no unprivileged user", "run Daybook as an ordinary user")


def _open_to_all(path: Path) -> bool:
    """Whether everybody may pass through the folders above, and use the file itself."""
    above = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
    return above and (path.is_dir() or bool(path.stat().st_mode & stat.S_IROTH))


def give(path: Path, owner: Owner | None) -> None:
    """Hand a folder or file over."""
    if owner:
        os.chown(path, owner.uid, owner.gid)
