"""The folders and stages of the golden pages.

A stage is a module in `stages/` with `FILE`, the name of its expected output; `AFTER`, that of the stage whose expected output it
reads, or None for the first; and `run(folder)`, which gives what is to be written as JSON. A new stage is a new module.
"""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from tests.pages import stages

HOME = Path(__file__).parent


class Stage(Protocol):
    """What a module in `stages/` offers."""

    FILE: str
    AFTER: str | None

    def run(self, folder: Path) -> Any:
        """The stage's output for one page."""
        ...


def folders() -> list[Path]:
    """The golden pages, in order of name."""
    return sorted(path.parent for path in HOME.glob("*/capture.json"))


def in_order() -> list[Stage]:
    """The stages, each behind the one that it reads."""
    modules = [cast(Stage, import_module(f"{stages.__name__}.{found.name}")) for found in pkgutil.iter_modules(stages.__path__)]
    return list(_chain(modules, None))


def expected(path: Path) -> Any:
    """An accepted output."""
    return json.loads(path.read_text(encoding="utf-8"))


def accepted(output: Any) -> str:
    """An output as it is written: readable, and with a difference where it differs."""
    return json.dumps(output, ensure_ascii=False, indent=1) + "\n"


def _chain(modules: list[Stage], after: str | None) -> Iterator[Stage]:
    for module in sorted(modules, key=lambda one: one.FILE):
        if after == module.AFTER:
            yield module
            yield from _chain(modules, module.FILE)
