"""Long streams of lines, such as JSON Lines, as captures that keep the limits. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from services.ingestor.pages.model import Capture, Limits


def captures(lines: Iterable[bytes], like: Capture, limits: Limits) -> Iterator[Capture]:
    """A long stream of lines as captures within the limits, so that memory does not grow with the stream. A line is never torn."""
    held: list[bytes] = []
    size, first = 0, like.first_line
    for number, line in enumerate(lines, like.first_line):
        if held and size + len(line) > limits.max_bytes:
            yield replace(like, content=b"".join(held), first_line=first)
            held, size, first = [], 0, number
        held.append(line)
        size += len(line)
    if held:
        yield replace(like, content=b"".join(held), first_line=first)
