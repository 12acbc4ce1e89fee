"""What comes of a fetch: a page, the word that it is unchanged, or a refusal that names address, reason and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.ingestor.fetching.resources import resource

Reason = Literal[
    "bad_url",
    "scheme",
    "port",
    "address",
    "no_name",
    "unreachable",
    "broken",
    "redirects",
    "head_too_large",
    "too_large",
    "too_slow",
    "packed",
    "not_text",
    "robots",
    "robots_away",
    "gone",
    "busy",
    "status",
]


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask by later, kept by the caller as it came."""

    etag: str | None = None
    last_modified: str | None = None


NOTHING = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page: `url` as it was asked for, `final_url` where it was found; `media_type` with the charset that the server declares."""

    url: str
    final_url: str
    content: bytes
    media_type: str
    fetched_at: datetime
    validators: Validators = NOTHING


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that what it gave before still holds (304)."""

    url: str


@dataclass(frozen=True, slots=True)
class NotFetched:
    """Why nothing was fetched. `retry_after`: seconds after which the server wants to be asked again, if it said so."""

    url: str
    reason: Reason
    what: str
    advice: str
    retry_after: float | None = None
    status: int | None = None

    def __str__(self) -> str:
        """All of it in a sentence or two."""
        return f"{self.url}: {self.what}. {self.advice}"

    @property
    def passes(self) -> bool:
        """Whether another try may help."""
        return bool(resource("refusals")[self.reason]["passes"])


Outcome = Fetched | Unchanged | NotFetched


def not_fetched(url: str, reason: Reason, detail: str = "", *, retry_after: float | None = None, status: int | None = None) -> NotFetched:
    """A refusal in the words of the data file."""
    words = resource("refusals")[reason]
    return NotFetched(url, reason, words["what"].replace("{detail}", detail), words["do"], retry_after, status)


class RefusedError(Exception):
    """Carries a refusal out of the depth of a request; it never leaves the fetcher."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
