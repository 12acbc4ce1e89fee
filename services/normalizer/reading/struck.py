"""What a strike hits: the places aimed at, those that words around lend, and the land of towns that no gazetteer has."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from schemas.events import Participant, Place
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.names import Names
from services.normalizer.reading.of_others import is_answer_to
from services.normalizer.reading.placing import in_order, in_scope, is_place, possessive, said_place, state_place
from services.normalizer.reading.playing import as_place

BOARD_REACH = 4
# "fired a missile at the White House": so many words from the blow.
NEAR_SEAT = 4
CHAIN = 4
# "the Israel-Lebanon border": so many words from a land to the word.
BESIDE = 2
VOICE_REACH = 2
# "(80 miles) to the west of": words between a distance and its preposition.
FAR_REACH = 4
# "from an air base in": so many words before the preposition.
BASE_REACH = 4
# An unknown town is placed by what so many sentences before name.
NEAR = 6
# A town told anew lies where it lay when it was told first, at most so many sentences before.
RECALLED = 20
# "the city" was named at most so many sentences before.
RECALL = 4


def _stands_as_place(sentence: Sentence, name: Name) -> bool:
    """Behind "in", "at", "near" and the like; or a place and nothing else."""
    words = grammar()
    if _apposed(sentence, name):
        return True
    if name.named.reading == "place" and name.governor in {None, "from"} | lexical("aimed"):
        return True
    return (name.governor in words.place_prepositions - {"from", "to", "into"} or _part_of(sentence, name)) and not possessive(
        sentence, name
    )


def _part_of(sentence: Sentence, name: Name) -> bool:
    """As in "launched at several parts of Yemen"."""
    return name.governor == "of" and not lexical("parts_of_land").isdisjoint(sentence.lows[max(name.governor_at - 1, 0) : name.governor_at])


def _apposed(sentence: Sentence, name: Name) -> bool:
    """As in "south of the capital, Wrenn": a town that only says which one is meant."""
    before = sentence.lows[max(name.first - 2, 0) : name.first]
    return name.governor is None and len(before) > 1 and before[1] == "," and before[0] in words("place_nouns")


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
        if n.first not in used and (_stands_as_place(sentence, n) or n in aimed) and not possessive(sentence, n)
    ]
    found += [n for n in in_scope(trigger) if _owns_what_is_hit(trigger, n)]
    found += [n for n in aimed if is_place(n)]
    found = [n for n in found if not _attributive(sentence, n) and not _elsewhere(sentence, n) and not _of_an_office(trigger, n)]
    found = [n for n in found if not any(_tells_where(one, n) for one in found) and not _flown_from(sentence, n)]
    found = [n for n in found if not _heard_in(trigger, n, found)]
    found = [n for n in found if not _of_voices(sentence, n)] or found
    found = [n for n in found if not _far_from(sentence, n)] or found
    origins = [said_place(n, "origin") for n in found if n.governor == "from"]
    return in_order([*(said_place(n, "target") for n in found if n.governor != "from"), *origins])


def _owns_what_is_hit(trigger: Trigger, name: Name) -> bool:
    """As in "hit Kharkiv's main square": what stands right behind the verb of a blow is in the town whose it is."""
    town = name.named.place is not None and name.named.place.precision == "city" and name.named.reading == "place"
    return town and possessive(trigger.sentence, name) and not trigger.noun and 0 <= name.first - trigger.last <= 1


def _of_an_office(trigger: Trigger, name: Name) -> bool:
    """As in "told of the strikes at a Pentagon briefing": a seat of government, unless the word of the blow stands right by it."""
    seat = name.named.actor is not None and name.named.place is not None and name.named.place.precision == "site"
    gap = name.first - trigger.last if name.first >= trigger.last else trigger.first - name.last
    return seat and gap > NEAR_SEAT


def _elsewhere(sentence: Sentence, name: Name) -> bool:
    """As in "monitored in Nicosia": where it was heard; "a region near Afghanistan": the land beside."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    told = [last for _, last, _ in sentence.find_within(0, name.first, grammar().according)]
    if told and not any(token.low == "," for token in sentence.tokens[told[-1] : name.first]):
        return True
    beside = name.governor in words("beside") and name.named.place is not None and name.named.place.precision == "country"
    speaks = name.governor in words("venue_prepositions") and any(first == name.last for first, _ in sentence.says)
    return beside or speaks or before in words("heard_there")


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


