"""Where it happens: places by the prepositions before them, and the part they play."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from schemas.events import Place, PlaceRole
from services.normalizer.reading.attending import run_in_city
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, phrases, words
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.names import Names
from services.normalizer.reading.playing import as_place
from services.normalizer.reading.sidelines import does_more
from services.normalizer.reading.states import state
from services.normalizer.reading.triggers import phrase_start

# So many words that are no names or titles may stand between a meeting and its place.
STRANGE = 3
NEXT = 3
BOARD_REACH = 4
CHAIN = 4
VOICE_REACH = 2
# "(80 miles) to the west of": words between a distance and its preposition.
FAR_REACH = 4
# "from an air base in": so many words before the preposition.
BASE_REACH = 4
# An unknown town is placed by what so many sentences before name.
NEAR = 2
# "talks that were to be held here": so many words.
HERE_REACH = 16
# "the city" was named at most so many sentences before.
RECALL = 4
# "held in a prison in …": so many words before a place may say that somebody was only kept there.
HELD_REACH = 4
# A dateline begins within so many code points.
DATELINE = 20
# "X, of a forum in Istanbul, told …"
SPOKEN = 1
RANK = {"site": 0, "city": 1, "region": 2, "unknown": 3, "country": 4, "sea": 5}


def _is_place(name: Name) -> bool:
    return name.named.place is not None and (name.named.actor is None or name.named.actor.type != "person")


def _stands_as_place(sentence: Sentence, name: Name) -> bool:
    """Behind "in", "at", "near" and the like; or a place and nothing else."""
    words = grammar()
    if name.named.reading == "place" and name.governor in {None, "from"} | lexical("aimed"):
        return True
    return name.governor in words.place_prepositions - {"from", "to", "into"} and not _possessive(sentence, name)


def _possessive(sentence: Sentence, name: Name) -> bool:
    return name.last < len(sentence.tokens) and sentence.tokens[name.last].low == "'s"


def _said(name: Name, role: PlaceRole) -> Said[Place] | None:
    place = name.named.place
    return Said(as_place(place, role), name.named.start, name.named.end) if place else None


def _sorted(places: Sequence[Said[Place] | None]) -> tuple[Said[Place], ...]:
    found = {place.value.name: place for place in reversed(places) if place}
    return tuple(sorted(found.values(), key=lambda place: (RANK[place.value.precision], place.start)))


def in_scope(trigger: Trigger, reach: int = 0) -> tuple[Name, ...]:
    low, high = max(trigger.low - reach, 0), trigger.high + reach
    return tuple(name for name in trigger.sentence.names if low <= name.first < high and _is_place(name))


def _near_enough(trigger: Trigger, name: Name) -> bool:
    """Whether little but names and titles stands between a meeting and its place; before it, no verb of saying."""
    tokens = trigger.sentence.tokens
    held = trigger.sentence.held
    low, high = (trigger.last, name.first) if name.first >= trigger.last else (name.last, trigger.first)
    if name.last <= trigger.first and any(low <= first < high for first, _ in trigger.sentence.says):
        return False
    if name.first >= trigger.last and does_more(trigger, high):
        return False
    plain = grammar().skipped | grammar().conjunctions | grammar().small | words("held_there")
    strange = [at for at in range(low, high) if at not in held and tokens[at].low not in plain and tokens[at].low.isalpha()]
    return len(strange) <= STRANGE


def _located(sentence: Sentence, name: Name) -> bool:
    """As in "in Geneva", "in the northern state of Alaska"."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    dated = sentence.tokens[name.last : name.last + 1] and sentence.tokens[name.last].low == "on"  # "the crisis in Berlin on Friday"
    dated = dated and any(time.first == name.last + 1 for time in sentence.times)
    if before in words("topics") and not (dated and name.named.place is not None and name.named.place.precision == "city"):
        return False
    return name.governor in words("venue_prepositions") or (name.governor == "of" and before in words("place_nouns"))


def _premodifies(trigger: Trigger, name: Name) -> bool:
    """As in "the Oval Office meeting", "the June Venice summit"."""
    if name == run_in_city(trigger.sentence, trigger):
        return True
    continent = name.named.place is not None and name.named.place.country is None  # "an Asia-Pacific summit"
    return name.named.reading == "place" and not continent and phrase_start(trigger.sentence, trigger.first) <= name.first < trigger.first


