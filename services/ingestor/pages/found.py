"""What was found on a page: each run of text with its head, and whether it is an article."""

from __future__ import annotations

from dataclasses import dataclass

from services.ingestor.pages.heads import Head, read_heads
from services.ingestor.pages.hints import Hints
from services.ingestor.pages.labels import Label
from services.ingestor.pages.main_story import main_story
from services.ingestor.pages.model import Limits
from services.ingestor.pages.stories import Run, has_dateline, length, runs


@dataclass(frozen=True, slots=True)
class Found:
    """A run of text, the head above it, and what it is: `article`, `teaser` (too short), or `unheaded` (a comment, a notice)."""

    run: Run
    head: Head
    what: str


def find(labels: list[Label], limits: Limits, hints: Hints) -> list[Found]:
    """All runs of text of a page, in order.

    A page that says in its head that it is one story is read for that story first; any other as a digest of stories.
    """
    if hints.single:
        return [Found(run, head, "article" if is_article else "unheaded") for run, head, is_article in main_story(labels, limits, hints)]
    all_runs = runs(labels, limits)
    heads = read_heads(labels, all_runs, limits, hints.title or None)
    return [Found(run, head, _what(labels, run, head, limits)) for run, head in zip(all_runs, heads, strict=True)]


def _what(labels: list[Label], run: Run, head: Head, limits: Limits) -> str:
    """A dateline makes an article of any length; otherwise it takes a headline, or to be the first text of the page."""
    long = length(labels, run) >= limits.min_body
    opens = any(has_dateline(one) for one in labels[run.first : run.first + 3] if one.is_text)
    if opens or (long and (head.title or run.gap == 0)):
        return "article"
    return "teaser" if head.title else "unheaded"
