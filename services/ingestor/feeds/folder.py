"""A folder into which others put files: each file is sent once it is whole, and remembered once all that is in it was answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from services.ingestor.client import PageFile
from services.ingestor.feeds.archived import expanded
from services.ingestor.feeds.memory import Memory
from services.ingestor.fetching.resources import resource
from services.ingestor.summary import Refused

Found = Callable[[Iterable[Path]], list[PageFile]]


class Folder:
    """Looks at a folder again and again; it polls, since no file system that is shared tells of changes.

    Args:
        home: the folder; what is hidden, a link, or named as unfinished is left.
        memory: where it is remembered which files are done, by path, size, time of change and inode.
        settle: a file is whole when it has not changed for so many seconds. One that changes later is sent again.
        found: makes a page to send of a path.
        most: bytes of one page of an archive.
        clock: seconds since 1970.
    """

    def __init__(self, home: Path, memory: Memory, settle: float, found: Found, most: int, clock: Callable[[], float] = time.time) -> None:
        self._home, self._memory, self._settle = home, memory, settle
        self._found, self._most, self._clock = found, most, clock
        self._seen: dict[str, tuple[str, float]] = {}
        self.waiting = 0  # files that were not whole when they were last looked at

    def pages(self) -> Iterator[PageFile | Refused]:
        """What is in files that are whole and not done. A file is done when the page after its last one is asked for."""
        for path, stamp in self._due():
            yield from expanded(self._found([path]), self._most)
            self._memory.remember_file(str(path), stamp)

    def _due(self) -> list[tuple[Path, str]]:
        stamped = {str(path): (path, stamp) for path in self._files() if (stamp := _stamp(path)) is not None}
        self._seen = {name: seen for name, seen in self._seen.items() if name in stamped}
        undone = [(path, stamp) for name, (path, stamp) in stamped.items() if not self._memory.has_file(name, stamp)]
        whole = [(path, stamp) for path, stamp in undone if self._is_whole(path, stamp)]
        self.waiting = len(undone) - len(whole)
        return whole

    def _is_whole(self, path: Path, stamp: str) -> bool:
        before, since = self._seen.get(str(path), ("", 0.0))
        if before != stamp:
            since = _changed(stamp)
            self._seen[str(path)] = (stamp, min(since, self._clock()))
        return self._clock() - self._seen[str(path)][1] >= self._settle

    def _files(self) -> list[Path]:
        every = sorted(path for path in self._home.rglob("*") if path.is_file() and not path.is_symlink())
        return [path for path in every if not _is_left(path.relative_to(self._home))]


def _is_left(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts) or path.name.lower().endswith(tuple(resource("types")["unfinished"]))


def _stamp(path: Path) -> str | None:
    """What changes when the file does; None if it has gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"


def _changed(stamp: str) -> float:
    return int(stamp.partition(" ")[0]) / 1e9
