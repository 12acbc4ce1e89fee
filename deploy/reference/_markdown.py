"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line ends within a cell are made harmless."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)]) + "\n"


def code(text: object) -> str:
    """As code; nothing where there is nothing."""
    return f"`{text}`" if str(text) else ""


def section(title: str, *parts: str, level: int = 2) -> str:
    """A heading and what stands below it, what is empty left out."""
    return "\n\n".join([f"{'#' * level} {title}", *(part.strip("\n") for part in parts if part.strip())]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
