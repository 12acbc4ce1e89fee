"""The words, values and rules of fetching, kept apart from its code."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def resource(name: str) -> Any:
    """The content of one data file, by its name without ending. Callers must not change it.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return yaml.safe_load((Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8"))
