"""What a visit is for: the talks that its people hold there take its days and its place, and it is no meeting beside them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from schemas.events import When
from services.normalizer.reading import spans
from services.normalizer.reading.candidates import Candidate, Said
from services.normalizer.reading.fitting import form_of
from services.normalizer.reading.grammar import words
from services.normalizer.reading.happening import PHASES, Happening, persons, sides
from services.normalizer.reading.status import State
from services.normalizer.reading.turning import fitted

# Talks are told within so many sentences of the visit that they are part of.
NEAR = 8
# Of a hostile text no more visits than this are looked at for each meeting.
LATEST = 12


def is_visit(candidate: Candidate) -> bool:
    trigger = candidate.trigger
    return form_of(candidate) == "visit" or trigger.sentence.tokens[trigger.last - 1].low in words("visiting")


def settle_visits(happenings: Sequence[Happening], told: Sequence[tuple[Candidate, bool]]) -> tuple[Happening, ...]:
    """The same happenings; talks take the days and the place of their visit, told as one of its own or not, and swallow it."""
    journeys = [candidate for candidate, whole in told if not whole and candidate.places and is_visit(candidate)]
    settled = list(happenings)
    for n, happening in enumerate(settled):
        if not _is_talks(happening):
            continue
        visit = next((h for h in settled[max(n - LATEST, 0) : n + LATEST] if _is_only_visit(h) and _is_of(h.members[0], happening)), None)
        journey = visit.members[0] if visit else next((c for c in _near(journeys, happening) if _is_of(c, happening)), None)
        if journey is not None:
            settled[n] = _part_of(happening, journey)
    return tuple(h for h in settled if not (_is_only_visit(h) and any(_is_of(h.members[0], t) for t in settled if _is_talks(t))))


def _is_talks(happening: Happening) -> bool:
    first = happening.members[0]
    return first.trigger.kind.frame == "meeting" and form_of(first) != "call" and not _is_only_visit(happening)


def _is_only_visit(happening: Happening) -> bool:
    return all(form_of(member) == "visit" for member in happening.known)


def _near(journeys: Sequence[Candidate], happening: Happening) -> list[Candidate]:
    """The latest visits told before the talks, the nearest first."""
    at = happening.members[0].trigger.sentence.index
    return [c for c in reversed(journeys) if 0 <= at - c.trigger.sentence.index <= NEAR][:LATEST]


def _is_of(visit: Candidate, talks: Happening) -> bool:
    """Whether the visitor is one of those who talk, with people of the land that he visits, at a time that may be the visit's."""
    abs_gap = abs(talks.members[0].trigger.sentence.index - visit.trigger.sentence.index)
    lands = {said.value.country for said in visit.places} | (sides([visit]) - {visit_home(visit)})
    whens = [m.when.value for m in talks.known if m.when]
    in_time = visit.when is None or all(spans.meet(visit.when.value, when) for when in whens)
    before = PHASES[visit.status] == "past" and talks.phase == "future"
    return (
        abs_gap <= NEAR
        and bool(persons([visit]) & persons(talks.known))
        and bool(lands & talks.sides)
        and in_time
        and (before or PHASES[visit.status] == talks.phase)
    )


def visit_home(visit: Candidate) -> str | None:
    """The side of the visitor."""
    return next((said.value.country for said in visit.parties if said.value.type == "person"), None)


def _turned(talks: Happening, visit: Candidate) -> Said[When] | None:
    """As in "may meet X when he comes to Rome on Friday": the day of the visit, on the side where the talks are."""
    published, told = visit.trigger.sentence.page.anchor.date, visit.when
    if told is None or PHASES[visit.status] == talks.phase:
        return told
    expression = told.value.basis.expression or ""
    return replace(told, value=fitted(told.value, expression, talks.members[0].status, published))


def _part_of(talks: Happening, visit: Candidate) -> Happening:
    """The talks with the visit as one more member, which tells nothing of their state, nor the day of arrival of talks to come."""
    long = visit.when is not None and (days := spans.days(visit.when.value)) is not None and days[0] != days[1]
    lends_day = long or PHASES[visit.status] == talks.phase
    quiet = State(talks.members[0].status, visit.trigger.first, visit.trigger.last, 0.0)
    when = _turned(talks, visit) if lends_day and not any(m.when for m in talks.members) else None
    places = visit.places if not any(m.places for m in talks.members) else ()
    return Happening([*talks.members, replace(visit, state=quiet, when=when, places=places, parties=(), refers=True)])
