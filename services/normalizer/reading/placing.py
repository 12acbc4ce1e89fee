"""Where people meet and change hands: places by the prepositions before them, and the part they play."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from schemas.events import Place, PlaceRole
from services.normalizer.reading.attending import run_in_city
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, phrases, words
from services.normalizer.reading.names import Names
from services.normalizer.reading.playing import as_place
from services.normalizer.reading.sidelines import does_more, takes_place
from services.normalizer.reading.states import state
from services.normalizer.reading.triggers import phrase_start

# So many words that are no names or titles may stand between a meeting and its place.
STRANGE = 3
NEXT = 3
# "talks that were to be held here": so many words.
HERE_REACH = 16
# "held in a prison in …": so many words before a place may say that somebody was only kept there.
HELD_REACH = 4
# A dateline begins within so many code points.
DATELINE = 20
# "X, of a forum in Istanbul, told …"
SPOKEN = 1
RANK = {"site": 0, "city": 1, "region": 2, "unknown": 3, "country": 4, "sea": 5}


def is_place(name: Name) -> bool:
    """A place that is not the home of a person alone."""
    return name.named.place is not None and (name.named.actor is None or name.named.actor.type != "person")


def possessive(sentence: Sentence, name: Name) -> bool:
    """As in "Kyiv's": what is of a place stands behind it."""
    return name.last < len(sentence.tokens) and sentence.tokens[name.last].low == "'s"


def said_place(name: Name, role: PlaceRole) -> Said[Place] | None:
    """A named place in a part that it plays."""
    place = name.named.place
    return Said(as_place(place, role), name.named.start, name.named.end) if place else None


def in_order(places: Sequence[Said[Place] | None]) -> tuple[Said[Place], ...]:
    """Each place once, the most exact first."""
    if not places:
        return ()
    found = {place.value.name: place for place in reversed(places) if place}
    return tuple(sorted(found.values(), key=lambda place: (RANK[place.value.precision], place.start)))


def in_scope(trigger: Trigger, reach: int = 0) -> tuple[Name, ...]:
    """The places named in the trigger's own scope."""
    low, high = max(trigger.low - reach, 0), trigger.high + reach
    return tuple(name for name in trigger.sentence.names if low <= name.first < high and is_place(name))


def _near_enough(trigger: Trigger, name: Name) -> bool:
    """Whether little but names and titles stands between a meeting and its place; before it, no verb of saying."""
    tokens = trigger.sentence.tokens
    held = trigger.sentence.held
    low, high = (trigger.last, name.first) if name.first >= trigger.last else (name.last, trigger.first)
    if name.last <= trigger.first and any(low <= first < high for first, _ in trigger.sentence.says):
        return False
    if name.first >= trigger.last and does_more(trigger, high):
        return False
    if takes_place(trigger, name) or _behind_date(trigger, name):
        return True
    plain = _plain()
    strange = [at for at in range(low, high) if at not in held and tokens[at].low not in plain and tokens[at].low.isalpha()]
    return len(strange) <= STRANGE


def _behind_date(trigger: Trigger, name: Name) -> bool:
    """As in "X, center, meets with Y, right, Monday, Sept. 4, 2023, in Oslo": the place that ends a caption, right behind its day."""
    lows, at = trigger.sentence.lows, name.governor_at - 1
    ends = lows[name.last : name.last + 1] in {(".",), (), (",",)}
    return ends and at > 1 and name.governor == "in" and lows[at] == "," and at - 1 in trigger.sentence.at_times


@cache
def _plain() -> frozenset[str]:
    return grammar().linking | grammar().small | words("held_there")


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
    parted = "that" in trigger.sentence.lows[name.last : trigger.first]  # "said by telephone from X that the meeting"
    inside = phrase_start(trigger.sentence, trigger.first) <= name.first < trigger.first
    return name.named.reading == "place" and not continent and inside and not parted