def _where_clause(trigger: Trigger) -> list[Name]:
    """As in "… to Israel on Wednesday, where he will meet …": the place before "where"."""
    low, _ = trigger.sentence.clause(trigger.first)
    if trigger.sentence.tokens[low].low != "where":
        before = [n for n in trigger.sentence.names if n.last <= trigger.first and n.named.place is not None]
        gone = [n for n in before if _travelled(trigger, n)]
        return [n for n in gone if n.governor_at == gone[-1].governor_at][:1]  # "to Doha, Qatar": the town
    return [n for n in trigger.sentence.names if n.last <= low and n.named.place is not None][-1:]


def _travelled(trigger: Trigger, name: Name) -> bool:
    """As in "will travel to Washington to meet …": where one goes to meet."""
    times = trigger.sentence.at_times
    at = name.governor_at - 1
    while at in times or (at >= 0 and trigger.sentence.tokens[at].low in words("speech_fillers")):
        at -= 1
    before = trigger.sentence.tokens[at].low if at >= 0 else ""
    leaves = name.governor == "for" and before in words("departures")
    sent = name.governor == "to" and before in words("travellers")
    return leaves or sent or (name.governor in {"to", "in"} and before in words("travel_verbs") | words("departures"))


def _opening_stay(trigger: Trigger) -> list[Name]:
    """As in "While in Oslo on Friday, he will meet …", "During his stay in Oslo, …": where whoever meets then is."""
    sentence, (low, _) = trigger.sentence, trigger.sentence.clause(trigger.first)
    if sentence.tokens[0].low not in words("stay_openers") or low == 0:
        return []
    ahead = [n for n in sentence.names if n.last <= low and _is_place(n) and n.governor in {"in", "to", "at"}]
    return [n for n in ahead if sentence.tokens[n.governor_at - 1].low in words("stays")][:1]


def _suggested(trigger: Trigger) -> list[Name]:
    """As in "Geneva was suggested as a venue", "… on its soil": places offered, wherever they stand in the sentence."""
    sentence = trigger.sentence
    places = [n for n in sentence.names if n.named.place is not None or (n.named.actor is not None and n.named.actor.type == "state")]
    hits = sentence.find(phrases("venue_words"))
    named = [n for n in places if hits and n.last <= hits[0][0] and n.named.place is not None and n.governor is None][-1:]
    soil = sentence.find(phrases("own_soil"))
    return named + [n for n in places if soil and n.last <= trigger.first and n.governor is None and n.named.form == "name"][:1]


def land_of(name: Name) -> Said[Place] | None:
    """The land of a state or of a person's state, as a place where one may meet."""
    return _state_place(name, "candidate_venue")


def _state_place(name: Name, role: PlaceRole) -> Said[Place] | None:
    """The land of a state or of a person's state."""
    actor = name.named.actor
    land = state(actor.country, "host") if actor else None
    place = Names.load().land(land.country) if land else None
    return Said(as_place(place, role), name.named.start, name.named.end) if place else None


def venues(trigger: Trigger, status: str) -> tuple[Said[Place], ...]:
    """Places where a meeting is, or may be, held."""
    sentence = trigger.sentence
    role: PlaceRole = "candidate_venue" if status in {"proposed", "declined"} else "venue"
    inside = in_scope(trigger)
    inside = tuple(n for n in inside if not any(n.last <= first <= n.last + 1 for first, _ in sentence.says))
    found = [n for n in inside if _located(sentence, n) and not _possessive(sentence, n) and _near_enough(trigger, n)]
    found += [n for n in inside if _premodifies(trigger, n) or (trigger.kind.frame == "exchange" and n.governor == "into")]
    if trigger.pattern.card.form == "visit" or trigger.pattern.card.id == "summit.verb.host":
        found += [n for n in inside if trigger.last <= n.first < trigger.last + NEXT and n.governor in {"to", None, "in"}]
    found += [n for n in _where_clause(trigger) if status not in {"occurred", "ongoing"} or n.governor != "for"]
    found += _opening_stay(trigger)
    suggested = (
        [_said(n, "candidate_venue") or _state_place(n, "candidate_venue") for n in _suggested(trigger)] if status == "proposed" else []
    )
    return _sorted([*(_said(name, role) for name in found), *suggested])


