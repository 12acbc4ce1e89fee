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

    earliest: Annotated[Instant | None, Field(description="not before this instant; null: nothing is known")] = None
    latest: Annotated[Instant | None, Field(description="not after this instant")] = None
    precision: Annotated[PublishedPrecision, Field(description="how exact the words are that it was read from")] = "unknown"
    basis: Annotated[
        PublishedBasis,
        Field(description="a full date; words counted from the capture (two hours ago); concluded from what stands around; or nothing"),
    ] = "unknown"
    raw: Annotated[str, Field(description="the words as they stand on the page")] = ""


class Dateline(Model):
    """The place that opens a story, and the agency credited with it: "GENEVA (Reuters) -"."""

    places: Annotated[tuple[str, ...], Field(description="as written, in order")] = ()
    wire: Annotated[str | None, Field(description="the agency in brackets")] = None


class PageRef(Model):
    """The captured page an article was cut from; `span` counts code points of the page's text."""

    page_id: Annotated[str, Field(description="the same for the same bytes of the same address")]
    url: Annotated[str | None, Field(description="address that it was fetched from, where there is one")] = None
    captured_at: Annotated[Instant | None, Field(description="when the page was fetched; null: nobody said")] = None
    segment: Annotated[int, Field(description="which of the page's articles, from 0")] = 0
    span: Span = (0, 0)


class RawArticle(Model):
    """One revision of one article. Offsets count Unicode code points of `body`, which nobody re-normalises."""

    article_id: Annotated[
        str,
        Field(
            description="UUID version 5 of the canonical address, else of outlet, title and first publication: the same in each revision"
        ),
    ]
    revision: Revision = 1
    pubstatus: PubStatus = "usable"
    page: PageRef
    url: Annotated[str | None, Field(description="the article's own address, canonical")] = None
    outlet: Annotated[str, Field(description="who published it")]
    aggregator: Annotated[str | None, Field(description="whose page it was found on, where that is not the outlet")] = None
    wire: Annotated[str | None, Field(description="the agency credited")] = None
    byline: Annotated[str | None, Field(description="who wrote it, as printed")] = None
    dateline: Dateline | None = None
    title: Annotated[str, Field(description="the headline")]
    body: Annotated[str, Field(description="the text; every offset of evidence counts its code points; empty once withdrawn")]
    language: Annotated[
        str, Field(description="BCP 47: as the page says, unless the text is surely in another; und where neither tells")
    ] = "und"
    published: Published = Published()
    cleaned: Annotated[tuple[str, ...], Field(description="what had to be replaced so that every store can hold the text")] = ()
    content_sha256: Annotated[Sha256, Field(description="hexadecimal SHA-256 of title, line feed and body as UTF-8")]
    extractor: Annotated[str, Field(description="name and version of what cut the article out")]
