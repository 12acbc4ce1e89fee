"""Spans that cover a page: what articles leave over, by name, so that nothing is lost without a word."""

from __future__ import annotations

from collections.abc import Iterable

from services.ingestor.pages.labels import Label
from services.ingestor.pages.model import Named


def cover(labels: list[Label], names: dict[int, tuple[str, int | None]], bodies: list[tuple[int, int]]) -> tuple[Named, ...]:
    """Named spans for all that lies outside the bodies.

    Args:
        labels: of all lines, which together hold each code point once.
        names: for lines that a story's head claims, by place: the span's name and the story's segment.
        bodies: [start, end) of each body, in order, apart from each other.
    """
    pieces = (
        (start, end, *names.get(place, (one.name, None)))
        for place, one in enumerate(labels)
        for start, end in ((one.line.start, one.line.end),)
    )
    return tuple(_joined(_outside(pieces, bodies)))


def _outside(
    pieces: Iterable[tuple[int, int, str, int | None]], bodies: list[tuple[int, int]]
) -> Iterable[tuple[int, int, str, int | None]]:
    """The pieces without the bodies. A line that a body begins or ends in has only space left over."""
    at = 0
    for start, end, name, segment in pieces:
        while at < len(bodies) and bodies[at][1] <= start:
            at += 1
        if at == len(bodies) or end <= bodies[at][0]:
            yield start, end, name, segment
            continue
        if start < bodies[at][0]:
            yield start, bodies[at][0], "space", None
        if bodies[at][1] < end:
            yield bodies[at][1], end, "space", None


def _joined(pieces: Iterable[tuple[int, int, str, int | None]]) -> Iterable[Named]:
    """Neighbours of one name and story as one span."""
    last: Named | None = None
    for start, end, name, segment in pieces:
        if last and last.span[1] == start and (last.name, last.segment) == (name, segment):
            last = Named(name=name, span=(last.span[0], end), segment=segment)
        else:
            if last:
                yield last
            last = Named(name=name, span=(start, end), segment=segment)
    if last:
        yield last
