"""Who goes to a meeting in another land, and so meets others there, though nobody else is named."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Participant, Place
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.placing import in_order, said_place

# "will attend an emergency Paris meeting": so many words.
ATTENDING = 5
# "begins two days of economic talks": so many words; "talks in Oslo": so many code points.
BEGINNING, IN_TOWN = 7, 12
# "a visit to Oslo by Foreign Minister X for trade discussions": so many words from the visit, and from "for".
PURPOSE_REACH, PURPOSE_NEAR = 16, 4
# "talks with senior government officials": so many words.
OFFICIALS_REACH = 4
# "a meeting of his party"
OWN = frozenset({"his", "her", "their", "its"})


def attends_abroad(candidate: Candidate) -> bool:
    """As in "X will attend a meeting in Oslo on May 6": a minister who goes to a meeting in another land meets others there."""
    trigger = candidate.trigger
    goes = not lexical("attends").isdisjoint(trigger.sentence.lows[max(trigger.first - ATTENDING, 0) : trigger.first])
    homes, lands = {said.value.country for said in candidate.parties} - {None}, {said.value.country for said in candidate.places} - {None}
    in_office = any(said.value.type == "person" and said.value.country and holds_office(trigger, said) for said in candidate.parties)
    dated = candidate.when is not None and candidate.when.value.precision in {"day", "hour", "minute"}
    return trigger.noun and goes and in_office and dated and bool(lands) and not lands & homes and _is_plain(trigger)


def talks_abroad(trigger: Trigger, parties: Sequence[Said[Participant]], place: Said[Place]) -> bool:
    """As in "Minister X began two days of talks in Oslo": with those at home there, where nobody else is told."""
    lows, (_, high) = trigger.sentence.lows, trigger.clause
    begins = not lexical("has_talks").isdisjoint(lows[max(trigger.first - BEGINNING, 0) : trigger.first]) or _of_days(trigger)
    right_there = 0 <= place.start - trigger.sentence.tokens[trigger.last - 1].end <= IN_TOWN and "with" not in lows[trigger.last : high]
    ministers = any(said.value.type == "person" and said.value.country and holds_office(trigger, said) for said in parties)
    return trigger.pattern.card.id == "summit.noun.talks" and begins and right_there and ministers


def is_at_seat(trigger: Trigger, place: Said[Place]) -> bool:
    """As in "during a meeting with X at the White House": a seat of government, where its own people are met."""
    return place.value.precision == "site" and trigger.sentence.page.lexicon.participant(place.value.name) is not None


def _of_days(trigger: Trigger) -> bool:
    """As in "During two days of talks in Oslo, Minister X …": so long they went on."""
    lows = trigger.sentence.lows
    long = any(time.last in {trigger.first - 1, trigger.first - 2} for time in trigger.sentence.times)
    return lows[0] in lexical("opening") and lows[trigger.first - 1] == "of" and long


def meets_officials(trigger: Trigger) -> bool:
    """As in "flies to Ruritania for talks with government officials": officials of the land that one goes to."""
    behind = trigger.sentence.lows[trigger.last : trigger.last + OFFICIALS_REACH]
    stop = next((n for n, low in enumerate(behind) if low in lexical("closes_object")), len(behind))
    return trigger.sentence.lows[trigger.last - 1] == "with" and not lexical("home_officials").isdisjoint(behind[:stop])


def goes_to_talk(trigger: Trigger) -> bool:
    """As in "a visit to Oslo by Minister X for trade discussions": whoever goes there to talk is awaited there."""
    lows = trigger.sentence.lows[trigger.last : trigger.last + PURPOSE_REACH]
    at = next((n for n, low in enumerate(lows) if low == "for"), None)
    purpose = lows[at + 1 : at + 1 + PURPOSE_NEAR] if at is not None else ()
    with_officials = not lexical("home_officials").isdisjoint(purpose)
    return not lexical("discussions").isdisjoint(purpose) and ("with" not in purpose or with_officials)


def is_invited(candidate: Candidate) -> bool:
    """As in "President X has invited Prime Minister Y to visit Oslo": one leader asks another of another land over."""
    trigger = candidate.trigger
    lows, (low, _) = trigger.sentence.lows, trigger.clause
    at = next((n for n in range(trigger.first - 1, low, -1) if lows[n] in lexical("invites")), None)
    if at is None or candidate.status != "proposed" or lows[trigger.first : trigger.last] != ("to", "visit"):
        return False
    people = [said for said in candidate.parties if said.value.type == "person" and said.value.country]
    tokens = trigger.sentence.tokens
    asking = {said.value.country for said in people if said.end <= tokens[at].start}
    asked = {said.value.country for said in people if tokens[at].end <= said.start < tokens[trigger.first].start}
    return bool(asking) and bool(asked) and not asking & asked


def holds_office(trigger: Trigger, person: Said[Participant], offices: str = "holders") -> bool:
    """Whether the text calls him a minister, a president or the like."""
    named = [n for found in trigger.sentence.page.named for n in found if n.actor is not None]
    own = [n for n in named if n.actor and n.actor.name == person.value.name]
    titles = [(n.title or n.text).casefold().split() for n in own]
    return any(not lexical(offices).isdisjoint(title) for title in titles)


def _is_plain(trigger: Trigger) -> bool:
    """As in "attend a Paris meeting", "attend an emergency meeting"; not "a meeting of his party", "a book-club meeting"."""
    lows, names = trigger.sentence.lows, trigger.sentence.names
    at = next(n for n in range(trigger.first - 1, -1, -1) if lows[n] in lexical("attends"))
    held = {n for name in names for n in range(name.first, name.last)} | set(trigger.sentence.at_times)
    between = {lows[n] for n in range(at + 1, trigger.first) if n not in held}
    own = lows[trigger.last : trigger.last + 1] == ("of",) and not OWN.isdisjoint(lows[trigger.last + 1 : trigger.last + 3])
    return not own and between <= lexical("articles", "plain_meetings") | {"the", "in"}


def invited_to(trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "X has invited Y to Ruritania for talks": where they would be held."""
    sentence, (low, _) = trigger.sentence, trigger.clause
    at = next((n for n in range(trigger.first - 1, low, -1) if sentence.lows[n] in lexical("invites")), None)
    asked = [n for n in sentence.names if at is not None and at < n.first and n.last <= trigger.first and n.governor == "to"]
    return in_order([said_place(n, "candidate_venue") for n in asked if n.named.place is not None][-1:])
