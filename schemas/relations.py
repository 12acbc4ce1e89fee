"""How events hang together by what they are: follows, prepares, part of, alternative to. A function of their states, across kinds.

`CanonicalEvent.links` is what texts tell, and stands in the log. What is here follows from the events themselves and is worked out
when it is asked for: a new event changes what its neighbours follow, and that is no news of the neighbours (docs/adr/0009).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.events import CanonicalEvent, Link

FOLLOWS = timedelta(days=180)  # a later meeting or exchange of the same parties
PREPARES = timedelta(days=60)  # what was held while another was already planned between them
AT_LEAST_TWO, AT_LEAST_THREE = 2, 3
PLANS = frozenset({"proposed", "scheduled", "postponed"})
HELD = frozenset({"ongoing", "occurred"})
REFUSED = frozenset({"declined", "cancelled"})
NOT_A_PARTY = frozenset({"mediator", "released"})
ROUGH = frozenset({"month", "year", "unknown"})
OUTLINED = ("event_id", "kind", "status", "merged_into", "when", "where", "participants", "status_history", "details")
"""The fields of an event that relations are told by."""
STRIKE, SUMMIT = "strike", "summit"


@dataclass(frozen=True, slots=True)
class Outline:
    """What relations are told by. `first`, `last`: its days, else the day it was first told; `places`: own and containing names."""

    event: CanonicalEvent
    parties: frozenset[str]
    first: date | None
    last: date | None
    known: date | None
    own: frozenset[str]
    places: frozenset[str]

    @property
    def kind(self) -> str:
        return self.event.kind


def relations(event: CanonicalEvent, others: Iterable[CanonicalEvent]) -> tuple[Link, ...]:
    """The relations of one event to others, sorted. `others` holds at least those that share one of its `linking` parties within `FOLLOWS`
    and are no strikes, or, of a strike, the strikes of the same days; what is more, merged or retracted does no harm, in whatever order.
    """
    one = outline(event)
    living = {other.event_id: outline(other) for other in others if other.event_id != event.event_id and _lives(other)}
    near = [living[name] for name in sorted(living)]
    if not _lives(event) or one.first is None:
        return ()
    found = {(link.relation, link.event_id, link.reason): link for link in (*_parts(one, near), *_before(one, near), *_after(one, near))}
    return tuple(found[key] for key in sorted(found))


def outline(event: CanonicalEvent) -> Outline:
    """An event reduced to what relations are told by."""
    first, last = days(event)
    spots = [place for place in event.where if place.role != "origin"]
    return Outline(
        event=event,
        parties=_parties(event),
        first=first,
        last=last,
        known=_known(event),
        own=frozenset(place.name for place in spots if place.precision != "country"),
        places=frozenset(name for place in spots for name in (place.name, *place.within)),
    )


def days(event: CanonicalEvent) -> tuple[date | None, date | None]:
    """The first and the last day of an event, else the day on which it was first told."""
    start, end = event.when.start or event.when.end, event.when.end or event.when.start
    if not start or not end:
        return _known(event), _known(event)
    return date.fromisoformat(start[:10]), date.fromisoformat(end[:10])


def linking(event: CanonicalEvent) -> frozenset[str]:
    """The parties by which an event may hang together with others, which share at least one: of a strike those who struck, else all, if
    they are two. Of what is merged or retracted, none.
    """
    if not _lives(event):
        return frozenset()
    if event.kind == STRIKE:
        return _attackers(event)
    parties = _parties(event)
    return parties if len(parties) >= AT_LEAST_TWO else frozenset()


def _known(event: CanonicalEvent) -> date | None:
    return next((step.known_at.date() for step in event.status_history if step.known_at), None)


def _parties(event: CanonicalEvent) -> frozenset[str]:
    return frozenset(_party(who.country, who.name) for who in event.participants if who.role not in NOT_A_PARTY | {"host"})


def _party(country: str | None, name: str) -> str:
    return country or name.casefold()


def _lives(event: CanonicalEvent) -> bool:
    return event.merged_into is None and event.status != "retracted"


def _parts(one: Outline, near: Sequence[Outline]) -> Iterator[Link]:
    for other in near:
        if reason := _part_of(one, other):
            yield Link(event_id=other.event.event_id, relation="part_of", reason=reason)
        if reason := _part_of(other, one):
            yield Link(event_id=other.event.event_id, relation="has_part", reason=reason)


def _part_of(part: Outline, whole: Outline) -> str | None:
    if part.kind != whole.kind or not _same_days(part, whole):
        return None
    return _hit_of_a_wave(part, whole) if part.kind == STRIKE else _talks_within(part, whole)


def _hit_of_a_wave(hit: Outline, wave: Outline) -> str | None:
    """A wave is told of a country as a whole; whoever struck a town of it then, struck as a part of the wave."""
    mine, yours = _attackers(hit.event), _attackers(wave.event)
    if not hit.own or wave.own or not wave.places & hit.places or not mine or mine != yours:
        return None
    return "a strike on a place in the country, by the same side at the same time"


def _talks_within(part: Outline, whole: Outline) -> str | None:
    inner = len(part.parties) >= AT_LEAST_TWO and len(whole.parties) >= AT_LEAST_THREE and part.parties < whole.parties
    together = part.own & whole.places | whole.own & part.places
    if not inner or not together or "call" in {part.event.details.get("form"), whole.event.details.get("form")}:
        return None
    return "some of those who met, at the same place and time"


def _same_days(one: Outline, other: Outline) -> bool:
    whens = (one.event.when, other.event.when)
    if not all(when.start and when.precision not in ROUGH for when in whens):
        return False
    return bool(one.first and one.last and other.first and other.last and one.first <= other.last and other.first <= one.last)


def _attackers(event: CanonicalEvent) -> frozenset[str]:
    return frozenset(_party(who.country, who.name) for who in event.participants if who.role == "attacker")


def _before(one: Outline, near: Sequence[Outline]) -> Iterator[Link]:
    """What it follows, what stands in for it or it for, of those before it; the nearest alone."""
    for other in _nearest([other for other in near if _comparable(one, other) and _earlier(other, one)]):
        yield _to_earlier(one, other)
    yield from (Link(event_id=o.event.event_id, relation="follows", reason=_prepared(o, one)) for o in near if _prepares(o, one))


def _after(one: Outline, near: Sequence[Outline]) -> Iterator[Link]:
    """What it prepares, and, where it was refused, what stands in for it: later events of which it is the nearest before."""
    yield from (Link(event_id=o.event.event_id, relation="prepares", reason=_prepared(one, o)) for o in near if _prepares(one, o))
    if one.event.status in REFUSED:
        for other in (other for other in near if _comparable(one, other) and _earlier(one, other)):
            rivals = [third for third in (*near, one) if third is not other and _comparable(other, third) and _earlier(third, other)]
            if one in _nearest(rivals):
                yield Link(event_id=other.event.event_id, relation="alternative_to", reason=_instead(one))


def _to_earlier(one: Outline, other: Outline) -> Link:
    if other.event.status in REFUSED:
        return Link(event_id=other.event.event_id, relation="alternative_to", reason=_instead(other))
    reason = f"the same parties, {_days(other, one)} days later; none between"
    return Link(event_id=other.event.event_id, relation="follows", reason=reason)


def _comparable(one: Outline, other: Outline) -> bool:
    """The same parties, in a kind that is a matter of parties: strikes on one town make no sequence that anybody tells."""
    return one.kind == other.kind != STRIKE and len(one.parties) >= AT_LEAST_TWO and one.parties == other.parties


def _earlier(one: Outline, other: Outline) -> bool:
    return bool(one.last and other.first and one.last < other.first and other.first - one.last <= FOLLOWS)


def _nearest(earlier: Sequence[Outline]) -> list[Outline]:
    """Those of the latest day, where there are several all of them."""
    latest = max((other.last for other in earlier if other.last), default=None)
    return [other for other in earlier if other.last == latest]


def _prepares(early: Outline, late: Outline) -> bool:
    """Held while the later one was already on the table between the same parties, or between some of them."""
    if early.event.status not in HELD or STRIKE in {early.kind, late.kind} or early.kind not in {late.kind, SUMMIT}:
        return False
    if not (early.last and late.first and late.known and early.last < late.first and late.first - early.last <= PREPARES):
        return False
    planned = late.event.status_history[0].status in PLANS and late.known <= early.last + timedelta(days=1)
    return planned and len(late.parties) >= AT_LEAST_TWO and late.parties <= early.parties


def _prepared(early: Outline, late: Outline) -> str:
    return f"held {_days(early, late)} days before it between the same parties, while it was {late.event.status_history[0].status}"


def _instead(refused: Outline) -> str:
    return f"the same parties; the earlier one was {refused.event.status}"


def _days(early: Outline, late: Outline) -> int:
    return (late.first - early.last).days if late.first and early.last else 0
