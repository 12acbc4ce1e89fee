"""Where a place lies that an editor names: as reading would take the name in a text. The gazetteer is loaded when first asked for."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Place
from services.normalizer.reading.names import Names

BEFORE = "in "  # what stands before a place in a text


def located(names: Sequence[str]) -> dict[str, Place]:
    """Those of the names that the gazetteer knows: "Bucha", "kharkiv", "Tripoli, Lebanon"."""
    known = Names.load()
    found = {name: _read(name, known) or known.place(name) for name in names}
    return {name: place for name, place in found.items() if place}


def _read(name: str, known: Names) -> Place | None:
    """As a text has it, if all of it is names: a town, and where it lies."""
    text = BEFORE + name.strip()
    found = known.find(text, None)
    whole = found and found[0].start == len(BEFORE) and found[-1].end == len(text)
    return found[0].place if whole else None
