"""Fetching from code that waits, such as a command: one event loop beside it, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from anyio.from_thread import start_blocking_portal

from services.ingestor.fetching.fetcher import Fetcher
from services.ingestor.fetching.outcomes import NOTHING, Outcome, Validators
from services.ingestor.fetching.settings import FetchSettings

Get = Callable[[str, Validators], Outcome]


@contextmanager
def fetching(settings: FetchSettings) -> Iterator[Get]:
    """A function that fetches an address and waits for it; robots.txt and pauses are remembered until the block ends."""
    with start_blocking_portal() as portal:
        fetcher = Fetcher(settings)

        def get(url: str, validators: Validators = NOTHING) -> Outcome:
            return portal.call(fetcher.fetch, url, validators)

        yield get