def _of_voices(sentence: Sentence, name: Name) -> bool:
    """As in "authorities in the Kurdish region reported casualties": whose they are, where another place is told."""
    return name.governor == "in" and name.governor_at > 0 and sentence.tokens[name.governor_at - 1].low in words("local_voices")


def of_officials(candidate: Candidate) -> tuple[Said[Place], ...]:
    """As in "Pakistani officials said a U.S. drone …": those who tell of another's strike tell of their own land."""
    sentence = candidate.trigger.sentence
    striking = {said.value.country for said in candidate.parties if said.value.role == "attacker"}
    lands = [n for n in sentence.names if n.named.actor and n.named.actor.type == "state"]
    names = [n for n in lands if n.named.actor and n.named.actor.country not in striking]
    telling = [n for n in names if not words("local_voices").isdisjoint(sentence.lows[n.last - 1 : n.last + VOICE_REACH])]
    return in_order([state_place(n, "target") for n in telling[:1]]) if striking else ()


def settled(
    document: Document, trigger: Trigger, places: Sequence[Said[Place]], striking: Collection[str | None]
) -> tuple[Said[Place], ...]:
    """The same places; a town that no gazetteer has lies where the nearest place that one has lies, and not in the attacker's land."""
    if all(said.value.lat is not None or said.value.precision != "city" for said in places):
        return tuple(places)
    index, striking = _first_told(document, trigger, places, striking)
    nearby = reversed(document.sentences[max(index - NEAR, 0) : index + 1])
    country = next((land for sentence in nearby if (land := _known_land(sentence, trigger, striking))), None)
    return tuple(_in_land(said, country) for said in places)


def _first_told(
    document: Document, trigger: Trigger, places: Sequence[Said[Place]], striking: Collection[str | None]
) -> tuple[int, Collection[str | None]]:
    """As in "the village of Wrenn near Nabatieh … rockets in answer to the raid on Wrenn": it lies where it was told first."""
    index = trigger.sentence.index
    town = next(said.value.name for said in places if said.value.lat is None and said.value.precision == "city")
    earlier = (s.index for s in document.sentences[max(index - RECALLED, 0) : index] if any(_is_town(n, town) for n in s.names))
    first = next(earlier, None)
    return (index, striking) if first is None else (first, ())


def _is_town(name: Name, town: str) -> bool:
    return name.named.place is not None and name.named.place.name == town


def _known_land(sentence: Sentence, trigger: Trigger, striking: Collection[str | None]) -> str | None:
    """The country of the last place of a sentence that a gazetteer has; in the trigger's own, of the nearest to it."""
    places = [(n.first, n.named.place) for n in sentence.names if n.named.place and _is_known(n) and not _only_beside(sentence, n)]
    lands = [(at, place.country) for at, place in places if place.country and place.country not in striking]
    if sentence is trigger.sentence:
        lands.sort(key=lambda land: -abs(land[0] - trigger.last))
    return lands[-1][1] if lands else None


def _only_beside(sentence: Sentence, name: Name) -> bool:
    """As in "close to the Ruritania-Graustark border", "after a strike in Damascus": near it, or of another time."""
    low, _ = sentence.clause(name.first)
    behind = sentence.lows[name.last : name.last + BESIDE]
    turned = low > 0 and low in sentence.turns
    return turned or not words("frontiers").isdisjoint(behind)


