"""Who goes to a meeting in another land, and so meets others there, though nobody else is named."""

from __future__ import annotations

from schemas.events import Participant
from services.normalizer.reading.candidates import Candidate, Said, Trigger
from services.normalizer.reading.grammar import words as lexical

# "will attend an emergency Paris meeting": so many words.
ATTENDING = 5
# "a meeting of his party"
OWN = frozenset({"his", "her", "their", "its"})


def attends_abroad(candidate: Candidate) -> bool:
    """As in "X will attend a meeting in Oslo on May 6": a minister who goes to a meeting in another land meets others there."""
    trigger = candidate.trigger
    goes = not lexical("attends").isdisjoint(trigger.sentence.lows[max(trigger.first - ATTENDING, 0) : trigger.first])
    homes, lands = {said.value.country for said in candidate.parties} - {None}, {said.value.country for said in candidate.places} - {None}
    in_office = any(said.value.type == "person" and said.value.country and _holds_office(candidate, said) for said in candidate.parties)
    dated = candidate.when is not None and candidate.when.value.precision in {"day", "hour", "minute"}
    return trigger.noun and goes and in_office and dated and bool(lands) and not lands & homes and _is_plain(trigger)


def _holds_office(candidate: Candidate, person: Said[Participant]) -> bool:
    """Whether the text calls him a minister, a president or the like."""
    named = [n for found in candidate.trigger.sentence.page.named for n in found if n.actor is not None]
    titles = [n.title.casefold().split() for n in named if n.title and n.actor and n.actor.name == person.value.name]
    return any(not lexical("holders").isdisjoint(title) for title in titles)


def _is_plain(trigger: Trigger) -> bool:
    """As in "attend a Paris meeting", "attend an emergency meeting"; not "a meeting of his party", "a book-club meeting"."""
    lows, names = trigger.sentence.lows, trigger.sentence.names
    at = next(n for n in range(trigger.first - 1, -1, -1) if lows[n] in lexical("attends"))
    held = {n for name in names for n in range(name.first, name.last)} | set(trigger.sentence.at_times)
    between = {lows[n] for n in range(at + 1, trigger.first) if n not in held}
    own = lows[trigger.last : trigger.last + 1] == ("of",) and not OWN.isdisjoint(lows[trigger.last + 1 : trigger.last + 3])
    return not own and between <= lexical("articles") | lexical("plain_meetings") | {"the", "in"}
