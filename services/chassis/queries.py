"""SQL lives in `.sql` files, each query under a line `-- name: what_it_does`; this reads them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


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