def _is_known(name: Name) -> bool:
    """A place in a gazetteer, and no state that acts."""
    place = name.named.place
    return place is not None and name.named.reading == "place" and (place.lat is not None or place.precision != "city")


def _in_land(said: Said[Place], country: str | None) -> Said[Place]:
    unknown = said.value.lat is None and said.value.precision == "city" and country is not None
    return replace(said, value=said.value.model_copy(update={"country": country})) if unknown else said


def of_the_attacked(candidate: Candidate) -> tuple[Said[Place], ...]:
    """As in "at two Iraqi bases": the land of the side that is struck, unless it is its ship or its people."""
    struck = {said.start for said in candidate.parties if said.value.role == "target" and said.value.type == "state"}
    names = [n for n in candidate.trigger.sentence.names if n.named.start in struck and n.named.form == "adjective"]
    return in_order([state_place(n, "target") for n in names if not _on_board(candidate.trigger.sentence, n)])


def of_the_defender(candidate: Candidate) -> tuple[Said[Place], ...]:
    """As in "Ukraine's air force shot down 31 of 58 Russian drones": over its own land, where the two are at war across a border."""
    kind, sides = candidate.trigger.kind, {said.value.role: said for said in candidate.parties if said.value.type == "state"}
    if not candidate.trigger.pattern.card.reverse or sides.keys() != {"attacker", "target"}:
        return ()
    pair = (sides["attacker"].value.country, sides["target"].value.country)
    at_war = pair in kind.adversaries or pair[::-1] in kind.adversaries
    abroad = any(pair[1] in states for states in kind.alliances.values())
    at_sea = not words("vessels").isdisjoint(candidate.trigger.sentence.lows)
    return _land(pair[1], sides["target"]) if at_war and not abroad and not at_sea else ()


def of_the_group(candidates: Sequence[Candidate]) -> tuple[Said[Place], ...]:
    """As in "air strikes on the militia Kataib Hezbollah", with no place told: the land in which the group that is struck is at home."""
    struck = [s for c in candidates for s in c.parties if s.value.role == "target" and s.value.type == "organisation" and s.value.country]
    return _land(struck[0].value.country, struck[0]) if struck else ()


def _land(country: str | None, said: Said[Participant]) -> tuple[Said[Place], ...]:
    land = Names.load().land(country) if country else None
    return (Said(as_place(land, "target"), said.start, said.end),) if land else ()


def _on_board(sentence: Sentence, name: Name) -> bool:
    """As in "an Iranian crude oil tanker": whose it is, not where."""
    behind = sentence.tokens[name.last : name.last + BOARD_REACH]
    return next((token.low in words("vessels") for token in behind if token.low in words("vessels", "land")), False)


def by_adjective(trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "the Sudanese town of …": where the town is in no gazetteer, its country still is told."""
    sentence = trigger.sentence
    towns = [
        n
        for n in sentence.names
        if n.named.form == "adjective" and n.last < len(sentence.tokens) and sentence.tokens[n.last].low in words("place_nouns")
    ]
    return in_order([state_place(n, "target") for n in towns[:1]])


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
            return in_order([said_place(towns[-1], "target")])
    return ()


def around(document: Document, trigger: Trigger) -> tuple[Said[Place], ...]:
    """Where the clause names no place: a place elsewhere in the sentence, else the last one of the sentence before."""
    sentence = trigger.sentence
    low = trigger.clause[0]
    for nearby in (sentence, *document.sentences[max(sentence.index - 1, 0) : sentence.index]):
        standing = [
            n for n in nearby.names if is_place(n) and (n.governor in words("aimed") or (n.governor is None and n.named.reading == "place"))
        ]
        standing = [n for n in standing if n.governor not in words("sides_of")] or standing  # "in X, southeast of Y"
        if nearby is sentence:
            standing = [n for n in standing if (start := sentence.clause(n.first)[0]) == low or not is_answer_to(sentence, start)]
        if standing:
            return in_order([said_place(standing[-1], "target")])
    return ()
