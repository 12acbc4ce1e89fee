"""From happenings to mentions: values of many clauses folded into one, each with its claim and its quote."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from pydantic import JsonValue

from schemas.articles import RawArticle
from schemas.base import Model, name_uuid, sha256, unchecked
from schemas.events import Claim, Evidence, Modality, Participant, Place, Quantity, Status, When
from schemas.mentions import Mention
from services.normalizer.reading import dating, spans
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.happening import PHASES, Happening, sides
from services.normalizer.reading.names import Names
from services.normalizer.reading.placing import RANK
from services.normalizer.reading.speakers import Source, source_of, speeches
from services.normalizer.reading.states import state

NAMESPACE = UUID("6b1f4a0e-6f5b-5a0c-9d58-3c9f1c0d7a11")
MODALITIES: dict[str, Modality] = {
    "scheduled": "planned",
    "postponed": "planned",
    "proposed": "offered",
    "declined": "denied",
    "disputed": "denied",
}
EXACT = frozenset({"minute", "hour", "day", "night"})
# A past happening without a date is news of the day only if it opens the story.
OPENING = 3
# "Serbian" calls Serbia by its name: so many letters.
CALLED = 4
# A story goes on about a day that one of so many sentences before told, if it is not more than so many days ago.
NEAR, LATELY = 2, 3
# "since a new round of fighting began Saturday": so many words.
BEGUN = 12


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes evidence, claims and mentions of one article."""

    article: RawArticle
    document: Document
    quoted: dict[tuple[int, int, str], Evidence] = field(default_factory=dict)
    moods: dict[Candidate, Modality] = field(default_factory=dict)

    @property
    def published(self) -> dt.date | None:
        return self.document.anchor.date

    def _source(self, sentence: Sentence, start: int) -> Source:
        """Who answers for what stands at a code point of a sentence."""
        at = max(bisect_right(sentence.starts, start) - 1, 0)
        return source_of(self.document, sentence, at, speeches(sentence))

    def evidence(self, start: int, end: int, pattern_id: str) -> Evidence:
        """The quote; one is shared by all claims that rest on it."""
        key = (start, end, pattern_id)
        if key not in self.quoted:
            self.quoted[key] = self._evidence(start, end, pattern_id)
        return self.quoted[key]

    def _evidence(self, start: int, end: int, pattern_id: str) -> Evidence:
        quote = self.article.body[start:end]
        told = {
            "article_id": self.article.article_id,
            "revision": self.article.revision,
            "start": start,
            "end": end,
            "quote": quote,
            "quote_sha256": sha256(quote),
            "pattern_id": pattern_id,
            "edit_id": None,
        }
        return unchecked(Evidence, told)

    def claim(self, candidate: Candidate, field: str, value: Model | str, start: int, end: int) -> Claim:
        sentence = candidate.trigger.sentence
        source = self._source(sentence, max(start, sentence.start))
        pattern = candidate.trigger.pattern.card.id
        plain, spelt = (value, value) if isinstance(value, str) else _plain(value)
        told = {
            "claim_id": name_uuid(NAMESPACE, f"{self.article.article_id}|{pattern}|{field}|{start}|{end}|{spelt}"),
            "speaker": source.speaker,
            "via": source.via,
            "attribution": source.attribution,
            "modality": self._modality(candidate),
            "polarity": "negative" if candidate.status in {"declined", "cancelled", "disputed"} else "positive",
            "field": field,
            "value": plain,
            "evidence": self.evidence(start, end, pattern),
        }
        return unchecked(Claim, told)

    def _modality(self, candidate: Candidate) -> Modality:
        """The same for all claims of one candidate."""
        if candidate not in self.moods:
            self.moods[candidate] = modality_of(candidate)
        return self.moods[candidate]


def modality_of(candidate: Candidate) -> Modality:
    """How sure the words are of a happening: a demand is more than an offer, and "unconfirmed" or "may have" less than a report."""
    sentence, state = candidate.trigger.sentence, candidate.state
    told = MODALITIES.get(candidate.status, "asserted")
    if told == "offered" and not words("demanding").isdisjoint(sentence.lows[state.first : state.last]):
        return "demanded"
    low, high = candidate.trigger.clause
    unsure = told == "asserted" and sentence.find_within(low, high, phrases("unsure"))
    return "hypothetical" if unsure else told


@lru_cache(maxsize=4096)
def _plain(value: Model) -> tuple[JsonValue, str]:
    """What a claim says, and that in one string: the same states, places and numbers are told again and again.

    All claims that say the same share what is returned, also of other articles: whoever would change it takes a copy.
    """
    plain: JsonValue = value.model_dump(mode="json", exclude_none=True)
    return plain, str(plain)


