"""Where stories begin and end among a page's labelled lines: the second step of segmentation.

A story is a run of text with a head above it. The run goes on over short lines (they are subheads) until there is a sign that
another story has begun: a phrase of the page that ends stories, a sign-off, an outlet with a time below a story, or a gap that holds both
a line fit for a headline and a mark of a new story (a stamp, an outlet, a repeated line, the markup's own article, a dateline).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from services.ingestor.pages.datelines import opening
from services.ingestor.pages.labels import Label
from services.ingestor.pages.lines import fold
from services.ingestor.pages.model import Limits


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text: places of the first and last line, both within, and of the first line of the gap above it."""

    gap: int
    first: int
    last: int


Breaks = Callable[[list[Label], Run, int, Limits], bool]


def runs(labels: list[Label], limits: Limits, *, begin: int = 0, breaks: Breaks | None = None) -> list[Run]:
    """The runs of text from a line on, in order. `breaks` tells whether another story has begun between a run and a line below it."""
    found: list[Run] = []
    ends = breaks or another_begins
    for place in range(begin, len(labels)):
        if not labels[place].is_text:
            continue
        if found and is_standfirst(labels, found[-1], place, limits):
            found[-1] = Run(found[-1].gap, place, place)
        elif found and not ends(labels, found[-1], place, limits):
            found[-1] = Run(found[-1].gap, found[-1].first, place)
        else:
            found.append(Run(found[-1].last + 1 if found else begin, place, place))
    return found


def length(labels: list[Label], run: Run) -> int:
    """Code points of a run."""
    return labels[run.last].line.stop - labels[run.first].line.at


def is_standfirst(labels: list[Label], run: Run, place: int, limits: Limits) -> bool:
    """Whether the run is but the sentence that stands between headline and time line, so that the story begins at `place`."""
    gap, above = labels[run.last + 1 : place], labels[run.gap : run.first]
    if run.first != run.last or length(labels, run) >= limits.min_body or has_dateline(labels[run.first]):
        return False
    headed = any(fit_for_headline(one, limits) for one in above) and not any(one.stamp for one in above)
    stamped = any(one.stamp and not one.stamp.updated for one in gap)
    return headed and stamped and not any(fit_for_headline(one, limits) or one.ends for one in gap)


def fit_for_headline(one: Label, limits: Limits) -> bool:
    """A short line of two words or more."""
    return (
        one.kind == "short"
        and len(one.line.text) <= limits.max_headline
        and len(one.line.text.split()) > 1
        and any(c.isalpha() for c in one.line.text)
    )


def has_dateline(one: Label) -> bool:
    """Whether a line of text opens with a dateline."""
    return opening(one.line.text[:200]) is not None


def another_begins(labels: list[Label], run: Run, place: int, limits: Limits) -> bool:
    """Whether the text at `place` is no longer the run's, on a page of several stories."""
    gap = labels[run.last + 1 : place]
    if any(one.ends for one in gap) or (labels[run.last].kind == "closing" and labels[place].kind != "closing"):
        return True
    fit = [one for one in gap if fit_for_headline(one, limits)]
    told = length(labels, run) >= limits.min_body
    if not fit:
        return told and any(one.kind == "outlet" for one in gap) and any(one.kind == "stamp" for one in gap)
    return _marked(gap, fit) or _other_article(labels[run.last], labels[place]) or (told and has_dateline(labels[place]))


def _marked(gap: list[Label], fit: list[Label]) -> bool:
    """A mark of a new story stands in the gap."""
    repeated = max(Counter(fold(one.line.text) for one in fit).values()) > 1
    return repeated or any(one.kind in ("stamp", "outlet") or one.heading == 1 for one in gap)


def _other_article(above: Label, below: Label) -> bool:
    def own(one: Label) -> frozenset[str]:
        return frozenset(mark for mark in one.line.marks if mark.startswith("article:"))

    return own(above) != own(below)
