"""Upcasters: what brings a value of an older version to the next one, so that every record that was ever written can still be read.

Each is a module here, found by discovery, named as one likes (`event_change_from_v1.py`), that has

| name | holds |
|---|---|
| `MODEL`, `VERSION` | which model, and the version that it reads |
| `upcast(value)` | parsed JSON of that version → of the next one; pure: no clock, no look-up, and its argument stays as it was |

Steps are chained. A model that holds another, as `EventChange` holds a `CanonicalEvent`, gets a version of its own when that one does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

HOME = Path(__file__).parent
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


def read_upcasters(home: Path) -> dict[tuple[str, int], Upcast]:
    """Every upcaster under `home`, by the model and the version that it reads.

    Raises:
        ValueError: two read the same version of a model.
    """
    found: dict[tuple[str, int], Upcast] = {}
    for module in map(_load, sorted(home.glob("[!_]*.py"))):
        step = (str(module.MODEL), int(module.VERSION))
        if step in found:
            raise ValueError(f"{module.__file__}: another upcaster reads {step[0]} v{step[1]}, too")
        found[step] = module.upcast
    return found


@cache
def upcasters() -> dict[tuple[str, int], Upcast]:
    """The upcasters of this installation."""
    return read_upcasters(HOME)


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"{__name__}.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no module")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
