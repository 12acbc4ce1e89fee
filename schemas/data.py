"""Files of data beside the code that they are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def from_yaml(path: Path) -> Any:
    """What such a file holds. Read in C where that was built: every process that starts reads some."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
