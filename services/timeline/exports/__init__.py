"""Exports: each a module here, found by discovery, that writes events in one format, in pieces and in constant memory.

A module says `MEDIA_TYPE`, `SUFFIX` and `writer()`: an object with `begin()`, `add(events)` and `end()`, each giving bytes. It does no I/O.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol

from schemas.events import CanonicalEvent


class Writer(Protocol):
    """One export under way."""

    def begin(self) -> bytes: ...
    def add(self, events: Sequence[CanonicalEvent]) -> bytes: ...
    def end(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Export:
    """One format: its name, and how it is written."""

    name: str
    media_type: str
    suffix: str
    summary: str
    writer: Callable[[], Writer]


@cache
def exports() -> dict[str, Export]:
    """Every format of this installation, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return {name: _load(name) for name in names}


def _load(name: str) -> Export:
    module = import_module(f"{__name__}.{name}")
    summary = (module.__doc__ or "").strip().partition("\n")[0]
    return Export(name, module.MEDIA_TYPE, module.SUFFIX, summary, module.writer)
