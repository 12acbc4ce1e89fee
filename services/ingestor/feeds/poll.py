"""Polling a feed: what is new in it as pages to send, remembered as done once they were answered.

The pages come from generators: what stands after a `yield` runs when the page before was answered, and never if it was not.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from services.ingestor.client import PageFile
from services.ingestor.feeds.items import Item, read_feed
from services.ingestor.feeds.memory import FeedState, Memory
from services.ingestor.fetching.blocking import Get
from services.ingestor.fetching.outcomes import NOTHING, Fetched, NotFetched
from services.ingestor.fetching.pages import instead_of, page_of
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.pages.addresses import canonical_url
from services.ingestor.pages.model import Capture, Limits, Refusal
from services.ingestor.summary import Refused

Pages = Generator[PageFile | Refused, None, bool]


@dataclass(frozen=True, slots=True)
class Poller:
    """Polls feeds. `follow`: the pages that entries link to are sent, instead of the feed; `now` is seconds since 1970."""

    get: Get
    memory: Memory
    settings: FetchSettings
    now: Callable[[], float]
    follow: bool = False
    sleep: Callable[[float], None] = time.sleep
    limits: Limits = field(default_factory=Limits)

    def polls(self, urls: Iterable[str]) -> Iterator[PageFile | Refused]:
        """What is new in several feeds, one after another. One that failed is not asked before its pause is over."""
        for url in urls:
            left = self.due_in(url)
            if left and self.memory.feed(self._key(url)).failures:
                yield Refused(url, f"it failed before, and is not asked again for {left:,.0f} s", "Wait; --poll does so.")
            else:
                yield from self.poll(url)

    def due_in(self, url: str) -> float:
        """Seconds until a feed should be asked again."""
        return max(self.memory.feed(self._key(url)).next_at - self.now(), 0.0)

    def wait(self, urls: Sequence[str]) -> None:
        """Until the first of the feeds is due."""
        self.sleep(min(map(self.due_in, urls)))

    def _key(self, url: str) -> str:
        """Both ways of reading a feed are remembered apart: what one has done the other has not."""
        return f"{url} followed" if self.follow else url

    def poll(self, url: str) -> Iterator[PageFile | Refused]:
        """What is new; nothing where the server says that nothing has changed."""
        before = self.memory.feed(self._key(url))
        found = self.get(url, before.validators)
        if isinstance(found, NotFetched):
            yield Refused(url, found.what, found.advice)
            self._failed(url, before, found.retry_after)
            return
        validators = before.validators
        if isinstance(found, Fetched):
            complete = yield from self._followed(found) if self.follow else _whole(found)
            validators = found.validators if complete else NOTHING
        self.memory.remember_feed(self._key(url), FeedState(validators, self.now() + self.settings.poll_seconds))

    def _failed(self, url: str, before: FeedState, asked: float | None) -> None:
        """Each failure doubles the pause, up to a bound; a pause that the server asks for is kept whatever the bound."""
        pause = min(self.settings.poll_seconds * 2.0 ** min(before.failures + 1, 30), self.settings.longest_poll_seconds)
        self.memory.remember_feed(self._key(url), FeedState(before.validators, self.now() + max(pause, asked or 0.0), before.failures + 1))

    def _followed(self, found: Fetched) -> Pages:
        """The pages of entries that are new or changed; gives whether all could be had, so that what could not is tried again."""
        capture = Capture(found.content, found.final_url, found.fetched_at, found.media_type, found.url)
        feed = read_feed(capture, self.limits)
        if isinstance(feed, Refusal):
            yield Refused(found.url, feed.what, feed.advice)
            return True
        complete = True
        for item in feed.items[: self.limits.max_articles]:
            if not self.memory.has_item(found.url, item.key, _digest(item)):
                complete = (yield from self._item(found.url, item)) and complete
        self.memory.keep_items(found.url, (item.key for item in feed.items))
        return complete

    def _item(self, feed: str, item: Item) -> Pages:
        if canonical_url(item.link) is None:
            yield Refused(
                feed, f"entry {item.title[:80]!r} has no link that could be followed", "Read the feed itself: leave out --follow."
            )
            self.memory.remember_item(feed, item.key, _digest(item))
            return True
        got = self.get(item.link, NOTHING)
        if not isinstance(got, Fetched | NotFetched):
            return True
        yield page_of(got) if isinstance(got, Fetched) else instead_of(got)
        if isinstance(got, NotFetched) and got.passes:
            return False
        self.memory.remember_item(feed, item.key, _digest(item))
        return True


def _whole(found: Fetched) -> Pages:
    yield page_of(found)
    return True


def _digest(item: Item) -> str:
    return hashlib.sha256(repr((item.link, item.title, item.text, item.published, item.updated)).encode()).hexdigest()
