"""The way through: text to sentences, sentences to triggers, triggers to candidates, candidates to mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from schemas.articles import RawArticle
from schemas.mentions import ArticleRef, Mention, Reading
from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.chaining import chained
from services.normalizer.reading.coreference import gather
from services.normalizer.reading.document import Document, lay_out
from services.normalizer.reading.frames import fill
from services.normalizer.reading.happening import Happening
from services.normalizer.reading.journeys import settle_visits
from services.normalizer.reading.judging import adds
from services.normalizer.reading.languages import is_read
from services.normalizer.reading.mentions import Maker, make
from services.normalizer.reading.names import Names
from services.normalizer.reading.neighbours import (
    date_by_opening,
    lend_attackers,
    lend_places,
    lend_sides,
    own_sides,
    share_days,
    share_places,
)
from services.normalizer.reading.opposing import face_others
from services.normalizer.reading.parts import link_parts
from services.normalizer.reading.rules import PATTERNS, Rules, load_rules
from services.normalizer.reading.staying import lend_stays
from services.normalizer.reading.times import Anchor
from services.normalizer.reading.tolls import shared_out
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
    """The day of publication by the calendar of the zone that it is said in; unknown where nobody said."""
    moment = article.published.earliest
    return Anchor(moment.date() if moment else None, moment)


Told = tuple[Candidate, bool]
# So many happenings before one may lend it their day.
LOOKED_BACK = 8


def tell(document: Document, rules: Rules) -> tuple[Told, ...]:
    """All candidates of all kinds, in the order of the text; words that only add to a happening count once one was told."""
    hits = [(sentence, sentence.find(rules.triggers)) for sentence in document.sentences if sentence.index not in document.headings]
    if not any(rules.kinds[n].patterns[m].leads for _, found in hits for _, _, (n, m) in found):
        return ()
    triggers: list[Trigger] = []
    titled = _titled(document, rules)
    led = set(titled)
    for sentence, found in hits:
        standing = find_triggers(sentence, rules, found) if found else ()
        led.update(trigger.kind.name for trigger in standing if trigger.pattern.leads)
        triggers.extend(trigger for trigger in standing if trigger.kind.name in led)
    filled = [told for trigger in triggers for told in fill(document, trigger, titled=trigger.kind.name in titled)]
    return _counted_once(chained([(candidate, whole) for candidate, whole in filled if whole or adds(candidate)]))


def _titled(document: Document, rules: Rules) -> frozenset[str]:
    """The kinds of exchange that the title names: what the text then tells of people who come home is told as one."""
    named = find_triggers(document.title, rules) if document.title else ()
    return frozenset(
        t.kind.name for t in named if t.kind.frame == "exchange" and t.pattern.leads and not {"return"} & set(t.pattern.card.needs)
    )


def _counted_once(told: Sequence[Told]) -> tuple[Told, ...]:
    """A number of one whole happening ("1,000 bodies were returned") is none of another kind's that stands by ("dead")."""
    owners = {said.start: candidate.trigger.kind for candidate, whole in told if whole for said in candidate.quantities}
    mine = [
        (replace(c, quantities=tuple(q for q in c.quantities if whole or owners.get(q.start, c.trigger.kind) is c.trigger.kind)), whole)
        for c, whole in told
    ]
    return tuple((c, whole) for (c, whole), (before, _) in zip(mine, told, strict=True) if c.quantities or not before.quantities)


def _is_subject(number: int, happening: Happening) -> bool:
    """What the first sentence tells first is what the article is about."""
    return number == 0 and happening.members[0].trigger.sentence.index == 0


def _mentions(maker: Maker, document: Document, filled: Sequence[Told]) -> tuple[Mention, ...]:
    published = document.anchor.date
    told = settle_visits(gather(shared_out(filled), published), filled)
    held = share_places(lend_stays(document, date_by_opening(document, share_days(told, published))))
    happenings = face_others(lend_attackers(lend_places(document, lend_sides(document, own_sides(held)))))
    return link_parts(
        [
            make(maker, happening, happenings[max(n - LOOKED_BACK, 0) : n], subject=_is_subject(n, happening))
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
    """One reading a kind, in the order of their names; pure: the same article and ruleset give the same readings.

    The rules are of English: of an article that says it is in another language each reading is empty.
    """
    document = lay_out(article.title, article.body, anchor_of(article), ruleset.names, article.outlet or "")
    reference, maker = _reference(article), Maker(article, document)
    told = tell(document, ruleset.rules) if is_read(article.language) else []
    readings = []
    for kind in ruleset.rules.kinds:
        mentions = _mentions(maker, document, [one for one in told if one[0].trigger.kind is kind])
        readings.append(
            Reading(
                article=reference,
                kind=kind.name,
                ruleset=ruleset.version,
                mentions=mentions,
                sentences=document.folded if mentions else (),
                spans=document.spans if mentions else (),
            )
        )
    return tuple(readings)
