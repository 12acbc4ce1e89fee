"""Whether an article, read again, tells anything else than what is known of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.base import Model
from schemas.mentions import ArticleRef, Mention, Reading


@dataclass(frozen=True, slots=True)
class Known:
    """The reading of one article and kind that counts. `merged_by`: the rules of merging by which its living events were composed."""

    article: ArticleRef
    sentences: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    mentions: Mapping[str, Mention] = field(default_factory=dict)
    merged_by: frozenset[str] = frozenset()


def is_news(reading: Reading, known: Known | None, merging: str) -> bool:
    """Whether merging has to hear a reading. `merging`: the rules of merging now; an event composed by others is composed anew."""
    if known is None or known.article.revision < reading.article.revision:
        return bool(reading.mentions) or reading.article.revision > 1
    if known.article.revision > reading.article.revision:
        return False
    return bool(known.merged_by - {merging}) or not _same(reading, known)


def _same(reading: Reading, known: Known) -> bool:
    told = {mention.mention_id: mention for mention in reading.mentions}
    return (reading.article, reading.sentences, reading.spans, told) == (known.article, known.sentences, known.spans, dict(known.mentions))


@dataclass(frozen=True, slots=True)
class Reread:
    """How the reading of one article and kind differs: the patterns of mentions that came and went, and by pattern the fields of those
    that stayed and say something else. None of it: only the rules of merging are others.
    """

    article_id: str
    revision: int
    kind: str
    outlet: str
    title: str
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    altered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def difference(reading: Reading, known: Known | None) -> Reread:
    """What is new in a reading."""
    article, after = reading.article, {mention.mention_id: mention for mention in reading.mentions}
    before = dict(known.mentions) if known else {}
    stayed = {after[name].evidence.pattern_id: _fields(before[name], after[name]) for name in sorted(before.keys() & after.keys())}
    return Reread(
        article.article_id,
        article.revision,
        reading.kind,
        article.outlet,
        article.title,
        tuple(sorted({after[name].evidence.pattern_id for name in after.keys() - before.keys()})),
        tuple(sorted({before[name].evidence.pattern_id for name in before.keys() - after.keys()})),
        {pattern: fields for pattern, fields in stayed.items() if fields},
    )


def _fields(one: Model, other: Model) -> tuple[str, ...]:
    """The fields in which two of one model differ."""
    return tuple(name for name in type(one).model_fields if getattr(one, name) != getattr(other, name))
