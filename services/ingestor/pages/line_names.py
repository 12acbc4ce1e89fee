"""What the lines around stories are called in the result: the headline of the second story, an outlet, a comment."""

from __future__ import annotations

from services.ingestor.pages.found import Found
from services.ingestor.pages.heads import Head
from services.ingestor.pages.labels import Label
from services.ingestor.pages.lines import fold


def names_of(labels: list[Label], found: list[Found], stories: list[Found], outlets: list[str]) -> dict[int, tuple[str, int | None]]:
    """The names of lines in heads and in text that is no article, by place, each with the story that it belongs to.

    Args:
        labels: of all lines.
        found: all runs of text.
        stories: those of them that became articles, in order.
        outlets: of these, in the same order.
    """
    segments = {one.run.first: segment for segment, one in enumerate(stories)}
    names: dict[int, tuple[str, int | None]] = {}
    for one in found:
        segment = segments.get(one.run.first)
        if segment is None:
            what = "beyond_limit" if one.what == "article" else one.what
            names |= {place: (what, None) for place in range(one.run.first, one.run.last + 1) if labels[place].line.text}
            names |= dict.fromkeys(one.head.titles, ("headline", None))
        else:
            names |= {place: (_head_name(labels[place], place, one.head, outlets[segment]), segment) for place in _worded(labels, one)}
    return names


def _worded(labels: list[Label], one: Found) -> list[int]:
    return [place for place in range(one.head.start, one.run.first) if labels[place].line.text]


def _head_name(one: Label, place: int, head: Head, outlet: str) -> str:
    if place in head.titles:
        return "headline"
    if one.kind == "prose":
        return "standfirst"
    return "outlet" if one.kind == "short" and fold(one.line.text.partition(",")[0]) == fold(outlet) else one.name