def here(document: Document, trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "talks that were to be held here on Friday": where the story is told from."""
    tokens, dateline = trigger.sentence.tokens, document.dateline
    near = tokens[trigger.last : trigger.last + HERE_REACH]
    said = any(token.low == "here" for token in near) and dateline is not None
    return _sorted([_said(dateline, "venue")]) if said and dateline else ()


def host_land(trigger: Trigger, names: Sequence[Name]) -> tuple[Said[Place], ...]:
    """As in "Trump hosted Zelensky": where nothing else is told, at the host's."""
    hosting = trigger.pattern.card.id == "summit.verb.host" and sentence_word(trigger) in words("host_verbs")
    host = [n for n in names if n.last <= trigger.first] if hosting else []
    return _sorted([_state_place(n, "venue") for n in host[-1:]])


def sentence_word(trigger: Trigger) -> str:
    return trigger.sentence.tokens[trigger.last - 1].low


def _attributive(sentence: Sentence, name: Name) -> bool:
    """As in "a U.S. base", "the Spanish embassy": whose it is, not where."""
    following = sentence.tokens[name.last] if name.last < len(sentence.tokens) else None
    if following is not None and following.low in words("missions"):
        return True
    plain = following is not None and following.low.isalpha() and not following.capital
    return name.named.form == "acronym" and plain and following is not None and following.low not in grammar().conjunctions


def _tells_where(town: Name, land: Name) -> bool:
    """As in "near Metula in northern Israel", "Baneh, in Iran's Kurdistan province": the land only says where the town is."""
    inner, outer = town.named.place, land.named.place
    if land.governor in words("sides_of") and 0 < land.first - town.last <= CHAIN:
        return True  # "near the base of X, north of Y"
    if inner is None or outer is None or outer.precision != "country" or inner.precision == "country" or inner.country != outer.country:
        return False
    return 0 < land.first - town.last <= CHAIN and land.governor not in words("aimed_at_actors")


def targets(trigger: Trigger, aimed: Sequence[Name], attacking: Sequence[Name]) -> tuple[Said[Place], ...]:
    """Places hit: what is aimed at, and what stands behind "in", "near", "over"."""
    sentence, used = trigger.sentence, {name.first for name in attacking}
    found = [
        n
        for n in in_scope(trigger)
        if n.first not in used and (_stands_as_place(sentence, n) or n in aimed) and not _possessive(sentence, n)
    ]
    found += [n for n in aimed if _is_place(n)]
    found = [n for n in found if not _attributive(sentence, n) and not _elsewhere(sentence, n)]
    found = [n for n in found if not any(_tells_where(one, n) for one in found) and not _flown_from(sentence, n)]
    found = [n for n in found if not _heard_in(trigger, n, found)]
    found = [n for n in found if not _far_from(sentence, n)] or found
    origins = [_said(n, "origin") for n in found if n.governor == "from"]
    return _sorted([*(_said(n, "target") for n in found if n.governor != "from"), *origins])


def _elsewhere(sentence: Sentence, name: Name) -> bool:
    """As in "monitored in Nicosia": where it was heard; "a region near Afghanistan": the land beside."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    told = [last for _, last, _ in sentence.find_within(0, name.first, grammar().according)]
    if told and not any(token.low == "," for token in sentence.tokens[told[-1] : name.first]):
        return True
    beside = name.governor in words("beside") and name.named.place is not None and name.named.place.precision == "country"
    return beside or before in words("heard_there")


def _flown_from(sentence: Sentence, name: Name) -> bool:
    """As in "planes flying from bases in Cyprus hit …": where the attacker came from."""
    before = [token.low for token in sentence.tokens[max(name.governor_at - BASE_REACH, 0) : max(name.governor_at, 0)]]
    apart = any(name.governor_at < other.first < name.first for other in sentence.names)
    return bool(before) and before[-1] in words("stations") and "from" in before and not apart


def _far_from(sentence: Sentence, name: Name) -> bool:
    """As in "at Nowruz, 80 km west of Kharg": what the way is counted from."""
    before = sentence.tokens[max(name.governor_at - FAR_REACH, 0) : name.governor_at] if name.governor_at > 0 else ()
    return any(token.low in words("distances") for token in before)


def _heard_in(trigger: Trigger, name: Name, others: Sequence[Name]) -> bool:
    """As in "In Tehran, the agency said a missile hit Baghdad": where it was said, if what was hit is told behind."""
    says = [(first, last) for first, last in trigger.sentence.says if name.last <= first and last <= trigger.first]
    opens = name.governor == "in" and name.governor_at == 0
    return opens and bool(says) and any(other.first >= says[0][1] for other in others)


def of_officials(candidate: Candidate) -> tuple[Said[Place], ...]:
    """As in "Pakistani officials said a U.S. drone …": those who tell of another's strike tell of their own land."""
    sentence = candidate.trigger.sentence
    striking = {said.value.country for said in candidate.parties if said.value.role == "attacker"}
    names = [n for n in sentence.names if n.named.form == "adjective" and n.named.actor and n.named.actor.country not in striking]
    telling = [n for n in names if any(token.low in words("local_voices") for token in sentence.tokens[n.last - 1 : n.last + VOICE_REACH])]
    return _sorted([_state_place(n, "target") for n in telling[:1]]) if striking else ()


def settled(
    document: Document, trigger: Trigger, places: Sequence[Said[Place]], striking: Collection[str | None]
) -> tuple[Said[Place], ...]:
    """The same places; a town that no gazetteer has lies where the nearest place that one has lies, and not in the attacker's land."""
    if all(said.value.geonameid is not None or said.value.precision != "city" for said in places):
        return tuple(places)
    index = trigger.sentence.index
    nearby = reversed(document.sentences[max(index - NEAR, 0) : index + 1])
    country = next((land for sentence in nearby if (land := _known_land(sentence, trigger, striking))), None)
    return tuple(_in_land(said, country) for said in places)


def _known_land(sentence: Sentence, trigger: Trigger, striking: Collection[str | None]) -> str | None:
    """The country of the last place of a sentence that a gazetteer has; in the trigger's own, of the nearest to it."""
    places = [(n.first, n.named.place) for n in sentence.names if n.named.place and _is_known(n)]
    lands = [(at, place.country) for at, place in places if place.country and place.country not in striking]
    if sentence is trigger.sentence:
        lands.sort(key=lambda land: -abs(land[0] - trigger.last))
    return lands[-1][1] if lands else None


def _is_known(name: Name) -> bool:
    """A place in a gazetteer, and no state that acts."""
    place = name.named.place
    return place is not None and name.named.reading == "place" and (place.geonameid is not None or place.precision != "city")


def _in_land(said: Said[Place], country: str | None) -> Said[Place]:
    unknown = said.value.geonameid is None and said.value.precision == "city" and country is not None
    return replace(said, value=said.value.model_copy(update={"country": country})) if unknown else said


def of_the_attacked(candidate: Candidate) -> tuple[Said[Place], ...]:
    """As in "at two Iraqi bases": the land of the side that is struck, unless it is its ship or its people."""
    struck = {said.start for said in candidate.parties if said.value.role == "target" and said.value.type == "state"}
    names = [n for n in candidate.trigger.sentence.names if n.named.start in struck and n.named.form == "adjective"]
    return _sorted([_state_place(n, "target") for n in names if not _on_board(candidate.trigger.sentence, n)])


def _on_board(sentence: Sentence, name: Name) -> bool:
    """As in "an Iranian crude oil tanker": whose it is, not where."""
    behind = sentence.tokens[name.last : name.last + BOARD_REACH]
    return next((token.low in words("vessels") for token in behind if token.low in words("vessels") | words("land")), False)


def by_adjective(trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "the Sudanese town of …": where the town is in no gazetteer, its country still is told."""
    sentence = trigger.sentence
    towns = [
        n
        for n in sentence.names
        if n.named.form == "adjective" and n.last < len(sentence.tokens) and sentence.tokens[n.last].low in words("place_nouns")
    ]
    return _sorted([_state_place(n, "target") for n in towns[:1]])


def pointed_at(document: Document, trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "a missile hit the city": the town, camp or port that was named last."""
    tokens, index = trigger.sentence.tokens, trigger.sentence.index
    pointers = [
        at for at in range(trigger.last, trigger.high) if tokens[at].low in words("the_place") and tokens[at - 1].low in {"the", "same"}
    ]
    if not pointers or (pointers[0] + 1 < len(tokens) and tokens[pointers[0] + 1].low == "of"):
        return ()
    before = [n for n in trigger.sentence.names if n.last <= pointers[0]]
    sentences = list(reversed(document.sentences[max(index - RECALL, 0) : index]))
    struck = [s for s in sentences if s.find(trigger.kind.weapon)]
    for names in (before, *(s.names for s in (*struck, *sentences))):
        towns = [n for n in names if n.named.place and n.named.place.precision in {"city", "site"}]
        if towns:
            return _sorted([_said(towns[-1], "target")])
    return ()


def around(document: Document, trigger: Trigger) -> tuple[Said[Place], ...]:
    """Where the clause names no place: a place elsewhere in the sentence, else the last one of the sentence before."""
    sentence = trigger.sentence
    for nearby in (sentence, *document.sentences[max(sentence.index - 1, 0) : sentence.index]):
        standing = [
            n
            for n in nearby.names
            if _is_place(n) and (n.governor in words("aimed") or (n.governor is None and n.named.reading == "place"))
        ]
        if standing:
            return _sorted([_said(standing[-1], "target")])
    return ()


def handovers(trigger: Trigger, status: str) -> tuple[Said[Place], ...]:
    """Where people change hands: a crossing, an airport or a town in the clause, but not where they were held, taken or talked of."""
    role: PlaceRole = "candidate_venue" if status in {"proposed", "declined"} else "venue"
    sentence = trigger.sentence
    low, high = sentence.clause(trigger.first)
    inside = [n for n in sentence.names if min(low, trigger.low) <= n.first < max(high, trigger.high) and _is_place(n)]
    found = [n for n in inside if _is_handover(sentence, n)]
    return _sorted([_said(n, role) for n in (*found, *_where_clause(trigger))])


def _is_handover(sentence: Sentence, name: Name) -> bool:
    tokens = sentence.tokens
    place, edge = name.named.place, tokens[name.last].low if name.last < len(tokens) else ""
    within = name.governor == "of" and tokens[name.governor_at - 1].low in words("place_nouns")
    if not (within or name.governor in words("handover_prepositions")) or _possessive(sentence, name):
        return False
    broad = place is not None and place.precision == "country"
    if place is None or place.precision == "sea":
        return False
    if broad and (name.governor not in words("venue_prepositions") or edge in words("frontiers")):
        return False
    before = {token.low for token in tokens[max(name.governor_at - HELD_REACH, 0) : name.governor_at]}
    if any(name.last <= first <= name.last + SPOKEN for first, _ in sentence.says):
        return False
    kept = before & (words("befell") | words("captivity") | words("topics"))
    return not kept and (name.governor != "to" or bool(before & words("journeys")))


def arrivals(document: Document, first: int, last: int) -> tuple[Said[Place], ...]:
    """Where the sentences around an exchange, from `first` to `last`, say that people arrived, crossed or were handed over."""
    for sentence in document.sentences[max(first, 0) : last + 1]:
        if any(token.low in words("handing") for token in sentence.tokens):
            places = [n for n in sentence.names if _is_place(n) and _is_handover(sentence, n)]
            told = _sorted([_said(n, "venue") for n in places if n.named.place and n.named.place.precision not in {"country", "sea"}])
            if told:
                return told
    return ()


def dateline(document: Document, capitals: frozenset[str]) -> tuple[Said[Place], ...]:
    """The town from which the story is told, where that is no capital: nobody files from a crossing unless something happens there."""
    named = document.sentences[0].page.named[0][:1] if document.sentences else ()
    spot = [n for n in named if n.place and n.place.precision in {"city", "site"} and n.text.isupper() and n.start < DATELINE]
    return tuple(Said(as_place(n.place, "venue"), n.start, n.end) for n in spot if n.place and n.place.name not in capitals)
