"""From a trigger to a candidate, by the frame of its kind: who meets, who strikes whom, who hands over to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from schemas.events import Participant, Place, Quantity, When
from services.normalizer.reading import acting, counting, dating, directed, exchanging, meeting, named_people, placing, struck
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.denied_claims import is_denied_claim
from services.normalizer.reading.document import Document
from services.normalizer.reading.going_abroad import goes_to_talk, invited_to, is_at_seat, meets_officials, talks_abroad
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.happening import side_of
from services.normalizer.reading.judging import judged
from services.normalizer.reading.lasting import lasting
from services.normalizer.reading.names import Names
from services.normalizer.reading.opposing import DENIER_REACH, enemy_who_denies, other_side, own_government, owner_of_struck
from services.normalizer.reading.placing import sentence_word
from services.normalizer.reading.playing import as_place
from services.normalizer.reading.relatives import with_relative
from services.normalizer.reading.ruling_out import is_ruled_out
from services.normalizer.reading.sidelines import widened
from services.normalizer.reading.states import state
from services.normalizer.reading.status import State, read_state
from services.normalizer.reading.telling import (
    ALLOWED,
    answered,
    if_ahead,
    if_to_come,
    is_announced,
    is_reported_plan,
    refers,
    region,
    state_of,
)
from services.normalizer.reading.turning import FUTURE
from services.normalizer.reading.visiting import goes_for_talks, goes_to_discuss, heads_abroad, stays_days, talks_there, visited_town

# An invitation is told within so many sentences.
INVITED = 2
# "leaders from civil rights organizations": so many words.
HOUSE_REACH = 8
# "eight in the market in the village of X": so many words.
IN_REACH = 9


def _group(trigger: Trigger) -> bool:
    found = trigger.sentence.find_within(trigger.low, trigger.high, phrases("groups"))
    return any(not _of_one_house(trigger, trigger.low + first, trigger.low + last) for first, last, _ in found)


def _of_one_house(trigger: Trigger, first: int, last: int) -> bool:
    """As in "labor leaders", "former ministers", "leaders from civil rights organizations": they lead no states."""
    lows = trigger.sentence.lows
    if lows[max(first - 1, 0)] in lexical("not_in_office"):
        return True  # "former ministers"
    if lows[last - 1] == "producers":
        return lows[last : last + 1] in {("in",), ("from",)}  # "oil producers in X": firms, and no states
    if lows[last - 1] != "leaders":
        return False
    behind = lows[last : last + HOUSE_REACH]
    stop = next((n for n, low in enumerate(behind) if low in lexical("closes_object") - {"from", "in"}), len(behind))
    led = behind[:1] and behind[0] in {"from", "of", "in"}
    return lows[first - 1] in lexical("home_kinds") or bool(led and lexical("home_bodies") & set(behind[:stop]))


def _visited(
    document: Document,
    trigger: Trigger,
    told: State,
    parties: Sequence[Said[Participant]],
    places: Sequence[Said[Place]],
    *,
    timed: bool,
) -> tuple[Said[Participant], ...]:
    """The state visited is a party of a visit that is official, at its invitation, of days, or that is told because it falls through."""
    tokens = trigger.sentence.tokens[max(trigger.first - 2, 0) : trigger.last]
    official = any(token.low in lexical("official_visits") for token in tokens)
    of_state = official or goes_to_talk(trigger) or stays_days(trigger, parties) or talks_there(trigger, parties)
    of_state = (
        of_state or goes_to_discuss(trigger, parties) or heads_abroad(trigger, parties, told, timed=timed) or _invited(document, trigger)
    )
    if told.status not in {"cancelled", "postponed"} and not of_state:
        return ()
    hosts = [(place, state(place.value.country, "host")) for place in places]
    return tuple(Said(host, place.start, place.end) for place, host in hosts if host)[:1]


def _invited(document: Document, trigger: Trigger) -> bool:
    """As in "… will visit Jordan. The visit is at the invitation of …"."""
    near = document.sentences[trigger.sentence.index : trigger.sentence.index + INVITED]
    return any(sentence.find(phrases("invitations")) for sentence in near)


def _called_on(
    trigger: Trigger, told: State, parties: Sequence[Said[Participant]], places: Sequence[Said[Place]]
) -> tuple[Said[Participant], ...]:
    """As in "A Chinese delegation will hold talks in Washington": with those at home there, as nobody else is told."""
    low, _ = trigger.clause
    mutual = trigger.sentence.find_within(trigger.last, trigger.high, phrases("the_two"))
    comes = goes_for_talks(trigger, parties)
    at = next((place for place in places if place.value.precision in {"city", "site"} or mutual or comes or meets_officials(trigger)), None)
    sides = {side_of(said.value) for said in parties}
    if at is not None and at.end <= trigger.sentence.tokens[trigger.first].start and trigger.pattern.card.form == "summit":
        return ()  # "is due in X for consultations on the Y summit"
    if at is not None and is_at_seat(trigger, at):
        return _at_home_there(at, parties)
    wished = told.status == "proposed" and words("going_to_see").isdisjoint(trigger.sentence.lows[low : trigger.first])
    if wished or at is None or len(sides) != 1 or sides & (words("blocs") | {at.value.country}):
        return ()
    home = state(at.value.country, "host")
    travels = words("travel_verbs", "arrivals", "departures", "tours") | {"due"}
    sent = trigger.sentence.find_within(low, trigger.first, phrases("delegations"))
    if not (sent or comes) and travels.isdisjoint(trigger.sentence.lows[low : trigger.first]) and not talks_abroad(trigger, parties, at):
        return ()
    return (Said(home, at.start, at.end),) if home else ()


def _at_home_there(at: Said[Place], parties: Sequence[Said[Participant]]) -> tuple[Said[Participant], ...]:
    """As in "a meeting with X at the White House": with those whose seat it is, unless two lands are told already."""
    homes = {said.value.country for said in parties if said.value.type == "person"}
    home = state(at.value.country, "host")
    alone = len(homes) == 1 and at.value.country not in {said.value.country for said in parties}
    return (Said(home, at.start, at.end),) if home and alone else ()


def _is_timed(document: Document, trigger: Trigger) -> bool:
    """As in "said they would meet on Tuesday", "would meet soon"."""
    soon = not words("soon").isdisjoint(trigger.sentence.lows[trigger.last : trigger.high])
    return soon or dating.choose(trigger, "scheduled", document.anchor.date) is not None


def meet(document: Document, trigger: Trigger) -> Candidate:
    names = meeting.find_names(document, trigger)
    trigger = with_relative(trigger)
    told = answered(document, trigger, state_of(trigger))
    if told.status == "scheduled" and meeting.offers_roof(trigger):
        told = replace(told, status="proposed")
    if told.status == "proposed" and is_reported_plan(trigger, told) and _is_timed(document, trigger):
        told = replace(told, status="scheduled")
    if told.status == "proposed" and is_announced(trigger, told):
        told = replace(told, status="scheduled")
    if told.status == "scheduled" and dating.had_been_due(trigger):
        told = replace(told, status="postponed")
    when = dating.choose(trigger, told.status, document.anchor.date)
    told, when = if_to_come(trigger, document, told, when)
    if when and trigger.noun and trigger.rivals and refers(trigger) and dating.is_heard(trigger, when):
        when = None  # "a man close to the talks said on Monday"
    if told.status == "declined" and is_ruled_out(trigger):
        when = None  # "no meeting was planned before June"
    beside = widened(trigger)
    when = lasting(trigger, told.status, when or (dating.choose(beside, told.status, document.anchor.date) if beside else None))
    told = if_ahead(trigger, document, told, when)
    places = placing.venues(trigger, told.status) or placing.host_land(trigger, names) or placing.here(document, trigger)
    places = places or (placing.venues(beside, told.status) if beside else ())
    places = places or ((meeting.under_own_roof(trigger) or invited_to(trigger)) if told.status == "proposed" else ())
    places = places or visited_town(document, trigger, names)
    form = trigger.pattern.card.form or "talks"
    form = "talks" if form == "call" and places and not trigger.noun else form
    parties = meeting.with_states(names)
    visiting = form == "visit" or sentence_word(trigger) in words("visiting")
    timed = when is not None
    visited = _visited(document, trigger, told, parties, places, timed=timed) if visiting else _called_on(trigger, told, parties, places)
    tokens = trigger.sentence.tokens
    return Candidate(
        trigger,
        told,
        when,
        places,
        (*parties, *visited),
        counting.in_range(trigger.sentence, trigger.kind.measures, trigger.low, trigger.high),
        (("form", Said(form, tokens[trigger.first].start, tokens[trigger.last - 1].end)),),
        refers=refers(trigger),
        names_parties=any(n.first >= trigger.last for n in names) or (not trigger.noun),
        group=_group(trigger),
    )


def _weapons(trigger: Trigger) -> tuple[tuple[str, Said[str]], ...]:
    tokens = trigger.sentence.tokens
    low, high = trigger.clause
    hits = trigger.sentence.find_within(low, high, trigger.kind.weapon)
    found = {label: (first, last) for first, last, label in reversed(hits) if label != "weapon"}
    spans = sorted((first, last, label) for label, (first, last) in found.items())
    return tuple(("weapons", Said(label, tokens[low + first].start, tokens[low + last - 1].end)) for first, last, label in spans)


def _country_place(trigger: Trigger, name: Name) -> Place | None:
    """A state that is struck is also the place that is struck: "on Ukraine", "on Chadian soil"."""
    actor = name.named.actor
    soil = not words("soil").isdisjoint(trigger.sentence.lows[name.last : name.last + 1])
    if name.named.form not in {"name", "acronym"} and not soil:
        return None
    if name.named.place is not None or actor is None or actor.type != "state" or actor.country is None:
        return None
    land = Names.load().land(actor.country)
    return as_place(land, "target") if land else None


def _by_place(trigger: Trigger, candidate: Candidate) -> tuple[Candidate, ...]:
    """As in "killed seven in Kharkiv and three in the town of Izium": as many strikes as places that have a toll of their own."""
    tolls = [said for said in candidate.quantities if said.value.measure == "killed"]
    ends = [*(toll.start for toll in tolls[1:]), trigger.sentence.end]
    parts: list[Candidate] = []
    for toll, end in zip(tolls, ends, strict=False):
        mine = [place for place in candidate.places if toll.end <= place.start < end and _right_behind(trigger, toll, place)]
        if mine:
            parts.append(replace(candidate, places=tuple(mine), quantities=(toll,)))
    return tuple(parts) if len(parts) > 1 else (candidate,)


def _right_behind(trigger: Trigger, toll: Said[Quantity], place: Said[Place]) -> bool:
    """As in "eight in the market in the village of Izium": few words and no comma between."""
    between = [token.low for token in trigger.sentence.tokens if toll.end <= token.start < place.start]
    local = place.value.precision in {"city", "region", "site"}
    return local and "in" in between and len(between) <= IN_REACH and not {",", ";", "and"} & set(between)


def _denied(document: Document, trigger: Trigger, attacking: Sequence[Name]) -> bool:
    """Whether the side that is said to have struck says, here or in the next sentence, that it did not."""
    index, accused = trigger.sentence.index, {acting.side(name) for name in attacking}
    before = document.sentences[max(index - 1, 0) : index]
    told = tuple(s for s in before if not words("told_blows").isdisjoint(s.lows))
    for sentence in (*told, *document.sentences[index : index + 2]) if accused else ():
        for first in sentence.denials:
            deniers = [n for n in sentence.names if first - DENIER_REACH <= n.last <= first]
            own = not deniers and len(accused) == 1 and sentence.lows[first - 1] in words("own_voices")  # "The government denied it."
            if own or any(acting.side(name) in accused for name in deniers):
                return True
    return False


def _deniers(trigger: Trigger, told: State) -> tuple[Name, ...]:
    """As in "The rebels denied responsibility for firing the rocket": who is said to have fired it."""
    near = [n for n in trigger.sentence.names if told.first - DENIER_REACH <= n.last <= told.first]
    return tuple(n for n in near if acting.is_party(n) and n.governor is None)[-1:]


def _from_abroad(trigger: Trigger, name: Name) -> bool:
    """A state, or a group that strikes across a border; a militia of the land fights at home."""
    actor = name.named.actor
    return actor is not None and (actor.type != "organisation" or actor.name in trigger.kind.raiders)


def direct(document: Document, trigger: Trigger) -> Candidate:
    attacking, attacked = directed.both_sides(trigger)
    places = struck.targets(trigger, attacked, attacking)
    if not places:
        places = struck.pointed_at(document, trigger) or tuple(
            Said(place, n.named.start, n.named.end) for n in attacked if (place := _country_place(trigger, n))
        )
    places = struck.settled(
        document, trigger, places, {name.named.actor.country for name in attacking if name.named.actor and _from_abroad(trigger, name)}
    )
    aimed_at = [name for name in attacked if directed.is_struck(trigger, name, attacked_by_known=bool(attacking))]
    aimed_at = aimed_at or list(owner_of_struck(trigger, attacking))
    parties = directed.sides(attacking, aimed_at)
    parties = (*own_government(trigger, attacking, places), *parties)
    parties = (*parties, *other_side(trigger.kind, parties, places))
    told = read_state(trigger.sentence.cues, region(trigger), ALLOWED["directed"])
    if told.status == "disputed" and directed.is_passive(trigger) and not attacking:
        told = State("occurred", trigger.first, trigger.last, 0.0)  # "denied that its camps were hit": who was hit disputes no attack
    if told.status == "disputed" and not attacking:
        parties = (*directed.sides(_deniers(trigger, told), ()), *parties)
    denier = () if attacking or told.weight else enemy_who_denies(document, trigger, parties, places)
    parties = (*directed.sides(denier, ()), *parties)
    if denier or (told.weight == 0 and (_denied(document, trigger, attacking) or is_denied_claim(trigger, attacking))):
        told = State("disputed", trigger.first, trigger.last, 1.0)
    low, high = trigger.clause
    quantities = counting.in_range(trigger.sentence, trigger.kind.measures, min(low, trigger.low), max(high, trigger.high))
    if not any(said.value.measure == "killed" for said in quantities) and "another" not in trigger.pattern.card.needs:
        dead, number = named_people.killed(trigger)
        parties, quantities = (*parties, *dead), (*quantities, *number)
    when = dating.choose(trigger, told.status, document.anchor.date)
    if when and "another" in trigger.pattern.card.needs and dating.is_heard(trigger, when):
        when = None  # "were killed in a raid on Sunday, a spokesman said on Monday": no day of the toll
    if when and dating.is_heard(trigger, when) and _told_with_when(trigger):
        when = None  # "killed ten when they bombed a village on Monday"
    if when and refers(trigger) and _of_a_turn(trigger, when):
        when = None  # "The strikes come a day after seven died on Saturday"
    points = refers(trigger) or bool({"another", "told"} & set(trigger.pattern.card.needs))
    weapons, bombs = _weapons(trigger), {"planted": document.planted, "afar": document.afar}
    return Candidate(trigger, told, when, places, parties, quantities, weapons, points, **bombs)


def _told_with_when(trigger: Trigger) -> bool:
    """As in "killed ten when they bombed a village": the clause behind tells by what blow, and so on which day."""
    low = trigger.clause[1]
    lows = trigger.sentence.lows
    behind = [first for first in trigger.others if first > low]
    return trigger.pattern.card.id == "strike.verb.harm" and lows[low : low + 1] in {("when",), ("as",)} and bool(behind)


def _of_a_turn(trigger: Trigger, when: Said[When]) -> bool:
    """Whether a time stands in a clause behind "after" that is not the trigger's own."""
    sentence = trigger.sentence
    at = next((time.first for time in sentence.times if time.expression.start == when.start), None)
    low = sentence.clause(at)[0] if at is not None else 0
    return low > trigger.last and "after" in sentence.lows[low : low + 2]


