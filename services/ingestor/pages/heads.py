"""The head of a story: headline, outlet, time and byline, read from the lines above its text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import takewhile

from services.ingestor.pages.labels import Label
from services.ingestor.pages.lines import fold
from services.ingestor.pages.model import Limits
from services.ingestor.pages.names import is_known_outlet, looks_like_outlet
from services.ingestor.pages.stamps import Stamp
from services.ingestor.pages.stories import Run, fit_for_headline, length

WORDS = 4  # from which a short line is more likely a headline than a section, a name or a button


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a story.

    Attributes:
        start: place of the head's first line.
        title: the headline to the letter; empty where there is none.
        titles: places of the lines that say it.
        stamp: the time line, if any; best one that is no update.
        outlets: names that may be the outlet's, best first, each with whether it is surely one.
    """

    start: int
    title: str
    titles: tuple[int, ...]
    stamp: Stamp | None
    byline: str | None
    outlets: tuple[tuple[str, bool], ...]


def read_head(labels: list[Label], run: Run, limits: Limits, hint: str | None = None) -> Head:
    """The head of the story whose text is `run`. `hint` is the page's own title, where the markup gives one."""
    begin = _begin(labels, run, limits)
    title = _title(labels, begin, run.first, limits, hint)
    if title is None:
        return head_between(labels, begin, run.first, "", ())
    folded = fold(labels[title].line.text)
    same = tuple(place for place in range(begin, run.first) if labels[place].kind == "short" and fold(labels[place].line.text) == folded)
    return head_between(labels, begin, run.first, labels[title].line.text, same)


def read_heads(labels: list[Label], runs: list[Run], limits: Limits, hint: str | None = None) -> list[Head]:
    """The heads of all stories. On a page that puts the time below each story and none above the first, times go to the story above."""
    heads = [read_head(labels, run, limits, hint) for run in runs]
    if not heads or heads[0].stamp:
        return heads
    ends = [run.first for run in runs[1:]] + [len(labels)]
    below = [_below(labels[run.last + 1 : end]) for run, end in zip(runs, ends, strict=True)]
    told = [lines for run, lines in zip(runs, below, strict=True) if length(labels, run) >= limits.min_body] or below
    return [_under(head, lines) for head, lines in zip(heads, below, strict=True)] if _time(told[-1]) else heads


def _under(head: Head, below: list[Label]) -> Head:
    """The head with the time line below its story, whose outlet goes with it, or stands on a line of its own beside it."""
    stamp = _time(below)
    named = [stamp.outlet] if stamp and stamp.outlet else [one.outlet for one in below if one.outlet and one.kind == "outlet"]
    outlets = tuple((name, True) for name in named) or head.outlets
    return replace(head, start=head.titles[0] if head.titles else head.start, stamp=stamp, outlets=outlets)


def _below(gap: list[Label]) -> list[Label]:
    """The lines under a story that may be its own: down to the first time line and one more, and before whatever ends it."""
    before = list(takewhile(lambda one: not one.ends, gap))
    at = next((place for place, one in enumerate(before) if one.stamp), len(before))
    return before[: at + 2]


def _time(lines: list[Label]) -> Stamp | None:
    return next((one.stamp for one in lines if one.stamp), None)


def _begin(labels: list[Label], run: Run, limits: Limits) -> int:
    """Behind the last phrase that ends stories, unless no headline stands there."""
    last = max((place for place in range(run.gap, run.first) if labels[place].ends), default=run.gap - 1)
    return last + 1 if any(fit_for_headline(one, limits) for one in labels[last + 1 : run.first]) or last < run.gap else last


def _title(labels: list[Label], begin: int, end: int, limits: Limits, hint: str | None) -> int | None:
    fit = [place for place in range(begin, end) if fit_for_headline(labels[place], limits)]
    if not fit:
        return None
    counts = Counter(fold(labels[place].line.text) for place in fit)
    last = max((place for place in range(begin, end) if labels[place].kind in ("stamp", "byline")), default=end)
    best = max(fit, key=lambda place: _worth(labels[place], place, counts, hint, above=place < last))
    return best if counts[fold(labels[best].line.text)] > 1 or labels[best].heading else _over_summary(labels, fit, best)


def _worth(one: Label, place: int, counts: Counter[str], hint: str | None, *, above: bool) -> tuple[bool, bool, bool, int, bool, bool, int]:
    """How likely a line is the headline: the page's own word, first heading, said twice, heading, length, place above the time line."""
    text, folded = one.line.text, fold(one.line.text)
    long = len(text.split()) >= WORDS
    name = looks_like_outlet(text) and is_known_outlet(text)
    return (
        hint is not None and folded == fold(hint),
        one.heading == 1,
        long and counts[folded] > 1,
        -(one.heading or 9),
        long,
        above and not name,
        place,
    )


def _over_summary(labels: list[Label], fit: list[int], best: int) -> int:
    """The line over the best one, if these two stand alone together: headline and summary. More than two are a list."""

    def long(place: int) -> bool:
        return place in fit and len(labels[place].line.text.split()) >= WORDS

    return best - 1 if long(best - 1) and long(best) and not long(best - 2) else best


def head_between(labels: list[Label], begin: int, end: int, title: str, titles: tuple[int, ...]) -> Head:
    """What the lines of [begin, end) say of a story whose headline is known."""
    first = titles[0] if titles else begin
    inside = labels[first:end]
    above = labels[begin:first][::-1]  # nearest first
    stamps = [one.stamp for one in [*inside, *above] if one.stamp]
    stamp = next((one for one in stamps if not one.updated), stamps[0] if stamps else None)
    byline = next((one.byline for one in [*inside, *above] if one.byline), None)
    start = min([first, *(place for place in range(begin, first) if labels[place].stamp and labels[place].stamp is stamp)])
    return Head(start, title, titles, stamp, byline, _outlets(labels, start, end, set(titles), stamp))


def _outlets(labels: list[Label], start: int, end: int, titles: set[int], stamp: Stamp | None) -> tuple[tuple[str, bool], ...]:
    """Names in a head: the stamp's own, then those marked as outlets, then short lines that read like one, the surest first."""
    marked = [one.outlet for one in labels[start:end] if one.outlet and one.kind == "outlet"]
    short = [name for place in range(start, end) if place not in titles and (name := _name(labels[place]))]
    sure = [name for name in short if is_known_outlet(name)]
    named = [stamp.outlet] if stamp and stamp.outlet else []
    rows = [(name, True) for name in [*named, *marked, *sure]] + [(name, False) for name in short if name not in sure]
    return tuple(dict.fromkeys(rows))


def _name(one: Label) -> str | None:
    """The outlet that a short line may name, without the place of its desk ("BBC News, Mumbai")."""
    name = one.line.text.partition(",")[0]
    return name if one.kind == "short" and looks_like_outlet(name) else None