def telling(happening: Happening) -> Candidate:
    """The member that tells most: parties, a date, a place; nothing "possible" where another says more; the first of equals."""

    def weight(c: Candidate) -> tuple[int, int]:
        vague = not words("vague").isdisjoint(c.trigger.sentence.lows[max(c.trigger.first - 2, 0) : c.trigger.last])
        own = "another" not in c.trigger.pattern.card.needs
        sides = 0 if _is_called_on(c) else min(len({p.value.country for p in c.parties}), 2)
        return (own + bool(c.when) + bool(c.places) + sides - vague, -c.trigger.sentence.index)

    return max(happening.members, key=weight)


def _is_called_on(candidate: Candidate) -> bool:
    """As in "arrived in Oslo for talks": whom one meets there is only known by where it is."""
    spots = {said.start for said in candidate.places}
    return candidate.trigger.kind.frame == "meeting" and any(p.value.role == "host" and p.start in spots for p in candidate.parties)


def fold_status(happening: Happening) -> Candidate:
    """The member whose state holds: a cancellation over plans, a firm date over a wish, a denial over an accusation."""
    order = {"cancelled": 5, "disputed": 5, "postponed": 4, "declined": 3, "ongoing": 2, "occurred": 2, "scheduled": 1, "proposed": 0}
    telling = [c for c in happening.members if not c.refers or c.state.weight > 0 or _has_its_day(c)] or happening.members
    exchange = happening.members[0].trigger.kind.frame == "exchange"
    telling = _told_by_words(telling)
    if (
        not exchange
        and all(PHASES[c.status] == "future" for c in telling)
        and not any(c.status == "scheduled" and c.when and c.when.value.start for c in telling)
    ):
        return next((c for c in reversed(telling) if len(sides([c])) > 1 or c.when or c.places), telling[-1])
    if exchange and any(c.status in {"occurred", "ongoing"} and c.when for c in telling):
        telling = [c for c in telling if c.status in {"occurred", "ongoing", "disputed"}]  # "it had delayed the release" before
    return max(telling, key=lambda c: (order[c.status], c.state.weight, -c.trigger.sentence.index))


def _told_by_words(telling: list[Candidate]) -> list[Candidate]:
    """As in "X is to meet Y. … His discussions with Y carry weight": a bare noun says nothing against words that tell the state."""
    if telling[0].trigger.kind.frame != "meeting" or not any(c.status == "scheduled" and c.state.weight > 0 for c in telling):
        return telling
    return [c for c in telling if c.state.weight > 0 or not c.trigger.noun or c.when]


def _has_its_day(candidate: Candidate) -> bool:
    """As in "The Oslo summit on June 8 and 9 is likely to disappoint", "the June summit": planned, as its day is still to come."""
    return candidate.status == "scheduled" and candidate.when is not None and candidate.when.value.start is not None


def fold_when(happening: Happening) -> tuple[Candidate, Said[When]] | None:
    """The first time exact to a day, the day of telling only for want of another; else the first there is."""
    dated = [(c, c.when) for c in happening.members if c.when is not None and c.when.value.start is not None]
    loose = [(c, c.when) for c in happening.members if c.when is not None]
    exact = [pair for pair in dated if pair[1].value.precision in EXACT]
    own = [(c, when) for c, when in exact if not dating.is_heard(c.trigger, when)]
    found = next(iter([*own, *exact, *dated, *loose]), None)
    return next((pair for pair in own if found and spans.narrows(pair[1].value, found[1].value)), found)


def fold_places(happening: Happening) -> tuple[tuple[Candidate, Said[Place]], ...]:
    found: dict[str, tuple[Candidate, Said[Place]]] = {}
    for candidate in happening.members:
        for said in candidate.places:
            found.setdefault(said.value.name, (candidate, said))
    return tuple(sorted(found.values(), key=lambda pair: RANK[pair[1].value.precision]))


def fold_parties(maker: Maker, happening: Happening) -> tuple[tuple[Candidate, Said[Participant]], ...]:
    """Each party once; a land that the text does not call so itself is the state that it was on the day of publication."""
    found: dict[str, tuple[Candidate, Said[Participant]]] = {}
    for candidate in happening.members:
        for said in candidate.parties:
            called = maker.article.body[said.start : said.end].casefold().startswith(said.value.name[:CALLED].casefold())
            actor = said.value if called else _of_its_day(said.value, maker.published)
            found.setdefault(actor.name, (candidate, said if actor is said.value else Said(actor, said.start, said.end)))
    return tuple(found.values())


