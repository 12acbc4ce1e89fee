"""The way through: text to sentences, sentences to triggers, triggers to candidates, candidates to mentions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.articles import RawArticle
from schemas.mentions import ArticleRef, Mention, Reading
from services.normalizer.reading.coreference import gather
from services.normalizer.reading.document import Document, lay_out
from services.normalizer.reading.frames import fill
from services.normalizer.reading.mentions import Maker, make
from services.normalizer.reading.names import Names
from services.normalizer.reading.neighbours import lend_attackers, lend_places, lend_sides, share_places
from services.normalizer.reading.parts import link_parts
from services.normalizer.reading.rules import PATTERNS, Kind, Rules, load_rules
from services.normalizer.reading.times import Anchor
from services.normalizer.reading.tokens import fold
from services.normalizer.reading.triggers import find_triggers


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Compiled lexicons and patterns; `version` is a hash of their data and of the code that reads by them."""

    version: str
    rules: Rules
    names: Names

    @classmethod
    def load(cls, patterns: Path | None = None) -> Ruleset:
        """The rules of a folder of pattern files; read once, then kept.

        Raises:
            pydantic.ValidationError: a pattern file does not have its form.
        """
        return _load(patterns or PATTERNS)


@cache
def _load(patterns: Path) -> Ruleset:
    rules = load_rules(patterns)
    return Ruleset(rules.version, rules, Names.load())


def anchor_of(article: RawArticle) -> Anchor:
    """The day of publication; unknown where nobody said."""
    moment = article.published.earliest
    return Anchor(moment.date() if moment else None, moment)


def _mentions(article: RawArticle, document: Document, rules: Rules, kind: Kind) -> tuple[Mention, ...]:
    maker = Maker(article, document.anchor.date)
    triggers = [t for sentence in document.sentences for t in find_triggers(sentence, rules) if t.kind is kind]
    filled = [told for trigger in triggers for told in fill(document, trigger)]
    happenings = lend_attackers(lend_places(document, lend_sides(share_places(gather(filled, document.anchor.date)))))
    return link_parts(
        [
            make(maker, happening, subject=n == 0 and happening.members[0].trigger.sentence.index == 0)
            for n, happening in enumerate(happenings)
        ]
    )


def _reference(article: RawArticle) -> ArticleRef:
    return ArticleRef(
        article_id=article.article_id,
        revision=article.revision,
        pubstatus=article.pubstatus,
        url=article.url,
        outlet=article.outlet,
        title=article.title,
        published=article.published,
    )


def read(article: RawArticle, ruleset: Ruleset) -> tuple[Reading, ...]:
    """One reading a kind, in the order of their names; pure: the same article and ruleset give the same readings."""
    document = lay_out(article.title, article.body, anchor_of(article), ruleset.names)
    folded = tuple(fold(article.body[sentence.start : sentence.end]) for sentence in document.sentences)
    reference = _reference(article)
    readings = []
    for kind in ruleset.rules.kinds:
        mentions = _mentions(article, document, ruleset.rules, kind)
        readings.append(
            Reading(article=reference, kind=kind.name, ruleset=ruleset.version, mentions=mentions, sentences=folded if mentions else ())
        )
    return tuple(readings)