def _where_clause(trigger: Trigger) -> list[Name]:
    """As in "… to Israel on Wednesday, where he will meet …": the place before "where"."""
    low, _ = trigger.clause
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
    if name.governor is None and _before_article(trigger.sentence, name) in words("going_to_see"):
        return True
    leaves = name.governor == "for" and before in words("departures")
    sent = name.governor == "to" and before in words("travellers")
    return leaves or sent or (name.governor in {"to", "in"} and before in words("travel_verbs", "departures"))


def _before_article(sentence: Sentence, name: Name) -> str:
    """The word before a name, as in "visiting the Philippines": past its article."""
    at = name.first - 1 - (name.first > 1 and sentence.lows[name.first - 1] == "the")
    return sentence.lows[at] if at >= 0 else ""


def _opening_stay(trigger: Trigger) -> list[Name]:
    """As in "While in Oslo on Friday, he will meet …", "During his stay in Oslo, …": where whoever meets then is."""
    sentence, (low, _) = trigger.sentence, trigger.clause
    if sentence.tokens[0].low not in words("stay_openers") or low == 0:
        return []
    ahead = [n for n in sentence.names if n.last <= low and is_place(n) and n.governor in {"in", "to", "at"}]
    return [n for n in ahead if sentence.tokens[n.governor_at - 1].low in words("stays")][:1]


def _welcomed_to(trigger: Trigger, name: Name) -> bool:
    """As in "welcomed President X of Y to the White House"."""
    exact = name.named.place is not None and name.named.place.precision in {"site", "city"}
    received = sentence_word(trigger) in words("receiving_verbs") and name.first >= trigger.last
    return received and exact and name.governor == "to" and _near_enough(trigger, name)


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
    return state_place(name, "candidate_venue")


def state_place(name: Name, role: PlaceRole) -> Said[Place] | None:
    """The land of a state or of a person's state."""
    actor = name.named.actor
    land = state(actor.country, "host") if actor else None
    place = Names.load().land(land.country) if land else None
    return Said(as_place(place, role), name.named.start, name.named.end) if place else None


def _told_there(trigger: Trigger, name: Name) -> bool:
    """As in "told a news conference in Oslo on Monday that the summit …": where it was told, and not where they meet."""
    said = any(last <= name.first for _, last in trigger.sentence.says)
    return said and "that" in trigger.sentence.lows[name.last : trigger.first]


def _kept_there(trigger: Trigger, name: Name) -> bool:
    """As in "met to discuss hostages being held in Ruritania": where others are, and not who meets."""
    lows, at = trigger.sentence.lows, name.governor_at - 1
    kept = trigger.kind.frame == "meeting" and trigger.last + NEXT < at and lows[at] in words("kept_there")
    return kept and (lows[at] != "held" or lows[at - 1] in words("held_so"))  # "talks between X and Y held in Z"


def venues(trigger: Trigger, status: str) -> tuple[Said[Place], ...]:
    """Places where a meeting is, or may be, held."""
    sentence = trigger.sentence
    role: PlaceRole = "candidate_venue" if status in {"proposed", "declined"} else "venue"
    inside = in_scope(trigger)
    inside = tuple(n for n in inside if not any(n.last <= first <= n.last + 1 for first, _ in sentence.says))
    inside = tuple(n for n in inside if not _told_there(trigger, n) and not _kept_there(trigger, n))
    found = [n for n in inside if _located(sentence, n) and not possessive(sentence, n) and _near_enough(trigger, n)]
    found += [n for n in inside if _premodifies(trigger, n) or (trigger.kind.frame == "exchange" and n.governor == "into")]
    if trigger.pattern.card.form == "visit" or trigger.pattern.card.id == "summit.verb.host":
        found += [n for n in inside if trigger.last <= n.first < trigger.last + NEXT and n.governor in {"to", None, "in"}]
        found += [n for n in inside if _welcomed_to(trigger, n)]
    found += [n for n in _where_clause(trigger) if status not in {"occurred", "ongoing"} or n.governor != "for"]
    found += _opening_stay(trigger)
    suggested = (
        [said_place(n, "candidate_venue") or state_place(n, "candidate_venue") for n in _suggested(trigger)] if status == "proposed" else []
    )
    return in_order([*(said_place(name, role) for name in found), *suggested])