def _of_its_day(actor: Participant, day: dt.date | None) -> Participant:
    """As in 1987, when a minister of code RU spoke for the Soviet Union."""
    today = state(actor.country, actor.role) if actor.type == "state" and actor.country else None
    if today is None or today.name != actor.name or actor.country is None:
        return actor
    then = Names.load().state_on(actor.country, day)
    return actor if then is None or then.name == actor.name else actor.model_copy(update={"name": then.name})


def fold_quantities(happening: Happening) -> tuple[tuple[Candidate, Said[Quantity]], ...]:
    """Each different number once; the same measure may stand with several numbers."""
    found: dict[tuple[object, ...], tuple[Candidate, Said[Quantity]]] = {}
    for candidate in happening.members:
        for said in candidate.quantities:
            q = said.value
            found.setdefault((q.measure, q.party, q.low, q.best, q.high), (candidate, said))
    return tuple(found.values())


def fold_details(happening: Happening) -> dict[str, JsonValue]:
    """One value for what is one, a list for what may be several."""
    found: dict[str, list[str]] = {}
    for candidate in happening.members:
        for name, said in candidate.details:
            values = found.setdefault(name, [])
            if said.value not in values:
                values.append(said.value)
    return {name: (values[0] if name == "form" else list(values)) for name, values in found.items()}


def _is_fresh(document: Document, happening: Happening) -> bool:
    """Told as news: at the opening or in a list of the day; a strike or an exchange also later, unless it is told as past history."""
    first = happening.members[0].trigger
    if document.opens_at(first.sentence.index) < OPENING or first.sentence.tokens[0].low in {"*", "•"}:
        return not (first.kind.frame == "directed" and dating.before_then(first))
    told_back = dating.before_then(first) or _is_history(first)
    return not told_back and (first.kind.frame != "meeting" or _reported_call(first))


def _is_history(trigger: Trigger) -> bool:
    """Told as history; but not as in "shells hit X, which was the scene of a clash last year"."""
    hits = (first for first, _, _ in trigger.sentence.find(phrases("history")))
    clauses = (trigger.sentence.clause(first)[0] for first in hits)
    return any(low <= trigger.first or trigger.sentence.lows[low] not in {"which", "who", "where"} for low in clauses)


def _reported_call(trigger: Trigger) -> bool:
    """As in "X spoke with Y, his office said", wherever it stands: news, as somebody tells it now."""
    word = trigger.sentence.lows[trigger.first]
    plain = trigger.pattern.card.id == "summit.verb.speak" and word in words("past") and word != "spoken"
    return plain and bool(trigger.sentence.says) and not trigger.sentence.times


def _long_known(happening: Happening) -> bool:
    """As in "praised him, media said after the landmark summit": a meeting that the reader knows of, told to date another thing."""
    first = happening.members[0]
    low, _ = first.trigger.clause
    opens = first.trigger.sentence.tokens[low].low in {"after", "following", "since"}
    return first.trigger.kind.frame == "meeting" and first.trigger.noun and first.refers and opens and len(happening.members) == 1


def default_when(document: Document, happening: Happening, status: str, earlier: Sequence[Happening] = ()) -> When:
    """A fresh report without a date is of the day that the text just told of, else of the strike before, else of the day it was published.

    A plan, or what is told in passing, has none.
    """
    published = document.anchor.date
    if published is not None and status in {"occurred", "ongoing"} and _is_now(happening.members[0]):
        return dating.on_day(published)
    if (
        published is None
        or not _is_fresh(document, happening)
        or _long_known(happening)
        or status not in {"occurred", "ongoing", "disputed"}
    ):
        return When()
    if dating.judged_before(happening.members[0].trigger, published):
        return When()
    return _going_on(document, happening, published) or _like_before(happening, earlier, published) or dating.on_day(published)


def _is_now(candidate: Candidate) -> bool:
    """As in "X, currently in Oslo for a meeting of ministers": on the day on which it is told."""
    trigger = candidate.trigger
    low, _ = trigger.clause
    ahead = trigger.sentence.lows[low : trigger.first]
    return trigger.kind.frame == "meeting" and trigger.noun and "currently" in ahead and {"in", "for"} <= set(ahead)


def _like_before(happening: Happening, earlier: Sequence[Happening], published: dt.date) -> When | None:
    """As in "A missile hit X on Friday. … Planes bombed Y, killing four": the day of the strike told before it, if that was late."""
    first = happening.members[0].trigger
    if first.kind.frame != "directed" or first.sentence.tokens[0].low in {"*", "•"}:
        return None
    for before in (one for one in reversed(earlier) if not _in_passing(one.members[0].trigger)):
        dated = fold_when(before)
        told = spans.days(dated[1].value) if dated and dated[1].value.precision in EXACT else None
        if dated and told and 0 <= (published - told[1]).days <= LATELY:
            return dated[1].value
    return None


