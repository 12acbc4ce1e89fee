"""Who meets: the parties of a meeting, named by its own words or meant by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from schemas.events import Participant, ParticipantRole, Place
from services.normalizer.reading.acting import is_party, side, sides_of
from services.normalizer.reading.attending import after, between, opened, over_relative, premodifiers, relative, subjects
from services.normalizer.reading.blocs import bloc_told
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Document
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.most_named import most_named
from services.normalizer.reading.own_office import own_office
from services.normalizer.reading.own_word import tells_of_itself
from services.normalizer.reading.placing import land_of
from services.normalizer.reading.playing import in_role
from services.normalizer.reading.proposers import proposers
from services.normalizer.reading.standins import antecedents, fallbacks, owned, pair
from services.normalizer.reading.states import state

TWO, THREE = 2, 3
# An offer stands at most so many words before what is offered.
ROOF_REACH, ROOF_NEAR = 12, 4


def offers_roof(trigger: Trigger) -> bool:
    """As in "offered to host talks": whoever stands before is no party, unless he says with whom."""
    return trigger.noun and roof_at(trigger, "hosting") is not None


def _as_mediator(trigger: Trigger) -> bool:
    """As in "will join X as mediators for talks between …"."""
    lows = trigger.sentence.lows
    if words("go_betweens").isdisjoint(lows):
        return False
    start = max(trigger.clause[0], trigger.first - ROOF_REACH)
    return any(one == "as" and other in words("go_betweens") for one, other in pairwise(lows[start : trigger.first]))


def roof_at(trigger: Trigger, verbs: str) -> int | None:
    """Where a verb of `verbs` stands before talks that somebody offers, or could be, to host."""
    tokens, (low, _) = trigger.sentence.tokens, trigger.clause
    start = max(low, trigger.first - ROOF_REACH)
    near = range(max(trigger.first - ROOF_NEAR, start), trigger.first)
    at = next((n for n in near if tokens[n].low in words(verbs)), None)
    return at if at is not None and any(token.low in words("offers") for token in tokens[start:at]) else None


def under_own_roof(trigger: Trigger) -> tuple[Said[Place], ...]:
    """As in "Ruritania is ready to host talks": the land that offers it."""
    at = roof_at(trigger, "receiving") if trigger.noun else None
    hosts = [n for n in trigger.sentence.names if at is not None and n.last <= at and n.governor is None and is_party(n)]
    land = land_of(hosts[-1]) if hosts else None
    return (land,) if land else ()


def _wanted(trigger: Trigger) -> int:
    """How many sides the words themselves ask for: "trilateral" three, else two."""
    return THREE if not words("three_sided").isdisjoint(trigger.sentence.lows[max(trigger.first - TWO, 0) : trigger.last]) else TWO


def find_names(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """The names of those who meet, in the order of the text."""
    sentence = trigger.sentence
    found = list(between(sentence, trigger)) or list(owned(document, sentence, trigger)) or list(_between_them(document, trigger))
    if not found:
        found = [
            *relative(sentence, trigger),
            *subjects(sentence, trigger, trigger.low),
            *own_office(document, trigger),
            *after(sentence, trigger),
            *premodifiers(sentence, trigger),
            *opened(sentence, trigger),
            *proposers(trigger),
        ]
        if _of_bloc(trigger, found):
            return _in_order(found)
        if offers_roof(trigger) or _as_mediator(trigger):
            return tuple(n for n in found if n.first >= trigger.last) or pair(document, trigger, near=True)
        if len(sides_of(found)) < TWO:
            found = list(between(sentence, trigger, topic=True)) or found
        if len(sides_of(found)) < TWO:
            found.extend(over_relative(sentence, trigger))
        if len(sides_of(found)) < TWO:
            found.extend(
                tells_of_itself(trigger) or bloc_told(document, trigger) or pair(document, trigger) or most_named(document, trigger)
            )
        found.extend(antecedents(document, sentence, trigger, found))
        if not found and trigger.noun:
            found.extend(pair(document, trigger, anywhere=True))
    for name in fallbacks(document, trigger) if len(sides_of(found)) < _wanted(trigger) else ():
        known = name.named.actor is not None and (name.named.actor.country or name.named.actor.type != "person")
        if known and side(name) not in sides_of(found) and len(sides_of(found)) < _wanted(trigger):
            listed = [
                n for n in sentence.names if n.governor_at == name.governor_at >= 0 and is_party(n) and side(n) not in sides_of(found)
            ]
            found.extend([name, *(n for n in listed if n is not name)])
    return _in_order(found)


def _between_them(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """As in "a spokesman said a meeting between the leaders was needed": between nobody else."""
    at_once = trigger.noun and trigger.sentence.lows[trigger.last : trigger.last + TWO] in {("between", "the"), ("between", "both")}
    return pair(document, trigger) if at_once else ()


def _in_order(found: Iterable[Name]) -> tuple[Name, ...]:
    unique = {n.named.start: n for n in found}
    return tuple(unique[start] for start in sorted(unique))


def _of_bloc(trigger: Trigger, found: Sequence[Name]) -> bool:
    """As in "the G7 meeting", "a meeting of ASEAN's foreign ministers": those who meet are told in one word."""
    blocs = [n for n in found if n.named.actor is not None and n.named.actor.name in words("blocs")]
    return trigger.noun and any(n.last <= trigger.first or n.governor == "of" for n in blocs)


def _for_body(name: Name) -> bool:
    """As in "NATO Secretary General Mark Rutte" speaks for no state."""
    title = (name.named.title or name.named.text).casefold()
    return any(word in title for word in words("body_titles"))


def _master(actor: Participant | None) -> Participant | None:
    """As in "CIA Director X": the service that a man heads is his state's, which sits there in its place."""
    own = actor is not None and actor.name in words("services") and actor.country
    return (state(actor.country, "attendee") or actor) if own and actor else actor


def _is_side(actor: Participant) -> bool:
    """As in "the Taliban's minister X": who sits there for a group speaks for it, and not for the land."""
    return actor.type == "organisation" and actor.country is not None and actor.name not in words("arms_of_state")


def with_states(names: Sequence[Name], host: str | None = None) -> tuple[Said[Participant], ...]:
    """Each name as a participant, and beside each person the state that the person speaks for, unless it is named itself."""
    parties: dict[str, Said[Participant]] = {}
    for name in names:
        actor = _master(name.named.actor)
        if actor is not None:
            role: ParticipantRole = "host" if host and actor.name == host else "attendee"
            parties.setdefault(actor.name, Said(in_role(actor, role), name.named.start, name.named.end))
    named = {said.value.country for said in parties.values() if said.value.type == "state" or _is_side(said.value)}
    for name in names:
        actor = name.named.actor
        speaks = actor is not None and actor.type == "person" and not _for_body(name) and actor.country not in named
        spoken_for = state(actor.country, "attendee") if speaks and actor else None
        if spoken_for:
            parties.setdefault(spoken_for.name, Said(spoken_for, name.named.start, name.named.end))
    return tuple(parties.values())
