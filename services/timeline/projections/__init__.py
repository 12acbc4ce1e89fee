"""The projections: each a folder here, found by discovery, that says what a generation keeps of the changes.

| file | holds |
|---|---|
| `tables.sql` | the table, named as the folder, with its indexes |
| `rows.py` | `COLUMNS`: name → Postgres type, the first `KEY` (2) being its key; `rows(entries)`: one tuple a row, sorted by key; pure |
| `followed.sql` | optional: what becomes of rows whose event has a newer revision; without it they are deleted |

`KEEPS_ALL = True` in `rows.py` asks for every revision; else `rows` gets the last one of each event. Names are not qualified: the
search path says which generation is written. Guarding against repeats is not a projection's business (`fold.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from services.timeline.fold import Entry

HOME = Path(__file__).parent
HEADS = HOME.parent / "heads.sql"
Row = tuple[Any, ...]


class Rows(Protocol):
    """Entries → rows."""

    def __call__(self, entries: Sequence[Entry], /) -> list[Row]: ...


@dataclass(frozen=True, slots=True)
class Projection:
    """One read model. `followed` takes arrays: events, since when their newer revision is known, its offset."""

    name: str
    columns: Mapping[str, str]
    key: int
    keeps_all: bool
    rows: Rows
    tables: str
    followed: str

    @property
    def insert(self) -> str:
        """The statement that adds rows: one array a column. What has no array of its own in Postgres travels as text."""
        names = ", ".join(f'"{name}"' for name in self.columns)
        arrays = ", ".join(f"${at}::{_sent(kind)}[]" for at, kind in enumerate(self.columns.values(), 1))
        values = ", ".join(f'told."{name}"::{kind}' for name, kind in self.columns.items())
        return f'INSERT INTO "{self.name}" ({names}) SELECT {values} FROM unnest({arrays}) AS told ({names})'  # noqa: S608 - names of ours

    def of(self, entries: Sequence[Entry]) -> list[Row]:
        """The rows that these entries leave, by key."""
        return self.rows(entries if self.keeps_all else [entry for entry in entries if entry.next is None])


def discover() -> tuple[Projection, ...]:
    """Every projection of this installation, in alphabetical order."""
    return tuple(_load(path.parent) for path in sorted(HOME.glob("*/tables.sql")))


def shape(projections: Sequence[Projection]) -> str:
    """What tells two generations apart that hold other things: SHA-256 of all that says what their tables hold."""
    parts = [HEADS.read_text(encoding="utf-8")]
    parts += [text for one in projections for text in (one.name, one.tables, one.followed, str(dict(one.columns)))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _load(folder: Path) -> Projection:
    module = import_module(f"{__name__}.{folder.name}.rows")
    followed = folder / "followed.sql"
    return Projection(
        folder.name,
        module.COLUMNS,
        getattr(module, "KEY", 2),
        getattr(module, "KEEPS_ALL", False),
        module.rows,
        (folder / "tables.sql").read_text(encoding="utf-8"),
        followed.read_text(encoding="utf-8") if followed.exists() else _delete(folder.name),
    )


def _delete(name: str) -> str:
    return (
        f'DELETE FROM "{name}" AS held USING unnest($1::text[], $2::timestamptz[], $3::bigint[]) AS next (event_id, known_at, at) '  # noqa: S608 - names of ours
        "WHERE held.event_id = next.event_id"
    )


def _sent(kind: str) -> str:
    return "text" if kind == "jsonb" or kind.endswith("[]") else kind
