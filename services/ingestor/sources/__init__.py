"""Sources of articles, found by discovery: a source is a module in this folder.

It has `NAME`, `accepts(capture) -> bool` and `read(capture, limits) -> Cut`, and may say `LAST = True` to be asked after the others.
Reading never raises for bad input: what cannot be taken in is a refusal in the cut.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from services.ingestor.pages.model import Capture, Cut, Limits


class Source(Protocol):
    """What a module in this folder offers."""

    NAME: str

    def accepts(self, capture: Capture) -> bool:
        """Whether the capture is one of this source's."""
        ...

    def read(self, capture: Capture, limits: Limits) -> Cut:
        """The capture, taken apart."""
        ...


@cache
def sources() -> tuple[Source, ...]:
    """The sources of this installation, in the order in which they are asked: by name, those that take anything at the end."""
    modules = [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return tuple(cast(Source, module) for module in sorted(modules, key=lambda module: (getattr(module, "LAST", False), module.NAME)))


def source_of(capture: Capture) -> Source:
    """The first source that takes the capture; one takes anything.

    Raises:
        LookupError: the source that takes anything has been removed, and no other takes this.
    """
    for source in sources():
        if source.accepts(capture):
            return source
    raise LookupError("no source takes this capture")


def cut(capture: Capture, limits: Limits | None = None) -> Cut:
    """The capture, taken apart by the source that knows it."""
    return source_of(capture).read(capture, limits or Limits())
