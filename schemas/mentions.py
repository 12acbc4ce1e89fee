"""`Reading`: every mention of one kind in one article revision, the value of `mentions.<kind>.v1`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from schemas.articles import Published, PubStatus
from schemas.base import Model, Revision
from schemas.events import Claim, Evidence, Participant, Place, Quantity, Status, When


class ArticleRef(Model):
    """What merging needs to know of an article."""

    article_id: str
    revision: Revision
    pubstatus: PubStatus = "usable"
    url: str | None = None
    outlet: str
    title: str = ""
    published: Published = Published()


class Mention(Model):
    """One event told in one article: what this text alone says of it."""

    mention_id: str
    kind: str
    status: Annotated[Status, Field(description="the latest state that the text tells")]
    when: When = When()
    where: tuple[Place, ...] = ()
    participants: tuple[Participant, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    details: dict[str, JsonValue] = {}
    claims: tuple[Claim, ...] = ()
    evidence: Evidence
    background: Annotated[bool, Field(description="context, ended before the day before publication")] = False
    part_of: Annotated[str | None, Field(description="mention_id of the wave or meeting it is a part of")] = None


class Reading(Model):
    """May be empty from revision 2 on, or where it was read again: that takes back what was told before. Of two readings of one article and
    kind the one of the later revision counts, and of one revision that of the later rereading, whichever comes first in the log.
    """

    article: ArticleRef
    kind: str
    ruleset: str
    rereading: Annotated[
        int,
        Field(ge=0, description="0 as first read; else the number of the rereading that read this revision again, under another ruleset"),
    ] = 0
    mentions: tuple[Mention, ...] = ()
    sentences: Annotated[
        tuple[str, ...],
        Field(description="the article's sentences, folded, for telling lineage; empty when there are no mentions"),
    ] = ()
    spans: Annotated[
        tuple[tuple[int, int], ...], Field(description="where each of the sentences stands in the body: start and end, in code points")
    ] = ()
