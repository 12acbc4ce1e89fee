"""What goes in and what comes out: a `Capture`, and the `Cut` made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.articles import RawArticle, Span
from schemas.base import Model

Reason = Literal[
    "empty",
    "binary",
    "too_large",
    "too_many_tags",
    "too_deep",
    "too_many_articles",
    "no_article",
    "unsupported",
    "bad_line",
    "too_slow",
    "crashed",
    "stumbled",
]


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as it was caught.

    Attributes:
        content: its bytes; or text, where somebody else has decoded it.
        url: the address it came from.
        captured_at: when; an instant without a zone is taken as UTC. Without it nothing relative is dated.
        media_type: what the server or the file's name says it is, such as `text/html; charset=windows-1251`: a hint, not believed.
        name: how to call the page in messages, such as its file name.
        first_line: number of the content's first line, where it is a piece of a longer file.
    """

    content: bytes | str
    url: str | None = None
    captured_at: datetime | None = None
    media_type: str | None = None
    name: str | None = None
    first_line: int = 1

    @property
    def label(self) -> str:
        """What messages call the page: name, else address."""
        return self.name or self.url or "the page"

    @property
    def moment(self) -> datetime | None:
        """`captured_at` in UTC."""
        if self.captured_at is None:
            return None
        return self.captured_at.replace(tzinfo=UTC) if self.captured_at.tzinfo is None else self.captured_at.astimezone(UTC)


DEEPEST = 400
"""What Python's stack allows of nesting, with room for whoever calls."""


class Limits(Model):
    """What one page may cost. Whatever is beyond is refused, with the name of its setting (`IngestorSettings`)."""

    max_bytes: Annotated[int, Field(ge=1, description="size of one page, bytes; of a text, code points")] = 10_000_000
    max_lines: Annotated[int, Field(ge=1, description="lines of a page's text")] = 200_000
    max_tags: Annotated[int, Field(ge=1, description="elements of an HTML page")] = 300_000
    max_depth: Annotated[
        int, Field(ge=1, le=DEEPEST, description="nesting of block elements; the renderer takes one call frame for each")
    ] = 200
    max_articles: Annotated[int, Field(ge=1, description="articles cut from one page; JSON Lines have no such bound")] = 500
    min_body: Annotated[int, Field(ge=0, description="code points under which a text with no dateline is a teaser, not an article")] = 200
    max_headline: Annotated[int, Field(ge=1, description="code points of a headline")] = 300
    max_json_depth: Annotated[int, Field(ge=1, le=DEEPEST, description="nesting of one JSON line")] = 20
    max_feed: Annotated[int, Field(ge=1, description="code points of a feed")] = 5_000_000


class Named(Model):
    """A span of the page's text that is no article's body, and what it is: `headline`, `published`, `related`, `space` …"""

    name: str
    span: Span
    segment: Annotated[int | None, Field(description="the article it belongs to, by its place on the page")] = None


class Refusal(Model):
    """Something that was not taken in: which page, why, and what to do about it."""

    page: Annotated[str, Field(description="what it is called")]
    reason: Annotated[Reason, Field(description="a word for why")]
    what: Annotated[str, Field(description="a sentence for people: what is wrong")]
    advice: Annotated[str, Field(description="what to do about it")]
    line: Annotated[int | None, Field(description="which line of JSON Lines")] = None


class Cut(Model):
    """A page taken apart: each code point of `text` lies in exactly one article's `page.span` or one span of `boilerplate`."""

    page_id: str
    text: str = ""
    articles: tuple[RawArticle, ...] = ()
    boilerplate: tuple[Named, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: Annotated[tuple[str, ...], Field(description="what was assumed, guessed or left undated, for people")] = ()
