"""The story of a page that says it is one story's.

Such pages put boxes, links and other stories' teasers into the text, so that the signs of a digest mislead. Here the headline is
found first, by what the page's head says. The first long text below it is the story's, paragraphs of one <article> belong together, and
another story is told only where headline, time and an outlet of its own stand above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from services.ingestor.pages.heads import Head, head_between, read_head
from services.ingestor.pages.hints import Hints
from services.ingestor.pages.labels import Label
from services.ingestor.pages.lines import fold
from services.ingestor.pages.model import Limits
from services.ingestor.pages.names import is_known_outlet
from services.ingestor.pages.stories import Run, fit_for_headline, length, runs

FINAL = frozenset(["comments", "legal", "footer"])  # below these nothing of a story comes; below other phrases it may go on
ALIKE = 0.5  # share of words that two forms of one headline have in common, at least
_WORD = re.compile(r"\w+")


def main_story(labels: list[Label], limits: Limits, hints: Hints) -> Iterator[tuple[Run, Head, bool]]:
    """The page's runs of text, each with its head and whether it is an article: the main story, and others that are told in full."""
    place = headline_of(labels, limits, hints)
    below = runs(labels, limits, begin=0 if place is None else place + 1, breaks=_breaks)
    if not below:
        return
    longest = max(length(labels, run) for run in below)
    chosen = next(run for run in below if length(labels, run) * 2 >= longest)
    main = _posts(labels, below) if hints.live else _joined(labels, chosen, below)
    for run in below:
        if run.first == main.first:
            yield main, _head(labels, main, place, hints), True
        elif run.last < main.first or run.first > main.last:
            head = read_head(labels, run, limits)
            yield run, head, run.first > main.last and length(labels, run) >= limits.min_body and _is_told_in_full(head, hints)


def headline_of(labels: list[Label], limits: Limits, hints: Hints) -> int | None:
    """The line that says the page's headline: by its words, else the first heading that shares some with it."""
    title, wanted = fold(hints.title), set(_WORD.findall(hints.title.casefold()))
    lines = (place for place, one in enumerate(labels) if one.kind in ("short", "prose") and len(one.line.text) <= limits.max_headline)
    worths = [
        (fold(labels[place].line.text) == title, labels[place].heading == 1, _alike(labels[place], wanted), -place) for place in lines
    ]
    best = max((worth for worth in worths if worth[0] or worth[2] >= ALIKE or (worth[1] and worth[2] >= ALIKE / 2)), default=None)
    return -best[3] if best else None


def _alike(one: Label, wanted: set[str]) -> float:
    words = set(_WORD.findall(one.line.text.casefold()))
    return len(words & wanted) / len(words | wanted) if words else 0.0


def _head(labels: list[Label], run: Run, place: int | None, hints: Hints) -> Head:
    if place is None:
        return replace(head_between(labels, run.gap, run.first, "", ()), title=hints.title)
    return head_between(labels, place, run.first, labels[place].line.text, (place,))


def _joined(labels: list[Label], chosen: Run, below: list[Run]) -> Run:
    """The run with the others of its <article>: boxes stand between them."""
    own = _own(labels[chosen.first])
    parts = [run for run in below if own and _own(labels[run.first]) == own] or [chosen]
    return Run(parts[0].gap, parts[0].first, parts[-1].last)


def _posts(labels: list[Label], below: list[Run]) -> Run:
    """All posts of a live page as the one story that they tell, down to what ends the page."""
    parts = takewhile(lambda run: run is below[0] or not any(one.ends for one in labels[run.gap : run.first]), below)
    return Run(below[0].gap, below[0].first, list(parts)[-1].last)


def _breaks(labels: list[Label], run: Run, place: int, limits: Limits) -> bool:
    gap = labels[run.last + 1 : place]
    fit = any(fit_for_headline(one, limits) for one in gap)
    if fit and _names_outlet_and_time(gap):
        return True
    above, below = _own(labels[run.last]), _own(labels[place])
    if above or below:
        return fit and above != below
    signed = labels[run.last].kind == "closing" and labels[place].kind != "closing"
    return signed or any(one.name in FINAL for one in gap) or (fit and _is_card(gap))


def _is_card(gap: list[Label]) -> bool:
    """A heading with a time: another story's teaser."""
    return any(one.heading for one in gap) and any(one.stamp for one in gap)


def _names_outlet_and_time(gap: list[Label]) -> bool:
    outlet = any((one.stamp and one.stamp.outlet and is_known_outlet(one.stamp.outlet)) or one.kind == "outlet" for one in gap)
    return outlet and any(one.stamp for one in gap)


def _is_told_in_full(head: Head, hints: Hints) -> bool:
    sure = [name for name, is_sure in head.outlets if is_sure]
    return bool(head.title and head.stamp and sure and fold(sure[0]) != fold(hints.outlet))


def _own(one: Label) -> frozenset[str]:
    return frozenset(mark for mark in one.line.marks if mark.startswith("article:"))
