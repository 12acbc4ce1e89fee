"""`RawArticle`: one revision of one article, the value of `articles.raw.v1`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Instant, Model, Revision, Sha256

Span = Annotated[tuple[int, int], Field(description="[start, end) in Unicode code points")]
PubStatus = Annotated[
    Literal["usable", "corrected", "withdrawn"],
    Field(description="the words of IPTC ninjs: usable, corrected (a changed text), withdrawn (a killed story)"),
]
PublishedBasis = Literal["absolute", "relative_to_capture", "inferred", "unknown"]
PublishedPrecision = Literal["second", "minute", "hour", "day", "month", "year", "unknown"]


class Published(Model):
    """When an article was published: an interval, how exact it is, and the words it was read from."""

    earliest: Instant | None = None
    latest: Instant | None = None
    precision: PublishedPrecision = "unknown"
    basis: PublishedBasis = "unknown"
    raw: str = ""


class Dateline(Model):
    """The place that opens a story, and the agency credited with it: "GENEVA (Reuters) -"."""

    places: tuple[str, ...] = ()
    wire: str | None = None


class PageRef(Model):
    """The captured page an article was cut from; `span` counts code points of the page's text."""

    page_id: str
    url: str | None = None
    captured_at: Instant | None = None
    segment: int = 0
    span: Span = (0, 0)


class RawArticle(Model):
    """One revision of one article. Offsets count Unicode code points of `body`, which nobody re-normalises."""

    article_id: str
    revision: Revision = 1
    pubstatus: PubStatus = "usable"
    page: PageRef
    url: str | None = None
    outlet: str
    aggregator: str | None = None
    wire: str | None = None
    byline: str | None = None
    dateline: Dateline | None = None
    title: str
    body: str
    language: Annotated[
        str, Field(description="BCP 47: as the page says, unless the text is surely in another; und where neither tells")
    ] = "und"
    published: Published = Published()
    cleaned: Annotated[tuple[str, ...], Field(description="what had to be replaced so that every store can hold the text")] = ()
    content_sha256: Sha256
    extractor: Annotated[str, Field(description="name and version of what cut the article out")]
