"""From a trigger to a candidate, by the frame of its kind: who meets, who strikes whom, who hands over to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from schemas.events import Participant, Place, When
from services.normalizer.reading import counting, dating, directed, exchanging, meeting, placing
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.coreference import side_of
from services.normalizer.reading.document import Document, Name
from services.normalizer.reading.grammar import phrases
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.states import state
from services.normalizer.reading.status import Region, State, read_state, tells
from services.normalizer.reading.triggers import phrase_start

# "will visit Rome and hold talks": what is told of the first of two joined verbs holds for the second, this much further off.
STRETCH = 12
INTENT = 4.0
PLANS = frozenset({"scheduled", "proposed"})
# An answer to a proposal stands within this many sentences.
ANSWER_REACH = 2
ALLOWED = {
    "meeting": frozenset({"cancelled", "postponed", "declined", "proposed", "scheduled", "ongoing", "occurred"}),
    "exchange": frozenset({"cancelled", "postponed", "declined", "proposed", "scheduled", "ongoing", "occurred", "disputed"}),
    "directed": frozenset({"disputed"}),
}


def region(trigger: Trigger) -> Region:
    low, high = trigger.sentence.clause(trigger.first)
    return Region(trigger.first, trigger.last, max(low, trigger.since), max(high if not trigger.rivals else trigger.high, trigger.last))


def state_of(trigger: Trigger) -> State:
    """A past verb says so itself; all else is read from the clause."""
    tokens = trigger.sentence.tokens
    told = read_state(tokens, region(trigger), ALLOWED[trigger.kind.frame])
    low, high = trigger.sentence.clause(trigger.first)
    joined = any(token.low == "and" for token in tokens[trigger.since : trigger.first])
    if told.weight == 0 and trigger.since > low and joined:
        told = read_state(tokens, Region(trigger.first, trigger.last, low, high, stretch=STRETCH), PLANS)
    if not trigger.noun and told.weight < INTENT and tells(tokens, region(trigger), "intended"):
        told = State("scheduled", trigger.first - 1, trigger.last, INTENT)
    words = {token.low for token in tokens[trigger.first : trigger.last]}
    helped = trigger.first > 0 and tokens[trigger.first - 1].low in lexical("modals")
    if "will" in words:
        return State("scheduled", trigger.first, trigger.last, 7.0)
    if (
        not trigger.noun
        and words & lexical("past")
        and not helped
        and not words & lexical("modals")
        and told.status in {"proposed", "scheduled"}
    ):
        return State("occurred", trigger.first, trigger.last, 7.0)
    return told


def answered(document: Document, trigger: Trigger, told: State) -> State:
    """A proposal that one of the next sentences says was refused is declined."""
    index = trigger.sentence.index
    after = document.sentences[index + 1 : index + 1 + ANSWER_REACH]
    refused = (
        told.status == "proposed"
        and trigger.pattern.card.form != "call"
        and any(phrases("refusals").find(sentence.tokens) for sentence in after)
    )
    return replace(told, status="declined") if refused else told


def refers(trigger: Trigger) -> bool:
    """ "the talks", "that attack", "Monday's summit": it may point back."""
    start = phrase_start(trigger.sentence, trigger.first)
    before = {token.low for token in trigger.sentence.tokens[max(start - 1, 0) : trigger.first]}
    return trigger.noun and bool(before & lexical("pointers"))


def _group(trigger: Trigger) -> bool:
    return bool(phrases("groups").find(trigger.sentence.tokens[trigger.low : trigger.high]))


def _visited(trigger: Trigger, told: State, places: Sequence[Said[Place]]) -> tuple[Said[Participant], ...]:
    """The state visited is a party of a visit that is official, or that is told because it falls through."""
    tokens = trigger.sentence.tokens[max(trigger.first - 2, 0) : trigger.last]
    if told.status not in {"cancelled", "postponed"} and not any(token.low in lexical("official_visits") for token in tokens):
        return ()
    hosts = [(place, state(place.value.country, "host")) for place in places]
    return tuple(Said(host, place.start, place.end) for place, host in hosts if host)[:1]


def meet(document: Document, trigger: Trigger) -> Candidate:
    names = meeting.find_names(document, trigger)
    told = answered(document, trigger, state_of(trigger))
    when = dating.choose(trigger, told.status, document.anchor.date)
    told, when = _if_to_come(trigger, document, told, when)
    form = trigger.pattern.card.form or "talks"
    places = placing.venues(trigger, told.status) or placing.host_land(trigger, names)
    visited = _visited(trigger, told, places) if form == "visit" else ()
    tokens = trigger.sentence.tokens
    return Candidate(
        trigger,
        told,
        when,
        places,
        (*meeting.with_states(names), *visited),
        counting.in_range(trigger.sentence, "meeting", trigger.low, trigger.high),
        (("form", Said(form, tokens[trigger.first].start, tokens[trigger.last - 1].end)),),
        refers=refers(trigger),
        names_parties=any(n.first >= trigger.last for n in names) or (not trigger.noun),
        group=_group(trigger),
    )


def _if_to_come(trigger: Trigger, document: Document, told: State, when: Said[When] | None) -> tuple[State, Said[When] | None]:
    """Nothing tells its state, but its date is still to come: it is scheduled."""
    if told.weight > 0 or document.anchor.date is None:
        return told, when
    planned = dating.choose(trigger, "scheduled", document.anchor.date)
    days = dating.days(planned.value) if planned else None
    if planned is None or days is None or days[0] <= document.anchor.date or not dating.looks_ahead(trigger, planned):
        return told, when
    return replace(told, status="scheduled"), planned


def _weapons(trigger: Trigger) -> tuple[tuple[str, Said[str]], ...]:
    tokens = trigger.sentence.tokens
    low, high = trigger.sentence.clause(trigger.first)
    hits = trigger.kind.weapon.find(tokens[low:high])
    return tuple(
        ("weapons", Said(label, tokens[low + first].start, tokens[low + last - 1].end)) for first, last, label in hits if label != "weapon"
    )


def _country_place(name: Name) -> Place | None:
    """A state that is struck is also the place that is struck."""
    actor = name.named.actor
    if name.named.form not in {"name", "acronym"}:
        return None
    if name.named.place is not None or actor is None or actor.type != "state" or actor.country is None:
        return None
    return Place(name=actor.name, country=actor.country, role="target", precision="country")


def _other_side(trigger: Trigger, parties: Sequence[Said[Participant]], places: Sequence[Said[Place]]) -> tuple[Said[Participant], ...]:
    """Between states at war the place hit, or the side told, tells the other side."""
    known = {said.value.country for said in parties if said.value.type == "state"}
    hit = next((place for place in places if place.value.country), None)
    pairs = trigger.kind.adversaries
    if hit is None:
        return ()
    country = hit.value.country
    if known - {country} and country not in known and any({country, other} == set(pair) for pair in pairs for other in known - {country}):
        side = state(country, "target")
        return (Said(side, hit.start, hit.end),) if side else ()
    return ()


def _by_place(trigger: Trigger, candidate: Candidate) -> tuple[Candidate, ...]:
    """ "killed seven in Kharkiv and three in Odesa": as many strikes as places that have a toll of their own."""
    tokens, sentence = trigger.sentence.tokens, trigger.sentence
    tolls = [said for said in candidate.quantities if said.value.measure == "killed"]
    parts: list[Candidate] = []
    for toll in tolls:
        after = next(
            (
                n
                for n in sentence.names
                if n.named.start >= toll.end and n.governor == "in" and tokens[n.governor_at].start <= toll.end + 10
            ),
            None,
        )
        mine = [
            place
            for place in candidate.places
            if after and place.start == after.named.start and place.value.precision in {"city", "region", "site"}
        ]
        if mine:
            parts.append(replace(candidate, places=tuple(mine), quantities=(toll,)))
    return tuple(parts) if len(parts) > 1 else (candidate,)


def _denied(document: Document, trigger: Trigger, attacking: Sequence[Name]) -> bool:
    """Whether the side that is said to have struck says, here or in the next sentence, that it did not."""
    index, accused = trigger.sentence.index, {meeting.side(name) for name in attacking}
    for sentence in document.sentences[index : index + 2]:
        for first, _, _ in phrases("denials").find(sentence.tokens):
            deniers = [n for n in sentence.names if first - 3 <= n.last <= first]
            if any(meeting.side(name) in accused for name in deniers):
                return True
    return False


def direct(document: Document, trigger: Trigger) -> Candidate:
    attacking, attacked = directed.both_sides(trigger)
    places = placing.targets(trigger, attacked, attacking)
    if not places:
        places = tuple(Said(place, n.named.start, n.named.end) for n in attacked if (place := _country_place(n)))
    parties = directed.sides(attacking, attacked)
    parties = (*parties, *_other_side(trigger, parties, places))
    told = read_state(trigger.sentence.tokens, region(trigger), ALLOWED["directed"])
    if told.weight == 0 and _denied(document, trigger, attacking):
        told = State("disputed", trigger.first, trigger.last, 1.0)
    low, high = trigger.sentence.clause(trigger.first)
    quantities = counting.in_range(trigger.sentence, "directed", min(low, trigger.low), max(high, trigger.high))
    when = dating.choose(trigger, told.status, document.anchor.date)
    points = refers(trigger) or "another" in trigger.pattern.card.needs
    return Candidate(trigger, told, when, places, parties, quantities, _weapons(trigger), refers=points)


def exchange(document: Document, trigger: Trigger) -> Candidate:
    told = state_of(trigger)
    when = dating.choose(trigger, told.status, document.anchor.date)
    parties = exchanging.parties(document, trigger)
    quantities = exchanging.quantities(trigger)
    return Candidate(trigger, told, when, placing.venues(trigger, told.status), parties, quantities, refers=refers(trigger))


FRAMES: dict[str, Callable[[Document, Trigger], Candidate]] = {"meeting": meet, "directed": direct, "exchange": exchange}


def _countries(candidate: Candidate) -> set[str | None]:
    return {side_of(said.value) for said in candidate.parties}


def _persons(candidate: Candidate) -> int:
    return sum(said.value.type == "person" for said in candidate.parties)


def _has(candidate: Candidate, need: str) -> bool:
    sides = _countries(candidate)
    bodies = any(said.value.type == "organisation" for said in candidate.parties)
    if need == "parties":
        return len(sides) > 1 or ((bodies or candidate.group) and bool(sides or candidate.places))
    if need == "leaders":
        return len(sides) > 1 and _persons(candidate) > 0
    if need == "counterpart":
        return len(sides) > 1 and _persons(candidate) > 0
    if need == "adversaries":
        return len(sides) > 1 or (bool(sides) and candidate.refers)
    if need == "occasion":
        sided = any(said.value.country or said.value.type == "organisation" for said in candidate.parties)
        return sided or bool(candidate.places) or (candidate.trigger.kind.frame == "directed" and bool(candidate.parties))
    if need == "state_attacker":
        return any(said.value.role == "attacker" and said.value.type == "state" for said in candidate.parties)
    if need == "place":
        return bool(candidate.places)
    if need == "toll":
        return any(said.value.measure in {"killed", "wounded"} for said in candidate.quantities)
    if need == "another":
        return False
    if need == "military":
        toll = any(said.value.measure == "killed" for said in candidate.quantities) and bool(candidate.places)
        at_war = bool(candidate.places) and _words_needed(candidate.trigger, "military")
        return toll or at_war or any(said.value.role == "attacker" for said in candidate.parties) or bool(candidate.details)
    if need == "weapon":
        return bool(candidate.details) or bool(candidate.trigger.kind.weapon.find(candidate.trigger.sentence.tokens))
    return True


def _words_needed(trigger: Trigger, need: str) -> bool:
    """A need that names one of the kind's classes of words: the sentence must hold one of them."""
    members = trigger.kind.classes.get(need)
    return members is None or bool(members.find(trigger.sentence.tokens))


