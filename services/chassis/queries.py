"""SQL lives in `.sql` files, each query under a line `-- name: what_it_does`; this reads them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_PARAMETER = re.compile(r"\$(\d+)")


@cache
def queries(path: Path) -> dict[str, str]:
    """The queries of one file, by name.

    Raises:
        ValueError: a name stands twice.
    """
    parts = _NAME.split(path.read_text(encoding="utf-8"))[1:]
    found = {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
    if len(found) * 2 != len(parts):
        raise ValueError(f"{path}: a query name stands twice")
    return found


@cache
def at_once(*parts: str, giving: int | None = None) -> str:
    """One statement that does what these do, which must not need each other's rows: all see what was there before. Its parameters are
    those of the first, then those of the second, and so on. It gives the rows of the part with this number, from 0; else nothing of use.
    """
    told: list[str] = []
    taken = 0
    for number, part in enumerate(parts):
        told.append(f"part_{number} AS ({_shifted(part, taken)})")
        taken += max((int(found) for found in _PARAMETER.findall(part)), default=0)
    rows = "1" if giving is None else f"* FROM part_{giving}"
    return f"WITH {', '.join(told)} SELECT {rows}"


def _shifted(part: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${by + int(found[1])}", part)
