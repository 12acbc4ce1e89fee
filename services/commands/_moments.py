"""Moments as people type them on a command line."""

from __future__ import annotations

from datetime import datetime

import typer


def moment(text: str) -> datetime:
    """An instant with a zone, from ISO 8601.

    Raises:
        typer.BadParameter: it is no time, or names no zone; the command then ends with 2.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time: give date, time and zone, such as 2025-08-20T00:00Z") from None
    if found.tzinfo is None:
        full = found.isoformat(timespec="minutes")
        raise typer.BadParameter(f"{text!r} has no zone: {full}Z is UTC, {full}+02:00 is two hours ahead of it")
    return found