def fill(document: Document, trigger: Trigger) -> tuple[tuple[Candidate, bool], ...]:
    """The trigger's candidates, mostly one, each with whether it has all that its pattern needs to be a happening of its own."""
    return tuple(_judged(candidate) for candidate in _told(document, trigger))


def _told(document: Document, trigger: Trigger) -> tuple[Candidate, ...]:
    candidate = FRAMES[trigger.kind.frame](document, trigger)
    return _by_place(trigger, candidate) if trigger.kind.frame == "directed" else (candidate,)


def _judged(candidate: Candidate) -> tuple[Candidate, bool]:
    trigger = candidate.trigger
    needs = trigger.pattern.card.needs
    whole = all(_has(candidate, need) and _words_needed(trigger, need) for need in needs)
    unreal = trigger.kind.frame == "directed" and (
        tells(trigger.sentence.tokens, region(trigger), "unreal")
        or (not trigger.noun and tells(trigger.sentence.tokens, region(trigger), "intended"))
    )
    return replace(candidate, fresh=not unreal), whole and not unreal and not _habitual(candidate) and _particular(candidate)


def _habitual(candidate: Candidate) -> bool:
    """ "Strikes continue": many, at no time that is told."""
    return candidate.when is None and tells(candidate.trigger.sentence.tokens, region(candidate.trigger), "habitual")


def _particular(candidate: Candidate) -> bool:
    """ "as they meet": a meeting known only by pronouns needs a time or a place of its own."""
    trigger = candidate.trigger
    if trigger.kind.frame != "meeting" or candidate.when or candidate.places:
        return True
    only_points = candidate.refers and not candidate.names_parties and not any(n.last == trigger.first for n in trigger.sentence.names)
    if only_points:
        return False
    inside = any(trigger.sentence.start <= said.start < trigger.sentence.end for said in candidate.parties)
    generic = any(token.low in lexical("generic") for token in trigger.sentence.tokens[max(trigger.first - 2, 0) : trigger.first])
    return inside and not (generic and not candidate.names_parties)
