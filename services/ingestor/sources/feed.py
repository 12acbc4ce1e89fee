"""Feeds, RSS and Atom, saved or fetched: each entry that carries its story is an article; one that only announces it is not.

The cut's text is made of the entries' headlines and rendered texts, one after another; `page.span` counts in it.
"""

from __future__ import annotations

from schemas.articles import PageRef, Published, RawArticle
from services.ingestor.feeds.items import Feed, Item, looks_like_feed, read_feed
from services.ingestor.identity import page_id
from services.ingestor.pages.addresses import absolute_url
from services.ingestor.pages.article import Story, article
from services.ingestor.pages.clean import REPLACEMENT, clean
from services.ingestor.pages.hints import LANGUAGE
from services.ingestor.pages.hypertext import render
from services.ingestor.pages.languages import language_of
from services.ingestor.pages.model import Capture, Cut, Limits, Named, Refusal
from services.ingestor.pages.names import host_of
from services.ingestor.pages.outlets import UNKNOWN
from services.ingestor.pages.page import refused
from services.ingestor.pages.published import Dated, date
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.stamps import read_when
from services.ingestor.pages.told import Stated, Told

NAME = "feed"
VERSION = "1"


def accepts(capture: Capture) -> bool:
    """What opens with the root element of a feed."""
    return looks_like_feed(capture)


def read(capture: Capture, limits: Limits) -> Cut:
    """An article for each entry with a text of its own."""
    feed = read_feed(capture, limits)
    return refused(capture, feed) if isinstance(feed, Refusal) else _Reader(capture, feed, limits).cut()


class _Reader:
    """Goes through the entries, and writes the text that they are cut from."""

    def __init__(self, capture: Capture, feed: Feed, limits: Limits) -> None:
        self.capture, self.feed, self.limits = capture, feed, limits
        self.url = clean(capture.url).text if capture.url else None
        self.pieces: list[str] = []
        self.at = 0
        self.stories: list[Story] = []
        self.rest: list[Named] = []
        self.refusals: list[Refusal] = []
        self.notes: list[str] = list(feed.notes)
        self.teasers = 0

    def cut(self) -> Cut:
        for number, item in enumerate(self.feed.items[: self.limits.max_articles], 1):
            self._item(number, item)
        self._sum_up()
        text = "".join(self.pieces)
        identity = page_id(text, self.url)
        return Cut(
            page_id=identity,
            text=text,
            articles=tuple(_articles(self.stories, identity)),
            boilerplate=tuple(self.rest),
            refusals=tuple(self.refusals),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _item(self, number: int, item: Item) -> None:
        body = self._text(number, item)
        if body is None:
            return
        self._write("headline", item.title, len(self.stories))
        self._write("space", "\n")
        if len(body) < self.limits.min_body:
            self.teasers += 1
            self._write("teaser", body)
        else:
            self._story(number, item, body)
        self._write("space", "\n\n")

    def _text(self, number: int, item: Item) -> str | None:
        """The entry's text, as a browser would set it."""
        if item.plain or not item.text.strip():
            return clean(item.text).text.strip()
        rendered = render(self.capture, item.text, self.limits)
        if isinstance(rendered, Refusal):
            self.refusals.append(rendered.model_copy(update={"what": f"entry {number}: {rendered.what}", "line": number}))
            return None
        return rendered.text.strip()

    def _write(self, name: str, text: str, segment: int | None = None) -> None:
        if text:
            self.rest.append(Named(name=name, span=(self.at, self.at + len(text)), segment=segment))
            self._add(text)

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.at += len(text)

    def _story(self, number: int, item: Item, body: str) -> None:
        dated, url = _published(item, self.capture), _address(self.url, item.link)
        ref = PageRef(
            page_id="", url=self.url, captured_at=self.capture.moment, segment=len(self.stories), span=(self.at, self.at + len(body))
        )
        self._add(body)
        outlet = item.outlet or self.feed.title or host_of(url) or UNKNOWN
        self.stories.append(
            Story(
                page=ref,
                outlet=outlet,
                title=item.title,
                body=body,
                published=dated.published,
                extractor=f"{NAME}/{VERSION}",
                url=url,
                aggregator=self.feed.title if item.outlet and self.feed.title != item.outlet else None,
                byline=item.author or None,
                language=language_of(body, next((one for one in (item.language, self.feed.language) if LANGUAGE.fullmatch(one)), "")),
                cleaned=("characters replaced by U+FFFD",) if REPLACEMENT in item.title + body else (),
            )
        )
        self.notes += [f"entry {number}: {note}" for note in (*dated.notes, *_told_of_link(item.link, url))]

    def _sum_up(self) -> None:
        beyond = len(self.feed.items) - self.limits.max_articles
        if beyond > 0:
            what = f"{beyond} entries beyond the first {self.limits.max_articles} were left"
            self.refusals.append(refuse(self.capture, "too_many_articles", what))
        if self.teasers and self.stories:
            self.notes.append(f"{self.teasers} entries only announce their story")
        elif not self.stories and not self.refusals:
            what = f"{self.teasers} entries only announce their story"
            refusal = refuse(self.capture, "no_article", what if self.teasers else "a feed without entries")
            follow = {"advice": "Follow its links: daybook ingest --feed URL --follow."} if self.teasers else {}
            self.refusals.append(refusal.model_copy(update=follow))


def _articles(stories: list[Story], identity: str) -> list[RawArticle]:
    made = map(article, stories)
    return [one.model_copy(update={"page": one.page.model_copy(update={"page_id": identity})}) for one in made]


def _address(feed: str | None, link: str) -> str | None:
    """The entry's own address, if its feed may speak for it: it lies on the feed's host, above it or below it."""
    ours, theirs = host_of(feed), host_of(link)
    related = theirs != "" and (ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}"))
    return absolute_url(None if related else feed, link)


def _told_of_link(link: str, url: str | None) -> tuple[str, ...]:
    return (f"its link {link[:200]!r} leads to another host: known by outlet, headline and day",) if link and url is None else ()


def _published(item: Item, capture: Capture) -> Dated:
    raw = (item.published or item.updated)[:200]
    if not raw:
        return Dated(Published(), ("no publication time found",))
    told = read_when(raw)
    if told is None or not _dated(told):
        again = read_when(item.moment) if item.moment else None
        told = Told(again.when, raw, "", "") if again else told
    if told is None:
        return Dated(Published(raw=raw), (f"publication {raw!r} cannot be read: left unknown",))
    dated = date(told, capture.moment)
    return dated if item.published else Dated(dated.published, (*dated.notes, "only the time of its last change is said"))


def _dated(told: Told) -> bool:
    return isinstance(told.when, Stated) and len(told.when.days) == 1 and told.when.days[0][0] is not None