def exchange(document: Document, trigger: Trigger) -> Candidate:
    told = state_of(trigger)
    when = dating.choose(trigger, told.status, document.anchor.date)
    if when and (dating.is_quoted(trigger, when) or (told.status in FUTURE and dating.is_over(when.value, document.anchor.date))):
        when = None  # "announcing the planned swap last week": the day of the word, not of the deed
    if trigger.pattern.card.id.endswith(".named"):
        return Candidate(trigger, told, parties=exchanging.named(document, trigger), refers=True)
    parties = exchanging.parties(document, trigger)
    quantities = exchanging.quantities(trigger)
    if trigger.kind.names_released:
        quantities = (*quantities, *named_people.returned(parties, quantities, trigger.kind.measures[0]))
    return Candidate(trigger, told, when, placing.handovers(trigger, told.status), parties, quantities, refers=refers(trigger))


FRAMES: dict[str, Callable[[Document, Trigger], Candidate]] = {"meeting": meet, "directed": direct, "exchange": exchange}


def fill(document: Document, trigger: Trigger, *, titled: bool = False) -> tuple[tuple[Candidate, bool], ...]:
    """The trigger's candidates, mostly one, each with whether it has all that its pattern needs to be a happening of its own."""
    return tuple(judged(replace(candidate, titled=titled)) for candidate in _told(document, trigger))


def _told(document: Document, trigger: Trigger) -> tuple[Candidate, ...]:
    candidate = FRAMES[trigger.kind.frame](document, trigger)
    return _by_place(trigger, candidate) if trigger.kind.frame == "directed" else (candidate,)
