"""The projections: each a folder here, found by discovery, that says what a generation keeps of the changes.

| file | holds |
|---|---|
| `tables.sql` | the table, named as the folder, with its indexes; each statement ends a line |
| `rows.py` | `COLUMNS`: name → Postgres type, the first `KEY` (2) being its key; `rows(entries)`: one tuple a row, sorted by key; pure |
| `followed.sql` | optional: one statement: what becomes of rows whose event has a newer revision; without it they are deleted |

`KEEPS_ALL = True` in `rows.py` asks for every revision; else `rows` gets the last one of each event. Names are not qualified: the
search path says which generation is written. Guarding against repeats is not a projection's business (`fold.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from services.timeline.fold import Entry

HOME = Path(__file__).parent
HEADS = HOME.parent / "heads.sql"
Row = tuple[Any, ...]
_INDEX = re.compile(r"CREATE (UNIQUE )?INDEX (?P<name>\w+)")


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
    def unindexed(self) -> str:
        """The statements that make its table without the indexes that only questions need: its key is one."""
        return ";\n".join(one for one in _statements(self.tables) if not _INDEX.match(one))

    @property
    def indexes(self) -> dict[str, str]:
        """The statements that make those indexes, by name."""
        return {found["name"]: one for one in _statements(self.tables) if (found := _INDEX.match(one))}

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


def _statements(text: str) -> list[str]:
    """The statements of a file, each ended by a line's last semicolon; comments before one are left out."""
    parts = (re.sub(r"^\s*--.*$", "", part, flags=re.MULTILINE).strip() for part in re.split(r";[ \t]*$", text, flags=re.MULTILINE))
    return [part for part in parts if part]


def _delete(name: str) -> str:
    return (
        f'DELETE FROM "{name}" AS held USING unnest($1::text[], $2::timestamptz[], $3::bigint[]) AS next (event_id, known_at, at) '  # noqa: S608 - names of ours
        "WHERE held.event_id = next.event_id"
    )
