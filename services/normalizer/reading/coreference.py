"""Which candidates of an article tell one happening, gathered in the order of the text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from schemas.events import Participant
from services.normalizer.reading import spans
from services.normalizer.reading.another import is_apart, is_of_its_sort
from services.normalizer.reading.candidates import Candidate, Said, Trigger, is_singular
from services.normalizer.reading.fitting import LEAD, NEXT, RECENT, TELLING, fits, form_of, same_day
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.halves import is_other_half
from services.normalizer.reading.happening import KEPT, PHASES, Happening, persons, side_of, sides
from services.normalizer.reading.triggers import phrase_start

LATEST = 24
# "the first round of the border talks": so many words before.
ROUND = 4


def _nearness(happening: Happening, candidate: Candidate, published: dt.date | None) -> tuple[int, ...]:
    """The best of several: of the same day, of its phase, with most sides in common, news and not history, told last, not in passing."""
    shared = len(happening.sides & sides([candidate]))
    told = [d for m in happening.known if m.when and (d := spans.days(m.when.value))]
    news = published is None or not told or (published - told[0][1]).days <= NEXT
    exchange = candidate.trigger.kind.frame == "exchange"
    phase = int(exchange and happening.phase == PHASES[candidate.status])
    main = int(not _in_turn(happening.members[-1].trigger))
    people = len(persons(happening.known) & persons([candidate]))
    opened = happening.members[0].trigger.sentence is candidate.trigger.sentence and is_apart(happening.members[0])
    return (int(opened), int(same_day(happening, candidate)), phase, shared, int(news), people, happening.last_sentence, main)


def _in_turn(trigger: Trigger) -> bool:
    """As in "Twelve hours after the attack, planes …": told in passing, beside what the sentence is about."""
    low, _ = trigger.clause
    return low in trigger.sentence.turns


def gather(candidates: Sequence[tuple[Candidate, bool]], published: dt.date | None) -> tuple[Happening, ...]:
    """Happenings of one kind; a candidate that lacks what its pattern needs may join one, but not make one."""
    happenings: list[Happening] = []
    pending: list[Candidate] = []
    for candidate, whole in candidates:
        loose = not whole and form_of(candidate) == "visit" and not candidate.refers
        fitting = [] if loose else [h for h in happenings[-LATEST:] if fits(h, candidate) and not _other_day(h, candidate, published)]
        if fitting:
            nearest = max(fitting, key=lambda h: _nearness(h, candidate, published)) if len(fitting) > 1 else fitting[0]
            nearest.add(candidate)
        elif whole and (known := _told_parties(happenings, candidate)):
            happenings.append(_with_pending(pending, replace(candidate, parties=known)))
            pending = []
        elif whole or (candidate.fresh and (_echoes(happenings, candidate) or _another(happenings, candidate))):
            happenings.append(_with_pending(pending, candidate))
            pending = []
        elif (parties := _resumed(happenings, candidate)) is not None:
            happenings.append(Happening([replace(candidate, parties=parties)]))
        elif (unarmed := _armed_later(pending, candidate)) is not None:
            happenings.append(Happening([unarmed, candidate]))
            pending = []
        elif candidate.fresh and (half := next((p for p in reversed(pending) if is_other_half(p, candidate)), None)):
            happenings.append(Happening([half, candidate]))
            pending = []
        elif candidate.fresh:
            pending = [*(p for p in pending if _may_wait(p, candidate) or _leads(p) or _just_told(p, candidate)), candidate][-KEPT:]
    return tuple(happenings)


def _told_parties(happenings: Sequence[Happening], candidate: Candidate) -> tuple[Said[Participant], ...]:
    """As in "The negotiations will be back in Accra on Friday": of a day and a place of their own, by those who were told to meet."""
    points = candidate.trigger.kind.frame == "meeting" and candidate.refers and not candidate.parties and bool(happenings)
    if not points or candidate.trigger.sentence.index - happenings[-1].last_sentence > RECENT:
        return ()
    return _told_before(happenings) or ()


def _just_told(earlier: Candidate, candidate: Candidate) -> bool:
    return _is_unarmed(earlier) and candidate.trigger.sentence.index - earlier.trigger.sentence.index <= NEXT


def _armed_later(pending: Sequence[Candidate], candidate: Candidate) -> Candidate | None:
    """As in "The attack in X on Friday injured two. … The drone fired a rocket at a bus": the second tells what the first was."""
    if candidate.trigger.kind.frame != "directed" or not candidate.refers or candidate.trigger.noun:
        return None
    return next((p for p in reversed(pending) if _is_unarmed(p) and fits(Happening([p]), candidate)), None)


def _is_unarmed(candidate: Candidate) -> bool:
    """As in "The attack in X on Friday injured two": a blow with a place and a day, by no weapon that is told."""
    return candidate.trigger.kind.frame == "directed" and candidate.trigger.noun and bool(candidate.places) and candidate.when is not None


def _leads(candidate: Candidate) -> bool:
    """As in "An air strike on a village killed twelve": the news, though where and by whom is told further on."""
    opens = candidate.trigger.sentence.index < LEAD and candidate.trigger.pattern.card.echo and bool(candidate.quantities)
    return candidate.trigger.kind.frame == "directed" and opens and is_singular(candidate)


def _resumed(happenings: Sequence[Happening], candidate: Candidate) -> tuple[Said[Participant], ...] | None:
    """As in "Talks with Mexico will resume on Monday": with whom Mexico met before; the parties, or None where nobody met."""
    other = sides([candidate])
    if _is_round(happenings, candidate):
        return _told_before(happenings)
    planned = candidate.trigger.kind.frame == "meeting" and candidate.status == "scheduled" and candidate.when is not None
    if planned and happenings and _means_both(candidate.trigger, happenings[-1]):
        return _told_before(happenings)
    placed = bool(candidate.places) or (bool(happenings) and candidate.trigger.sentence.index - happenings[-1].last_sentence <= 1)
    if planned and not other and placed and happenings and _is_further(candidate.trigger):
        return next((m.parties for m in happenings[-1].known if len(sides([m])) > 0), None)
    if not planned or len(other) != 1 or not candidate.names_parties or not spans.days(candidate.when.value if candidate.when else None):
        return None
    before = next((h for h in reversed(happenings[-LATEST:]) if other < h.sides and len(h.sides) == 2), None)  # noqa: PLR2004
    states = [said for m in before.known for said in m.parties if said.value.type == "state"] if before else []
    joined = tuple({said.value.name: said for said in (*candidate.parties, *states)}.values())
    return joined if len({side_of(said.value) for said in joined}) > 1 else None


def _means_both(trigger: Trigger, before: Happening) -> bool:
    """As in "The two sides promised to hold talks on May 6": those of whose talks a sentence or two before told."""
    low, high = trigger.clause
    near = 0 < trigger.sentence.index - before.last_sentence <= RECENT
    return near and bool(trigger.sentence.find_within(low, high, phrases("the_two")))


def _is_round(happenings: Sequence[Happening], candidate: Candidate) -> bool:
    """As in "The first round of the talks was held in Bonn on Saturday": of a day of its own, by those of whom talks were just told."""
    trigger = candidate.trigger
    if not happenings or trigger.kind.frame != "meeting" or not trigger.noun or sides([candidate]):
        return False
    ahead = trigger.sentence.lows[max(trigger.first - ROUND, 0) : trigger.first]
    told = candidate.when is not None and bool(spans.days(candidate.when.value)) and bool(candidate.places)
    near = trigger.sentence.index - happenings[-1].last_sentence <= RECENT
    return near and told and any(one in words("round_words") and other == "of" for one, other in pairwise(ahead))


def _told_before(happenings: Sequence[Happening]) -> tuple[Said[Participant], ...] | None:
    """The sides of the meeting told last that has two."""
    return next((m.parties for m in happenings[-1].known if len(sides([m])) > 1), None)


def _is_further(trigger: Trigger) -> bool:
    """As in "more talks in Oslo next month", "another round of negotiations": of those who have met."""
    start = phrase_start(trigger.sentence, trigger.first)
    ahead = trigger.sentence.tokens[max(start - 1, 0) : trigger.first + 1]
    return trigger.noun and any(token.low in words("more_of_them") for token in ahead)


def _other_day(happening: Happening, candidate: Candidate, published: dt.date | None) -> bool:
    """As in "It follows Friday's exchange": the undated news of the day is not what is told of another."""
    days = spans.days(candidate.when.value) if candidate.when else None
    if days is None or published is None:
        return False
    if not candidate.trigger.noun:
        return _is_undated(happening) and _is_old_exchange(candidate, days, published - dt.timedelta(TELLING))
    if not candidate.trigger.pattern.card.echo and not _is_old_exchange(candidate, days, published):
        return False
    if candidate.trigger.sentence is happening.members[-1].trigger.sentence and candidate.trigger.kind.frame == "directed":
        return False
    if candidate.trigger.kind.frame == "directed" and _of_that_day(happening, candidate, published):
        return False
    return _is_undated(happening) and not days[0] <= published <= days[1]


def _is_undated(happening: Happening) -> bool:
    return not any(m.when and spans.days(m.when.value) for m in happening.known)


def _is_old_exchange(candidate: Candidate, days: tuple[dt.date, dt.date], published: dt.date) -> bool:
    """As in "On May 3 they held a prisoner swap", told on May 9 of another: long over, and by words of its own."""
    exchange = candidate.trigger.kind.frame == "exchange" and candidate.status == "occurred"
    return exchange and not candidate.refers and (published - days[1]).days > NEXT


def _of_that_day(happening: Happening, candidate: Candidate, published: dt.date) -> bool:
    """As in "has carried out an air strike … destroyed in Thursday's raid": the one strike of which no day was told before."""
    days = spans.days(candidate.when.value) if candidate.when else None
    fresh = days is not None and dt.timedelta(0) <= published - days[1] <= dt.timedelta(TELLING)
    following = words("turned_from") | {"follows", "followed", "since"}
    follows = not following.isdisjoint(candidate.trigger.sentence.lows)
    return fresh and candidate.refers and is_singular(candidate) and is_singular(happening.members[0]) and not follows


def _echoes(happenings: Sequence[Happening], candidate: Candidate) -> bool:
    """As in "Saturday's exchange": a bare word is a happening of its own once one of its kind was told, and it has another day."""
    return (
        candidate.trigger.pattern.card.echo
        and bool(happenings)
        and candidate.when is not None
        and spans.days(candidate.when.value) is not None
        and (candidate.trigger.kind.frame != "directed" or _tells_enough(candidate))
    )


def _tells_enough(candidate: Candidate) -> bool:
    """As in "two missiles killed three early on Thursday": a day to the day, and where or with what toll."""
    exact = candidate.when is not None and candidate.when.value.precision in {"minute", "hour", "day", "night"}
    told = any(said.value.measure in {"killed", "wounded"} for said in candidate.quantities)
    return exact and (told or bool(candidate.places) or any(said.value.role == "attacker" for said in candidate.parties))


def _another(happenings: Sequence[Happening], candidate: Candidate) -> bool:
    """As in "A second raid killed three": one more of the strikes just told, with a place or a toll of its own."""
    gap = candidate.trigger.sentence.index - happenings[-1].last_sentence if happenings else RECENT
    harmed = not words("harmed").isdisjoint(candidate.trigger.sentence.lows)
    apart = gap < RECENT and is_apart(candidate) and is_of_its_sort(happenings[-1].last_sentence, candidate)
    return apart and (harmed or bool(candidate.places))


def _may_wait(pending: Candidate, candidate: Candidate) -> bool:
    """Words that tell a part wait to the end of the sentence; of people who come home, until the text calls it an exchange."""
    return pending.trigger.kind.frame == "exchange" or pending.trigger.sentence is candidate.trigger.sentence


def _told_ahead(pending: Candidate, candidate: Candidate) -> bool:
    """As in "Hundreds of Chadians and Libyans walked free … The prisoner exchange is the first": named only afterwards."""
    dead = bool(pending.quantities) and _of_the_dead(pending)  # "has returned the bodies of 300 of its soldiers. …"
    exchange = candidate.trigger.kind.frame == "exchange" and (candidate.refers or dead) and candidate.when is None
    return exchange and sides([pending]) <= sides([candidate]) and PHASES[pending.status] == PHASES[candidate.status]


def _of_the_dead(candidate: Candidate) -> bool:
    """Not as in "released only 61", which is of whoever was spoken of before."""
    spoken = {token.low for token in candidate.trigger.sentence.tokens}
    return not candidate.trigger.kind.names_released and not words("remains").isdisjoint(spoken)


def _with_pending(pending: Sequence[Candidate], candidate: Candidate) -> Happening:
    """What a clause before left unsaid, its neighbour may say: "a drone attack carried out on Sunday | hit a bus in Sumy"."""
    here = candidate.trigger.sentence
    mine = [p for p in pending if p.trigger.sentence is here or _told_ahead(p, candidate) or is_other_half(p, candidate)]
    tolls = [p for p in mine if "another" in p.trigger.pattern.card.needs and fits(Happening([candidate]), p)]
    leads = [p for p in pending if p not in mine and _leads(p) and fits(Happening([p]), candidate)]
    parts = [*leads, *(p for p in mine if "another" not in p.trigger.pattern.card.needs)]
    if parts and fits(Happening(parts), candidate):
        return Happening([*parts, candidate, *tolls])
    return Happening([candidate, *tolls])
