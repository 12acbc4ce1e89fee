"""One raw article out of what was read of it: identity, hash, dateline and agency."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.articles import Dateline, PageRef, Published, RawArticle
from services.ingestor.identity import article_id, content_sha256
from services.ingestor.pages.agencies import agency, credited, ending, told
from services.ingestor.pages.credits import notice_of, signed
from services.ingestor.pages.datelines import read_dateline


@dataclass(frozen=True, slots=True)
class Story:
    """What was read of a story, before it is given an identity. `wire` is what its own source says, over what its text says."""

    page: PageRef
    outlet: str
    title: str
    body: str
    published: Published
    extractor: str
    url: str | None = None
    aggregator: str | None = None
    byline: str | None = None
    wire: str | None = None
    language: str = "und"
    cleaned: tuple[str, ...] = ()


def article(story: Story) -> RawArticle:
    """The article: its first revision, as far as one capture can tell."""
    dateline = read_dateline(story.body)
    return RawArticle(
        article_id=article_id(url=story.url, outlet=story.outlet, title=story.title, published=story.published, body=story.body),
        pubstatus=notice_of(story.title)[0],
        page=story.page,
        url=story.url,
        outlet=story.outlet,
        aggregator=story.aggregator,
        wire=story.wire or wire_of(story, dateline),
        byline=story.byline,
        dateline=dateline,
        title=story.title,
        body=story.body,
        language=story.language,
        published=story.published,
        cleaned=story.cleaned,
        content_sha256=content_sha256(story.title, story.body),
        extractor=story.extractor,
    )


def wire_of(story: Story, dateline: Dateline | None) -> str | None:
    """The agency credited, by the surest sign that there is.

    In order: dateline, the outlet's own name ("Reuters via …"), byline, a sign-off in the house's form or with its name, and that
    people in the story "told" one agency and no other.
    """
    known = (
        (dateline.wire if dateline else None)
        or credited(story.outlet)
        or (agency(story.byline) if story.byline else None)
        or signed(story.body)
        or ending(story.body)
    )
    if known:
        return known
    heard = set(told(story.body))
    return heard.pop() if len(heard) == 1 else None
