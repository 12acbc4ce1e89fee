"""How a text was read, sentence by sentence: what was recognised, which patterns fired, and which were blocked, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.articles import RawArticle
from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.coreference import gather
from services.normalizer.reading.document import Document, Sentence, lay_out
from services.normalizer.reading.frames import fill
from services.normalizer.reading.judging import shortcomings
from services.normalizer.reading.names import Named
from services.normalizer.reading.reader import Ruleset, Told, anchor_of, tell
from services.normalizer.reading.rules import Rules
from services.normalizer.reading.speakers import speeches
from services.normalizer.reading.tolls import shared_out
from services.normalizer.reading.triggers import find_triggers, objections

What = Literal["time", "place", "actor", "number", "speaker"]
Outcome = Literal["fired", "joined", "incomplete", "blocked", "carried"]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Something known by itself: code points [start, end) of the body, and what it is taken to mean."""

    what: What
    start: int
    end: int
    text: str
    means: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A pattern whose words stand here, and what came of it.

    `fired`: it tells a happening of its own; `joined`: it adds to one; `incomplete`: it stands, but lacks what a happening needs;
    `blocked`: other words take it back; `carried`: another trigger of its clause speaks for it. `happening` counts from 1 in each kind.
    """

    pattern: str
    start: int
    end: int
    text: str
    outcome: Outcome
    why: tuple[str, ...]
    found: tuple[str, ...] = ()
    happening: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What was made of one sentence."""

    start: int
    end: int
    text: str
    recognised: tuple[Recognised, ...]
    attempts: tuple[Attempt, ...]


Place = tuple[int, int, str]


def _key(trigger: Trigger) -> Place:
    return trigger.sentence.index, trigger.first, trigger.pattern.card.id


def _happenings(told: Sequence[Told], document: Document) -> dict[Place, tuple[str, bool]]:
    """For each trigger that tells of a happening: which one, and whether it is the first to tell it."""
    found: dict[Place, tuple[str, bool]] = {}
    for kind in sorted({candidate.trigger.kind.name for candidate, _ in told}):
        mine = [one for one in told if one[0].trigger.kind.name == kind]
        for number, happening in enumerate(gather(shared_out(mine), document.anchor.date), 1):
            for n, member in enumerate(happening.members):
                found.setdefault(_key(member.trigger), (f"{kind} {number}", n == 0))
    return found


def _of_name(named: Named) -> Recognised:
    place, actor = named.place, named.actor
    what: What = "place" if actor is None else "actor"
    means = [f"{actor.name} ({actor.type})"] if actor else []
    means += [f"{place.name} ({place.precision}{', ' + place.country if place.country else ''})"] if place else []
    return Recognised(what, named.start, named.end, named.text, " or ".join(means))


def _recognised(sentence: Sentence) -> Iterator[Recognised]:
    tokens, text = sentence.tokens, sentence.page.text
    yield from (_of_name(name.named) for name in sentence.names)
    for time in sentence.times:
        when = time.expression.when
        span = f"{when.start} to {when.end}" if when and when.start else "undated"
        said = ", of what is said" if time.of_speech else ""
        yield Recognised("time", time.expression.start, time.expression.end, time.expression.text, f"{time.expression.value}: {span}{said}")
    for count in sentence.counts:
        start, end = tokens[count.first].start, tokens[count.last - 1].end
        yield Recognised("number", start, end, text[start:end], f"{count.measure}: {count.low}, {count.best}, {count.high}")
    for speech in speeches(sentence):
        start, end, speaker = tokens[speech.first].start, tokens[speech.last - 1].end, speech.source.speaker
        means = (speaker.name or speaker.role or "somebody") if speaker else "somebody"
        relay = f", by way of {speech.source.via}" if speech.source.via else ""
        yield Recognised("speaker", start, end, text[start:end], means + relay)


def _fields(candidate: Candidate) -> tuple[str, ...]:
    when = candidate.when.value if candidate.when else None
    return (
        f"status {candidate.status}",
        *([f"when {when.start or when.basis.expression}"] if when else []),
        *(f"{said.value.role} {said.value.name}" for said in candidate.places),
        *(f"{said.value.role} {said.value.name}" for said in candidate.parties),
        *(f"{said.value.measure} {said.value.best}" for said in candidate.quantities),
    )


def _attempts(document: Document, sentence: Sentence, rules: Rules, happenings: dict[Place, tuple[str, bool]]) -> Iterator[Attempt]:
    tokens, text = sentence.tokens, sentence.page.text
    standing = {(t.first, t.pattern.card.id): t for t in find_triggers(sentence, rules)}
    for first, last, (n, m) in sentence.find(rules.triggers):
        kind, pattern = rules.kinds[n], rules.kinds[n].patterns[m]
        start, end, name = tokens[first].start, tokens[last - 1].end, pattern.card.id
        against = (
            ("a heading tells of no happening",)
            if sentence.index in document.headings
            else tuple(objections(kind, pattern, sentence, first, last))
        )
        trigger = standing.get((first, name))
        if against or trigger is None:
            why = against or ("another trigger of the clause speaks for it",)
            yield Attempt(name, start, end, text[start:end], "blocked" if against else "carried", why)
            continue
        candidate = fill(document, trigger)[0][0]
        number, leads = happenings.get(_key(trigger), (None, False))
        outcome: Outcome = "incomplete" if number is None else "fired" if leads else "joined"
        why = () if leads else tuple(shortcomings(candidate))
        yield Attempt(name, start, end, text[start:end], outcome, why, _fields(candidate), number)


def explain(article: RawArticle, ruleset: Ruleset) -> tuple[Account, ...]:
    """One account a sentence, in the order of the text; pure, and true to what `read` makes of the same article."""
    document = lay_out(article.title, article.body, anchor_of(article), ruleset.names, article.outlet or "")
    happenings = _happenings(tell(document, ruleset.rules), document)
    return tuple(
        Account(
            sentence.start,
            sentence.end,
            article.body[sentence.start : sentence.end],
            tuple(sorted(_recognised(sentence), key=lambda one: (one.start, one.what))),
            tuple(_attempts(document, sentence, ruleset.rules, happenings)),
        )
        for sentence in document.sentences
    )
