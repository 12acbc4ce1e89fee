"""The projections: each a folder here with `rows.py` (a pure `rows`) and `write.sql`, found by discovery.

`rows(changes)` gives one tuple a row, sorted by key, so that two owners can't deadlock; its columns are the parameters of
`write.sql`, each an array to `unnest`. The statement is guarded by revision: older or repeated revisions change nothing.
Table names are not qualified: the schema on the search path says which generation is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from services.timeline.changes import Change

HOME = Path(__file__).parent
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """One read model: how changes become rows, and the statement that writes them."""

    name: str
    rows: Callable[[Sequence[Change]], list[Row]]
    write: str


def discover() -> tuple[Projection, ...]:
    """Every projection of this installation, in alphabetical order."""
    return tuple(_load(path.parent) for path in sorted(HOME.glob("*/write.sql")))


def _load(folder: Path) -> Projection:
    module = import_module(f"{__name__}.{folder.name}.rows")
    return Projection(folder.name, module.rows, (folder / "write.sql").read_text(encoding="utf-8"))
