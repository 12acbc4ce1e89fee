"""Against whom, where no word says so: between sides at war the place that is hit tells the other side."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from schemas.events import Participant, Place
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Document
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.happening import Happening
from services.normalizer.reading.rules import Kind
from services.normalizer.reading.states import state

# "attacked two of its": so many words from the blow to whose things it hits.
OWNER_REACH = 4
# "The Ruritanians have again denied": so many words from the name to the denial.
DENIER_REACH = 3
# "government air and artillery strikes": so many words.
ARMED = 5


def owner_of_struck(trigger: Trigger, attacking: Sequence[Name]) -> tuple[Name, ...]:
    """As in "Ruritania said jets of Graustark had hit two of its rigs": the only other state that the sentence tells of before."""
    lows, named = trigger.sentence.lows, [n for n in trigger.sentence.names if n.last <= trigger.first and _state_named(n)]
    near = range(trigger.last, min(trigger.last + OWNER_REACH, trigger.high - 1))
    at = next((n for n in near if lows[n] in words("whose_things")), None)
    foreign = at is not None and lows[at + 1] in words("no_own_things")
    if at is None or foreign or not attacking or "," in lows[trigger.last : at]:
        return ()
    striking = {_state_named(n) for n in attacking}
    owners = {_state_named(n): n for n in named if n.governor is None and _state_named(n) not in striking}
    return tuple(owners.values()) if len(owners) == 1 else ()


def _state_named(name: Name) -> str | None:
    actor = name.named.actor
    return actor.name if actor is not None and actor.type == "state" else None


def other_side(kind: Kind, parties: Sequence[Said[Participant]], places: Sequence[Said[Place]]) -> tuple[Said[Participant], ...]:
    """Between states at war the place hit, or the side told, tells the other side."""
    known = {said.value.country for said in parties if said.value.type == "state"}
    hit = next((place for place in places if place.value.role != "origin" and place.value.precision != "sea"), None)
    pairs = kind.adversaries
    if hit is None:
        return ()
    country = hit.value.country
    odds = next((other for one, other in kind.disputed if {one} == known and country in {one, None}), None)
    if odds and not any(said.value.role == "target" for said in parties):
        side = state(odds, "target")
        return (Said(side, hit.start, hit.end),) if side else ()
    if _crosses(kind, parties, country):
        side = state(country, "target")
        return (Said(side, hit.start, hit.end),) if side else ()
    if known - {country} and country not in known and any({country, other} == set(pair) for pair in pairs for other in known - {country}):
        side = state(country, "target")
        return (Said(side, hit.start, hit.end),) if side else ()
    return ()


def own_government(trigger: Trigger, attacking: Sequence[Name], places: Sequence[Said[Place]]) -> tuple[Said[Participant], ...]:
    """As in "government strikes on a town", "army jets bombed …", where a land fights its own war: its state strikes."""
    if attacking:
        return ()
    first = max(trigger.first - ARMED, trigger.clause[0])
    near = range(first, trigger.first)
    at = next((n for n in near if trigger.sentence.lows[n] in words("own_forces")), None)
    if at is not None and at > 0 and trigger.sentence.lows[at - 1] in words("pointers"):
        return ()  # "the army hit a school": the one that was told before
    hit = next((place for place in places if place.value.country in trigger.kind.contested), None)
    side = state(hit.value.country, "attacker") if hit is not None and at is not None else None
    owned = at is not None and any(n.last >= at - 1 and n.first <= at for n in trigger.sentence.names)
    behind = trigger.sentence.lows[at + 1 : trigger.first] if at is not None else ()
    plain = all(low in words("own_arms") for low in behind) and not owned
    return (Said(side, trigger.sentence.tokens[at].start, trigger.sentence.tokens[at].end),) if side and at is not None and plain else ()


def _crosses(kind: Kind, parties: Sequence[Said[Participant]], country: str | None) -> bool:
    """As in "Hezbollah rockets hit a town in Israel": a group that strikes another land than its own attacks that land's state."""
    striking = {said.value.country for said in parties if said.value.role == "attacker" and said.value.name in kind.raiders}
    told = any(said.value.role == "target" for said in parties)
    return bool(striking) and country not in striking and not told


def enemy_who_denies(
    document: Document, trigger: Trigger, parties: Sequence[Said[Participant]], places: Sequence[Said[Place]]
) -> tuple[Name, ...]:
    """As in "Two missiles hit a Ruritanian town. Graustark denied responsibility": the state at war with the one struck, or a group."""
    struck = {said.value.country for said in parties if said.value.role == "target" and said.value.type == "state"}
    struck = struck or {said.value.country for said in places}
    enemies = {other for pair in trigger.kind.adversaries for other in pair if struck & set(pair)} - struck
    if trigger.pattern.card.id.endswith((".harm", ".toll")):
        return ()
    near = document.sentences[trigger.sentence.index : trigger.sentence.index + 2]
    found = (n for sentence in near for first in sentence.denials for n in sentence.names if first - DENIER_REACH <= n.last <= first)
    return tuple(n for n in found if (actor := n.named.actor) and (actor.country in enemies or _is_group(actor, struck)))[:1]


def _is_group(actor: Participant, struck: Collection[str | None]) -> bool:
    """As in "The rebels denied their men had fired it": no bloc, and of some land, unless nobody knows whose was struck."""
    return actor.type == "organisation" and actor.name not in words("blocs") and not (struck and actor.country is None)


def face_others(happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """The same happenings; as in "Another Russian missile hit a house in Kharkiv": what one word names and another hits tells the side."""
    return tuple(_facing(one) if one.members[0].trigger.kind.frame == "directed" else one for one in happenings)


def _facing(happening: Happening) -> Happening:
    first, *rest = happening.members
    parties = tuple(said for member in happening.known for said in member.parties)
    if not any(said.value.role == "attacker" for said in parties) or any(said.value.role == "target" for said in parties):
        return happening
    places = tuple(said for member in happening.known for said in member.places)
    return Happening([replace(first, parties=(*first.parties, *other_side(first.trigger.kind, parties, places))), *rest])
