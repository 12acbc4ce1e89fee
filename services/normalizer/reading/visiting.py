"""Whom a traveller in office visits, where only he is named: the land that he goes to, on a visit that is one of state."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from schemas.events import Participant, Place
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.document import Document
from services.normalizer.reading.going_abroad import holds_office, meets_officials
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.placing import in_order, said_place
from services.normalizer.reading.status import State
from services.normalizer.reading.triggers import phrase_start

# "arrived here on Wednesday on a four-day official visit": so many words before the noun.
AHEAD = 14
# "is in Oslo for border talks": so many words from "for".
PURPOSE = 4


def stays_days(trigger: Trigger, parties: Sequence[Said[Participant]]) -> bool:
    """As in "Minister X will arrive on Saturday for a two-day visit": of whoever holds an office, and stays for days."""
    lows, start = trigger.sentence.lows, phrase_start(trigger.sentence, trigger.first)
    near = [time for time in trigger.sentence.times if start - 2 <= time.first <= trigger.first]
    long = any(time.expression.type == "DURATION" for time in near)
    journeys = words("arrivals", "travel_verbs", "departures", "endings", "beginnings", "pays")
    goes = not journeys.isdisjoint(lows[max(start - AHEAD, 0) : start])
    return trigger.noun and long and goes and in_office(trigger, parties) and not _only_when(trigger)


def _only_when(trigger: Trigger) -> bool:
    """As in "may meet X when he visits Oslo": only the day of the meeting that is told before."""
    low, _ = trigger.clause
    return trigger.sentence.lows[low] == "when" and any(first < low for first in trigger.others)


def heads_abroad(trigger: Trigger, parties: Sequence[Said[Participant]], told: State, *, timed: bool) -> bool:
    """As in "when President X visits Oslo on May 6": a head of state or government is awaited where he will go on a day that is told."""
    planned = told.status == "scheduled" and timed and not _only_when(trigger)
    return planned and any(said.value.country and holds_office(trigger, said, "heads_of_lands") for said in parties)


def talks_there(trigger: Trigger, parties: Sequence[Said[Participant]]) -> bool:
    """As in "Minister X will discuss fish during a visit to Ruritania": what he comes to discuss is discussed there."""
    lows, (low, _) = trigger.sentence.lows, trigger.clause
    ahead = lows[max(low - AHEAD, 0) : trigger.first]
    beside = trigger.noun and not {"during", "on"}.isdisjoint(ahead[-PURPOSE:])
    named = [n for n in trigger.sentence.names if n.last <= trigger.first and n.named.actor is not None]
    told = (*parties, *(Said(n.named.actor, n.named.start, n.named.end) for n in named if n.named.actor is not None))
    return beside and not words("discussing").isdisjoint(ahead) and in_office(trigger, told)


def goes_to_discuss(trigger: Trigger, parties: Sequence[Said[Participant]]) -> bool:
    """As in "Minister X will visit Ruritania in May to prepare for a summit", "… to discuss fish": with those at home there."""
    behind = trigger.sentence.lows[trigger.last : trigger.clause[1]][:AHEAD]
    purposes = words("discussing", "readying", "negotiating")
    return any(one == "to" and other in purposes for one, other in pairwise(behind)) and in_office(trigger, parties)


def visited_town(document: Document, trigger: Trigger, names: Sequence[Name]) -> tuple[Said[Place], ...]:
    """As in "LONDON, May 5 - King X of Ruritania begins a state visit on Tuesday": where nothing else is told, where it is told from."""
    own = trigger.sentence.lows[trigger.first : trigger.last]
    town = document.told_from(trigger.sentence.index)
    homes = {n.named.actor.country for n in names if n.named.actor is not None}
    if town is None or own not in {("state", "visit"), ("official", "visit")} or not homes or town.named.place is None:
        return ()
    here = document.opens_at(trigger.sentence.index) == 0 and town.named.place.country not in homes
    return in_order([said_place(town, "venue")]) if here else ()


def goes_for_talks(trigger: Trigger, parties: Sequence[Said[Participant]]) -> bool:
    """As in "Minister X is visiting Ruritania for talks on trade", "is in Oslo for border talks": with those at home there."""
    lows, (low, high) = trigger.sentence.lows, trigger.clause
    start = phrase_start(trigger.sentence, trigger.first)
    at = next((n for n in range(trigger.first - 1, max(start - PURPOSE, low) - 1, -1) if lows[n] == "for"), None)
    if at is None or trigger.pattern.card.id != "summit.noun.talks" or not in_office(trigger, parties):
        return False
    going = not words("travel_verbs", "arrivals", "departures", "going_to_see").isdisjoint(lows[max(low, at - AHEAD) : at])
    alone = "with" not in lows[trigger.last : high] or meets_officials(trigger)
    return alone and (going or any(_is_there(trigger, n) for n in trigger.sentence.names if low <= n.first < at))


def _is_there(trigger: Trigger, name: Name) -> bool:
    """As in "X is in Oslo"."""
    at = name.governor_at - 1
    return name.named.place is not None and name.governor == "in" and at > 0 and trigger.sentence.lows[at] in {"is", "was", "be"}


def receives(candidate: Candidate) -> bool:
    """As in "President X received African leaders in Oslo": guests who are told by their rank alone, of an officeholder and at a place."""
    lows, last = candidate.trigger.sentence.lows, candidate.trigger.last
    host = candidate.trigger.pattern.card.id == "summit.verb.host" and lows[last - 1] in words("host_verbs")
    return host and bool(candidate.places) and in_office(candidate.trigger, candidate.parties)


def in_office(trigger: Trigger, parties: Sequence[Said[Participant]]) -> bool:
    """Whether one of the people named holds an office of his land."""
    people = [said for said in parties if said.value.type == "person" and said.value.country]
    return any(holds_office(trigger, said) or holds_office(trigger, said, "delegated") for said in people)
