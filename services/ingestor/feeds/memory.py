"""What is remembered of feeds and watched files, in one SQLite file: it belongs to whoever sends, who has no other store.

Each statement is a transaction that is on disk when it returns, so that a kill loses nothing that was said to be done; what was done
and not yet said is done again, which the ingestor answers with `unchanged`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from services.ingestor.fetching.outcomes import NOTHING, Validators

_TABLES = """
CREATE TABLE IF NOT EXISTS feeds (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, next_at REAL NOT NULL, failures INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS items (feed TEXT, key TEXT, digest TEXT NOT NULL, PRIMARY KEY (feed, key)) STRICT;
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, stamp TEXT NOT NULL) STRICT;
"""
BUSY_SECONDS = 30.0  # how long one process waits for another's transaction


class FeedState(NamedTuple):
    """Validators of what was taken in last; when to ask again, in seconds since 1970; failures since the last success."""

    validators: Validators = NOTHING
    next_at: float = 0.0
    failures: int = 0


class Memory:
    """Opened on a file, which is made with its folder where there is none.

    `scope`: which ingestor it is about, since what one has taken in another has not.
    """

    def __init__(self, path: Path, scope: str = "") -> None:
        """Opens it.

        Raises:
            OSError, sqlite3.Error: it cannot be made or is no such file.
        """
        self._scope = scope
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._db.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; {_TABLES}")

    def __enter__(self) -> Self:
        """As it is."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self._db.close()

    def feed(self, url: str) -> FeedState:
        """What is known of a feed; of an unknown one, nothing."""
        row = self._one("SELECT etag, last_modified, next_at, failures FROM feeds WHERE url = ?", self._mine(url))
        return FeedState(Validators(row[0], row[1]), row[2], row[3]) if row else FeedState()

    def remember_feed(self, url: str, state: FeedState) -> None:
        """Keep a feed's state."""
        values = (self._mine(url), state.validators.etag, state.validators.last_modified, state.next_at, state.failures)
        self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?)", values)

    def has_item(self, feed: str, key: str, digest: str) -> bool:
        """Whether an entry was done as it is now."""
        return self._one("SELECT 1 FROM items WHERE feed = ? AND key = ? AND digest = ?", self._mine(feed), key, digest) is not None

    def remember_item(self, feed: str, key: str, digest: str) -> None:
        """An entry is done."""
        self._db.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", (self._mine(feed), key, digest))

    def keep_items(self, feed: str, keys: Iterable[str]) -> None:
        """Forget entries that the feed no longer has."""
        wanted = set(keys)
        with closing(self._db.execute("SELECT key FROM items WHERE feed = ?", (self._mine(feed),))) as rows:
            gone = [(self._mine(feed), key) for (key,) in rows if key not in wanted]
        self._db.executemany("DELETE FROM items WHERE feed = ? AND key = ?", gone)

    def has_file(self, path: str, stamp: str) -> bool:
        """Whether a file was done as it is now."""
        return self._one("SELECT 1 FROM files WHERE path = ? AND stamp = ?", self._mine(path), stamp) is not None

    def remember_file(self, path: str, stamp: str) -> None:
        """A file is done."""
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (self._mine(path), stamp))

    def _one(self, query: str, *values: object) -> Any:
        return self._db.execute(query, values).fetchone()

    def _mine(self, name: str) -> str:
        return f"{self._scope} {name}"
