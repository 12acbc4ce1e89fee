"""A page's text, taken apart: articles with their exact places, and everything else by name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.articles import PageRef, Published, RawArticle
from services.ingestor.identity import page_id
from services.ingestor.pages.addresses import absolute_url, canonical_url
from services.ingestor.pages.article import Story, article
from services.ingestor.pages.beside import beside
from services.ingestor.pages.clean import REPLACEMENT, clean
from services.ingestor.pages.cover import cover
from services.ingestor.pages.found import Found, find
from services.ingestor.pages.heads import Head
from services.ingestor.pages.hints import Hints
from services.ingestor.pages.labels import Label, label
from services.ingestor.pages.languages import language_of
from services.ingestor.pages.line_names import names_of
from services.ingestor.pages.lines import Mark, fold, lines_of
from services.ingestor.pages.model import Capture, Cut, Limits, Refusal
from services.ingestor.pages.outlets import UNKNOWN, aggregator_of, outlet_of, read_site
from services.ingestor.pages.published import Dated, date
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.stamps import read_when

NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text, and what its decoding and its markup add to it. `main` are its lines that are judged main text, squeezed."""

    capture: Capture
    text: str
    extractor: str
    cleaned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    hints: Hints = NO_HINTS
    main: frozenset[str] = frozenset()

    @property
    def url(self) -> str | None:
        """The address of the capture, fit for every store."""
        return clean(self.capture.url).text if self.capture.url else None


def cut(page: Page, limits: Limits) -> Cut:
    """The articles of a page, the spans between them, and what had to be refused or assumed."""
    lines = lines_of(page.text, page.marks)
    if len(lines) > limits.max_lines:
        return refused(page.capture, refuse(page.capture, "too_large", f"{len(lines):,} lines, more than {limits.max_lines:,}"))
    labels = beside(label(lines), page.main, anywhere=page.hints.single)
    found = find(labels, limits, page.hints)
    stories = [one for one in found if one.what == "article"][: limits.max_articles]
    identity = page_id(page.text, page.url)
    made, notes = _articles(page, labels, stories, identity)
    return Cut(
        page_id=identity,
        text=page.text,
        articles=made,
        boilerplate=cover(labels, names_of(labels, found, stories, [one.outlet for one in made]), [one.page.span for one in made]),
        refusals=_refusals(page, found, stories),
        notes=page.notes + notes,
    )


def refused(capture: Capture, refusal: Refusal) -> Cut:
    """The cut of a page that was not taken in at all."""
    return Cut(page_id=page_id("", clean(capture.url or "").text), refusals=(refusal,))


def _articles(page: Page, labels: list[Label], stories: list[Found], identity: str) -> tuple[tuple[RawArticle, ...], tuple[str, ...]]:
    site = read_site(labels, named=page.hints.outlet, url=page.url)
    several = len(stories) > 1
    outlets = [outlet_of(one.head, site, several=several, writers=f"{page.hints.byline}, {one.head.byline}") for one in stories]
    made: list[RawArticle] = []
    notes: list[str] = []
    for segment, (one, outlet) in enumerate(zip(stories, outlets, strict=True)):
        story, said = _story(page, labels, one, several=several)
        notes += said + ((f"{story.title!r}: outlet not found",) if outlet == UNKNOWN else ())
        aggregator = aggregator_of(outlet, set(outlets), site)
        ref = story.page.model_copy(update={"page_id": identity, "segment": segment})
        url = None if aggregator and not several else story.url  # the aggregator's address is not the story's
        made.append(article(replace(story, outlet=outlet, aggregator=aggregator, page=ref, url=url)))
    return tuple(made), tuple(dict.fromkeys(notes))


def _story(page: Page, labels: list[Label], one: Found, *, several: bool) -> tuple[Story, tuple[str, ...]]:
    span = labels[one.run.first].line.at, labels[one.run.last].line.stop
    body = page.text[slice(*span)]
    hints = page.hints if not several or _speaks_of(page.hints, one.head) else NO_HINTS
    title = one.head.title or hints.title
    dated = _published(one.head, hints, page.capture.moment)
    story = Story(
        page=PageRef(page_id="", url=page.url, captured_at=page.capture.moment, span=span),
        outlet=UNKNOWN,
        title=title,
        body=body,
        published=dated.published,
        extractor=page.extractor,
        url=_address(page, labels, one.head, several=several),
        byline=one.head.byline or hints.byline or None,
        language=language_of(body, page.hints.language),
        cleaned=page.cleaned if REPLACEMENT in title or REPLACEMENT in body else (),
    )
    return story, tuple(f"{title!r}: {note}" for note in dated.notes)


def _speaks_of(hints: Hints, head: Head) -> bool:
    """Whether the page's head means this story, of several."""
    return hints.title != "" and fold(hints.title) == fold(head.title)


def _published(head: Head, hints: Hints, captured_at: datetime | None) -> Dated:
    """By the page's head, where that speaks of the story and holds; else by the time line above it."""
    told = (read_when(hints.published[:200]) if hints.published else None, head.stamp.told if head.stamp else None)
    dated = [date(one, captured_at) for one in told if one]
    nothing = dated[0] if dated else Dated(Published(), ("no publication time found",))
    return next((one for one in dated if one.published.basis != "unknown"), nothing)


def _address(page: Page, labels: list[Label], head: Head, *, several: bool) -> str | None:
    """The story's own address: on a page of one story the page's, by its own word if it keeps to its host; else the headline's link."""
    if not several:
        named = absolute_url(page.url, page.hints.url) if page.hints.url else None
        return named or (page.url if canonical_url(page.url) else None)
    links = (mark.removeprefix("link:") for place in head.titles for mark in sorted(labels[place].line.marks) if mark.startswith("link:"))
    return next((found for link in links if page.url and (found := absolute_url(page.url, link))), None)


def _refusals(page: Page, found: list[Found], stories: list[Found]) -> tuple[Refusal, ...]:
    if not stories:
        teasers = sum(one.what == "teaser" for one in found)
        return (refuse(page.capture, "no_article", f"teasers: {teasers}, other pieces of text: {len(found) - teasers}"),)
    beyond = sum(one.what == "article" for one in found) - len(stories)
    return (refuse(page.capture, "too_many_articles", f"{beyond} articles beyond the first {len(stories)} were left"),) if beyond else ()
