"""What was fetched, as a page to send: with its own address, the time it was caught, and what the server calls it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from services.ingestor.client import PageFile
from services.ingestor.fetching.blocking import Get
from services.ingestor.fetching.fetcher import utc_now
from services.ingestor.fetching.outcomes import NOTHING, Fetched, NotFetched
from services.ingestor.summary import Refused


def page_of(found: Fetched) -> PageFile:
    """The page, under the address where it was found."""
    content = found.content
    return PageFile(found.url, lambda: BytesIO(content), len(content), found.media_type, url=found.final_url, captured_at=found.fetched_at)


def instead_of(refusal: NotFetched) -> PageFile | Refused:
    """A page that is gone is told to the ingestor, which takes back what it had of it; anything else is a refusal."""
    if refusal.reason != "gone":
        return Refused(refusal.url, refusal.what, refusal.advice)
    return PageFile(refusal.url, BytesIO, 0, url=refusal.url, captured_at=utc_now(), status=refusal.status)


def fetched(urls: Iterable[str], get: Get) -> Iterator[PageFile | Refused]:
    """The pages at addresses, each fetched when it is asked for."""
    for url in urls:
        found = get(url, NOTHING)
        if isinstance(found, Fetched):
            yield page_of(found)
        elif isinstance(found, NotFetched):
            yield instead_of(found)
