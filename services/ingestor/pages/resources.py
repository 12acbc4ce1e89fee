"""The package's data: words, values and rules, kept apart from the code in `resources/*.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HOME = Path(__file__).parent / "resources"


@cache
def resource(name: str) -> Any:
    """The content of one data file, by its name without ending. Callers must not change it.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return yaml.safe_load((HOME / f"{name}.yaml").read_text(encoding="utf-8"))


def either(words: list[str]) -> str:
    """A regular expression of alternatives, longest first so that no word hides a longer one, in a group that captures nothing."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) + ")"