def here(document: Document, trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "talks that were to be held here on Friday": where the story is told from."""
    tokens, dateline = trigger.sentence.tokens, document.told_from(trigger.sentence.index)
    near = tokens[trigger.last : trigger.last + HERE_REACH]
    said = (any(token.low == "here" for token in near) or _come_here(trigger)) and dateline is not None
    return in_order([said_place(dateline, "venue")]) if said and dateline else ()


def _come_here(trigger: Trigger) -> bool:
    """As in "arrived here on Wednesday on an official visit"."""
    lows, (low, _) = trigger.sentence.lows, trigger.clause
    pairs = pairwise(lows[low : trigger.first])
    return any(other == "here" and one in words("arrivals", "travel_verbs") for one, other in pairs)


def host_land(trigger: Trigger, names: Sequence[Name]) -> tuple[Said[Place], ...]:
    """As in "Trump hosted Zelensky": where nothing else is told, at the host's."""
    hosting = trigger.pattern.card.id == "summit.verb.host" and sentence_word(trigger) in words("host_verbs")
    host = [n for n in names if n.last <= trigger.first] if hosting else []
    return in_order([state_place(n, "venue") for n in host[-1:]])


def sentence_word(trigger: Trigger) -> str:
    return trigger.sentence.tokens[trigger.last - 1].low


def handovers(trigger: Trigger, status: str) -> tuple[Said[Place], ...]:
    """Where people change hands: a crossing, an airport or a town in the clause, but not where they were held, taken or talked of."""
    role: PlaceRole = "candidate_venue" if status in {"proposed", "declined"} else "venue"
    sentence = trigger.sentence
    low, high = trigger.clause
    inside = [n for n in sentence.names if min(low, trigger.low) <= n.first < max(high, trigger.high) and is_place(n)]
    found = [n for n in inside if _is_handover(sentence, n)]
    return in_order([said_place(n, role) for n in (*found, *_where_clause(trigger))])


def _is_handover(sentence: Sentence, name: Name) -> bool:
    tokens = sentence.tokens
    place, edge = name.named.place, tokens[name.last].low if name.last < len(tokens) else ""
    within = name.governor == "of" and tokens[name.governor_at - 1].low in words("place_nouns")
    if not (within or name.governor in words("handover_prepositions")) or possessive(sentence, name):
        return False
    broad = place is not None and place.precision == "country"
    if place is None or place.precision == "sea":
        return False
    if broad and (name.governor not in words("venue_prepositions") or edge in words("frontiers")):
        return False
    near = range(max(name.governor_at - HELD_REACH, 0), max(name.governor_at, 0))
    held = {at for at in near if tokens[at].low == "held" and tokens[at + 1].low in words("place_nouns")}  # "in the rebel-held town of"
    before = {tokens[at].low for at in near if at not in held}
    if any(name.last <= first <= name.last + SPOKEN for first, _ in sentence.says):
        return False
    kept = before & words("befell", "captivity", "topics")
    return not kept and (name.governor != "to" or bool(before & words("journeys")))


def arrivals(document: Document, first: int, last: int) -> tuple[Said[Place], ...]:
    """Where the sentences around an exchange, from `first` to `last`, say that people arrived, crossed or were handed over."""
    for sentence in document.sentences[max(first, 0) : last + 1]:
        if not words("handing").isdisjoint(sentence.lows):
            places = [n for n in sentence.names if is_place(n) and _is_handover(sentence, n)]
            told = in_order([said_place(n, "venue") for n in places if n.named.place and n.named.place.precision not in {"country", "sea"}])
            if told:
                return told
    return ()


def dateline(document: Document, capitals: frozenset[str]) -> tuple[Said[Place], ...]:
    """The town from which the story is told, where that is no capital: nobody files from a crossing unless something happens there."""
    named = document.sentences[0].page.named[0][:1] if document.sentences else ()
    spot = [n for n in named if n.place and n.place.precision in {"city", "site"} and n.text.isupper() and n.start < DATELINE]
    return tuple(Said(as_place(n.place, "venue"), n.start, n.end) for n in spot if n.place and n.place.name not in capitals)
