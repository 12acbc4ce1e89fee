"""`Reading`: every mention of one kind in one article revision, the value of `mentions.<kind>.v1`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from schemas.articles import Published, PubStatus
from schemas.base import Model, Revision
from schemas.events import Claim, Evidence, Participant, Place, Quantity, Status, When


class ArticleRef(Model):
    """What merging needs to know of an article."""

    article_id: Annotated[str, Field(description="as in `RawArticle`")]
    revision: Revision
    pubstatus: PubStatus = "usable"
    url: Annotated[str | None, Field(description="the article's own address")] = None
    outlet: Annotated[str, Field(description="who published it")]
    title: Annotated[str, Field(description="the headline")] = ""
    published: Published = Published()


class Mention(Model):
    """One event told in one article: what this text alone says of it."""

    mention_id: Annotated[str, Field(description="UUID version 5 of article, kind, rule, and where its words and its place stand")]
    kind: Annotated[str, Field(description="the kind of event")]
    status: Annotated[Status, Field(description="the latest state that the text tells")]
    when: Annotated[When, Field(description="when, as far as this text tells")] = When()
    where: Annotated[tuple[Place, ...], Field(description="where, as far as this text tells")] = ()
    participants: Annotated[tuple[Participant, ...], Field(description="who took part, and in which role")] = ()
    quantities: Annotated[tuple[Quantity, ...], Field(description="numbers, and what they count")] = ()
    details: Annotated[dict[str, JsonValue], Field(description="the kind's own payload")] = {}
    claims: Annotated[tuple[Claim, ...], Field(description="who says what, each with its quote")] = ()
    evidence: Annotated[Evidence, Field(description="the words that evoke the event")]
    background: Annotated[bool, Field(description="context, ended before the day before publication")] = False
    part_of: Annotated[str | None, Field(description="mention_id of the wave or meeting it is a part of")] = None


class Reading(Model):
    """May be empty from revision 2 on, or where it was read again: that takes back what was told before. Of two readings of one article and
    kind the one of the later revision counts, and of one revision that of the later rereading, whichever comes first in the log.
    """

    article: Annotated[ArticleRef, Field(description="the article that was read")]
    kind: Annotated[str, Field(description="the kind of event that it was read for")]
    ruleset: Annotated[str, Field(description="version of the rules that read it")]
    rereading: Annotated[
        int,
        Field(ge=0, description="0 as first read; else the number of the rereading that read this revision again, under another ruleset"),
    ] = 0
    mentions: Annotated[tuple[Mention, ...], Field(description="every mention of that kind; none: it tells none, or no longer does")] = ()
    sentences: Annotated[
        tuple[str, ...],
        Field(description="the article's sentences, folded, for telling lineage; empty when there are no mentions"),
    ] = ()
    spans: Annotated[
        tuple[tuple[int, int], ...], Field(description="where each of the sentences stands in the body: start and end, in code points")
    ] = ()