def _in_passing(trigger: Trigger) -> bool:
    """As in "It came after Iran launched missiles at the weekend": told beside what is news."""
    return _turns(trigger.sentence, trigger.first)


def _turns(sentence: Sentence, at: int) -> bool:
    low, _ = sentence.clause(at)
    return low > 0 and sentence.lows[low] in words("turned_from")


def _going_on(document: Document, happening: Happening, published: dt.date) -> When | None:
    """As in "… killed 38 people on Monday. In one strike, 16 died …": the day of the violence that the sentences before tell of."""
    first = happening.members[0].trigger
    if first.kind.frame != "directed":
        return None
    for sentence in reversed(document.sentences[max(first.sentence.index - NEAR, 0) : first.sentence.index]):
        violent = sentence.find(first.kind.weapon) or not words("kills", "deaths").isdisjoint(sentence.lows)
        told = [
            t.expression.when
            for t in sentence.times
            if not t.of_speech and not _turns(sentence, t.first) and t.expression.when and t.expression.type in {"DATE", "TIME"}
            if "since" not in sentence.lows[max(t.first - BEGUN, 0) : t.first]  # "12 dead since a new round began Saturday"
        ]
        exact = [
            when for when in told if when.precision in EXACT and (days := spans.days(when)) and 0 <= (published - days[1]).days <= LATELY
        ]
        if violent and exact:
            return exact[-1]
    return None


def is_background(when: When, status: str, published: dt.date | None, *, subject: bool) -> bool:
    told = spans.days(when)
    if told is None or published is None or subject or PHASES[status] == "future":
        return False
    return told[1] < published - dt.timedelta(1)


def _mention_id(maker: Maker, best: Candidate) -> str:
    """The same for the same words at the same place; a trigger that tells of two towns has two."""
    trigger = best.trigger
    place = best.places[0].value.name if best.places else ""
    name = (maker.article.article_id, trigger.kind.name, trigger.sentence.tokens[trigger.first].start, trigger.pattern.card.id, place)
    return name_uuid(NAMESPACE, "|".join(map(str, name)))


def make(maker: Maker, happening: Happening, earlier: Sequence[Happening] = (), *, subject: bool) -> Mention:
    """The mention, with a claim for every field that is filled; `earlier` are the happenings of its kind told before it."""
    best, stated, dated = telling(happening), fold_status(happening), fold_when(happening)
    status: Status = stated.status  # type: ignore[assignment]
    if status == "postponed" and stated.when and stated.when.value.precision in EXACT:
        dated = (stated, stated.when)
    when = dated[1].value if dated else default_when(maker.document, happening, status, earlier)
    places, parties, quantities = fold_places(happening), fold_parties(maker, happening), fold_quantities(happening)
    counted = [maker.claim(c, f"quantities.{s.value.measure}", s.value, s.start, s.end) for c, s in quantities]
    claims = [
        _status_claim(maker, stated),
        *([maker.claim(dated[0], "when", dated[1].value, dated[1].start, dated[1].end)] if dated else []),
        *(maker.claim(c, "where", s.value, s.start, s.end) for c, s in places),
        *(maker.claim(c, "participants", s.value, s.start, s.end) for c, s in parties),
        *counted,
        *(maker.claim(c, f"details.{name}", s.value, s.start, s.end) for c in happening.members for name, s in c.details),
    ]
    sentence = best.trigger.sentence
    pattern = best.trigger.pattern.card.id
    return Mention(
        mention_id=_mention_id(maker, best),
        kind=best.trigger.kind.name,
        status=status,
        when=when,
        where=tuple(s.value for _, s in places),
        participants=tuple(s.value for _, s in parties),
        quantities=tuple(
            unchecked(Quantity, vars(s.value) | {"claim_ids": (claim.claim_id,)}) for (_, s), claim in zip(quantities, counted, strict=True)
        ),
        details=fold_details(happening),
        claims=_unique(claims),
        evidence=maker.evidence(sentence.start, sentence.end, pattern),
        background=is_background(when, status, maker.published, subject=subject),
    )


def _unique(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple({claim.claim_id: claim for claim in claims}.values())


def _status_claim(maker: Maker, candidate: Candidate) -> Claim:
    tokens, state, trigger = candidate.trigger.sentence.tokens, candidate.state, candidate.trigger
    first, last = min(state.first, trigger.first), max(state.last, trigger.last)
    return maker.claim(candidate, "status", candidate.status, tokens[first].start, tokens[last - 1].end)
