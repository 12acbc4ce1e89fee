"""What one happening of an article lends to another: whoever meets twice on one day is in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from msgspec.structs import replace

from schemas.events import Participant, Place, When
from services.normalizer.reading import dating, spans
from services.normalizer.reading.candidates import Candidate, Said
from services.normalizer.reading.document import Document
from services.normalizer.reading.exchanging import is_adjective
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.happening import Happening, persons, sides
from services.normalizer.reading.of_others import is_answer_to
from services.normalizer.reading.placing import RANK, arrivals, dateline
from services.normalizer.reading.playing import in_role
from services.normalizer.reading.speech_times import Time
from services.normalizer.reading.states import capitals, state
from services.normalizer.reading.struck import around, by_adjective, of_officials, of_the_attacked, of_the_defender, of_the_group

# Lenders are looked for among so many happenings.
LOOKED_AT = 24
# Groups of these lands deal with Israel.
ABROAD = frozenset({"PS", "LB"})
LENT = frozenset({"occurred", "ongoing"})


def _venues(happening: Happening) -> tuple[Said[Place], ...]:
    return tuple(said for member in happening.members for said in member.places)


def _is_call(happening: Happening) -> bool:
    first = happening.members[0]
    return any(name == "form" and said.value == "call" for name, said in first.details)


def _borrows(happening: Happening) -> bool:
    first = happening.members[0]
    held = first.trigger.kind.frame == "meeting" and first.status in LENT
    return held and not _is_call(happening) and not _venues(happening)


def _lends(other: Happening, happening: Happening) -> bool:
    whens = [m.when.value for m in (*other.members, *happening.members) if m.when]
    meets = all(spans.meet(one, two) for one in whens for two in whens)
    return (
        meets
        and bool(_venues(other))
        and not _is_call(other)
        and bool(persons(other.members) & persons(happening.members))
        and other.phase == "past"
    )


def share_places(happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """The same happenings; a meeting without a venue takes that of another which one of its people held on that day."""
    shared: list[Happening] = []
    for happening in happenings:
        lender = next((h for h in happenings[:LOOKED_AT] if h is not happening and _borrows(happening) and _lends(h, happening)), None)
        if lender is not None and abs(lender.members[0].trigger.sentence.index - happening.members[0].trigger.sentence.index) <= NEAR:
            first, *rest = happening.members
            happening = Happening([replace(first, places=_venues(lender)[:1]), *rest])  # noqa: PLW2901 - the lent venue is its own
        shared.append(happening)
    return tuple(shared)


def share_days(happenings: Sequence[Happening], published: dt.date | None) -> tuple[Happening, ...]:
    """The same happenings; news of a meeting without a day is of the day of another that one of its people just held."""
    shared: list[Happening] = []
    for happening in happenings:
        first, *rest = happening.members
        lender = next((h for h in reversed(shared) if _lends_day(h, happening, published)), None) if _bare(happening) else None
        when = next((m.when for m in lender.members if m.when and _exact(m.when.value)), None) if lender else None
        shared.append(Happening([replace(first, when=when), *rest]) if when else happening)
    return tuple(shared)


def date_by_opening(document: Document, happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """The same happenings; a meeting without a day of two people of whom the story opens is of the day that it opens with."""
    told, printed = _opening_day(document), _day_of_print(document)
    people = {n.named.actor.name for s in document.sentences[:OPENING] for n in s.names if n.named.actor and n.named.actor.type == "person"}
    dated: list[Happening] = []
    for happening in happenings:
        first, *rest = happening.members
        trigger = first.trigger.sentence.tokens[first.trigger.first]
        when = told or (Said(printed, trigger.start, trigger.end) if printed else None)
        known = when is not None and _bare(happening) and len(persons(happening.members) & people) > 1
        when = when if known else _day_of_both(document, happening)
        dated.append(Happening([replace(first, when=when), *rest]) if when else happening)
    return tuple(dated)


def _day_of_both(document: Document, happening: Happening) -> Said[When] | None:
    """As in "X warned Y on Monday … The two discussed it in a phone call": of the day on which the story opens with both."""
    first, met = happening.members[0], persons(happening.members)
    opens = first.trigger.kind.frame == "meeting" and first.status in LENT and first.trigger.sentence.index < OPENING
    if not opens or any(m.when for m in happening.members) or dating.before_then(first.trigger):
        return None
    for sentence in document.sentences[:OPENING]:
        here = {n.named.actor.name for n in sentence.names if n.named.actor}
        exact = [t for t in sentence.times if t.expression.when and _exact(t.expression.when) and _of_news(document, t)]
        if exact and len(here & met) > 1:
            return Said(exact[0].expression.when, exact[0].expression.start, exact[0].expression.end)  # type: ignore[arg-type]
    return None


def _of_news(document: Document, time: Time) -> bool:
    """Of the day of publication or the one before."""
    published, told = document.anchor.date, spans.days(time.expression.when)
    return published is not None and told is not None and dt.timedelta(0) <= published - told[0] <= dt.timedelta(1)


def _opening_day(document: Document) -> Said[When] | None:
    """The day of publication or the one before, where one of the first sentences names it."""
    for time in (time for sentence in document.sentences[:OPENING] for time in sentence.times):
        when = time.expression.when
        if when and _exact(when) and _of_news(document, time):
            return Said(when, time.expression.start, time.expression.end)
    return None


def _day_of_print(document: Document) -> When | None:
    """Where the story opens with no day at all, it is news of the day on which it is printed."""
    published, opening = document.anchor.date, document.sentences[:OPENING]
    if published is None or not opening or any(t.expression.when and t.expression.when.start for s in opening for t in s.times):
        return None
    return dating.on_day(published)


def _bare(happening: Happening) -> bool:
    """Told as done, in the plain past, with no day: "Following the summit, X met Y"."""
    first = happening.members[0]
    verb = any(not m.trigger.noun for m in happening.members) and first.trigger.kind.frame == "meeting" and first.status == "occurred"
    if not verb or any(m.when for m in happening.members):
        return False
    return not dating.before_then(first.trigger) and not first.trigger.sentence.find(phrases("history"))


def _exact(when: When) -> bool:
    return when.precision in {"minute", "hour", "day"}


def _lends_day(other: Happening, happening: Happening, published: dt.date | None) -> bool:
    told = [days for m in other.members if m.when and _exact(m.when.value) and (days := spans.days(m.when.value))]
    gap = happening.members[0].trigger.sentence.index - other.last_sentence
    news = published is not None and bool(told) and dt.timedelta(0) <= published - told[0][0] <= dt.timedelta(1)
    near = 0 <= gap <= SAME_DAY and other.members[0].status in LENT
    return news and near and bool(persons(other.members) & persons(happening.members))


# Further on than so many sentences, a meeting may be of another day.
SAME_DAY = 10
# A story opens with so many sentences.
OPENING = 4
# A meeting told further on than this many sentences may be of another day.
NEAR = 4


def _without_attackers(places: Sequence[Said[Place]], candidate: Candidate) -> tuple[Said[Place], ...]:
    """Whoever strikes is not where he strikes, if only his name is at hand, nor is his land struck where another's is."""
    attacking = {said.value.name for said in candidate.parties if said.value.role == "attacker"}
    lands = {said.value.role: said.value.country for said in candidate.parties if said.value.type == "state"}
    at_home, struck = lands.get("attacker"), lands.get("target")
    another = at_home and struck and at_home != struck and (at_home, struck) not in candidate.trigger.kind.disputed
    return tuple(place for place in places if place.value.name not in attacking and not (another and place.value.country == at_home))


def _lent_place(document: Document, first: Candidate) -> tuple[Said[Place], ...]:
    """The land that is struck, else what the words around name."""
    return of_the_attacked(first) or of_officials(first) or around(document, first.trigger) or by_adjective(first.trigger)


def lend_places(document: Document, happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """A strike or an exchange whose own words name no place takes one from the words around it."""
    lent: list[Happening] = []
    for happening in happenings:
        first, *rest = happening.members
        if first.trigger.kind.frame == "exchange" and happening.phase == "past" and not _is_placed(happening):
            lent.append(Happening([replace(first, places=(*first.places, *_beside(document, happening))), *rest]))
            continue
        if first.trigger.kind.frame != "directed" or _venues(happening):
            lent.append(happening)
            continue
        near = _without_attackers(_lent_place(document, first), first) or of_the_defender(first)
        places = near or _without_attackers(_told_before(lent, first), first) or of_the_group(happening.known)
        lent.append(Happening([replace(first, places=places), *rest]))
    return tuple(lent)


def _told_before(earlier: Sequence[Happening], first: Candidate) -> tuple[Said[Place], ...]:
    """As in "A second raid there killed six": where the strike told right before it was."""
    before = earlier[-1] if earlier else None
    if before is None or first.trigger.sentence.index - before.last_sentence > NEXT_DOOR:
        return ()
    return _venues(before)[:1]


def _is_placed(happening: Happening) -> bool:
    return any(RANK[said.value.precision] < RANK["country"] for said in _venues(happening))


def _beside(document: Document, happening: Happening) -> tuple[Said[Place], ...]:
    """The place of the arrival or handover that the sentences of an exchange, or those right behind each, tell."""
    spots = sorted({m.trigger.sentence.index for m in happening.known})
    return next((found for at in spots if (found := arrivals(document, at - 1, at + NEXT_DOOR))), ()) or dateline(document, capitals())


def _sided(happening: Happening) -> tuple[Said[Participant], ...]:
    return tuple(said for member in happening.members for said in member.parties if said.value.type != "person")


def _other_party(document: Document, happening: Happening) -> tuple[Said[Participant], ...]:
    """The state that an armed group, the only side named, deals with: its own, or the one it fights, if the text names it."""
    groups = [said.value for said in _sided(happening) if said.value.type == "organisation" and said.value.role == "party"]
    wanted = {"IL" if group.country in ABROAD else group.country for group in groups}
    for sentence in document.sentences:
        for name in sentence.names:
            actor = name.named.actor
            if actor and actor.type == "state" and actor.country in wanted:
                return (Said(in_role(actor, "party"), name.named.start, name.named.end),)
    return ()


def _homes(happening: Happening) -> tuple[Said[Participant], ...]:
    """Where nothing else names the sides: the states whose people come home."""
    freed = [said for m in happening.members for said in m.parties if said.value.role == "released"]
    homes = {home.name: Said(home, said.start, said.end) for said in reversed(freed) if (home := state(said.value.country, "party"))}
    return tuple(homes.values())


def lend_sides(document: Document, happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """An exchange that names less than two sides has those of the exchange told before it, or after."""
    lent: list[Happening] = []
    for happening in happenings:
        first, *rest = happening.members
        lender = next((h for h in happenings[:LOOKED_AT] if h is not happening and len(sides(h.members)) > 1), None)
        if first.trigger.kind.frame != "exchange" or len({s.value.name for s in _sided(happening) if s.value.role == "party"}) > 1:
            lent.append(happening)
            continue
        borrowed = _sided(lender) if lender else _other_party(document, happening) or _homes(happening)
        lent.append(Happening([replace(first, parties=(*first.parties, *borrowed)), *rest]))
    return tuple(lent)


def own_sides(happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """Where two sides of an exchange act in their own names, whose people came home names no third."""
    return tuple(_by_own_names(h) if h.members[0].trigger.kind.frame == "exchange" else h for h in happenings)


def _by_own_names(happening: Happening) -> Happening:
    happening = _without_their_own(happening)
    acting = {
        said.value.name
        for m in happening.members
        for said in m.parties
        if said.value.role == "party" and not is_adjective(m.trigger.sentence, said.start)
    }
    if len(acting) <= 1:
        return happening
    return Happening(
        [
            replace(m, parties=tuple(s for s in m.parties if s.value.name in acting or not is_adjective(m.trigger.sentence, s.start)))
            for m in happening.members
        ]
    )


def _without_their_own(happening: Happening) -> Happening:
    """As in "Hamas handed over three Israelis … Palestinian prisoners": a group's own land and people are no third side."""
    parties = {said.value.name: said.value for m in happening.members for said in m.parties if said.value.role == "party"}
    groups = [p for p in parties.values() if p.type == "organisation" and p.name not in words("arms_of_state", "peoples")]
    homes = {group.country for group in groups if group.country}
    own = {p.name for p in parties.values() if p.country in homes and (p.type == "state" or p.name in words("peoples"))}
    own -= {said.value.name for m in happening.members for said in m.parties if _acts(m, said)}
    if not own or len(parties.keys() - own) <= 1:
        return happening
    return Happening([replace(m, parties=tuple(s for s in m.parties if s.value.name not in own)) for m in happening.members])


def _acts(member: Candidate, said: Said[Participant]) -> bool:
    """As in "Yemen's government freed …": a state that is named as one who acts, and not only as a land or as whose people."""
    named = [n for n in member.trigger.sentence.names if n.named.start == said.start and n.named.reading != "place"]
    return bool(named) and said.value.type == "state" and not is_adjective(member.trigger.sentence, said.start)


def _side(happening: Happening, role: str) -> tuple[Said[Participant], ...]:
    return tuple(said for member in happening.members for said in member.parties if said.value.role == role)


def _countries(happening: Happening) -> set[str | None]:
    return {said.value.country for said in _venues(happening)} - {None}


def lend_attackers(happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """A hit told right after a strike on the same land, by nobody named, is by the same attacker."""
    lent: list[Happening] = []
    for happening in happenings:
        first, *rest = happening.members
        bare = first.trigger.kind.frame == "directed" and not _side(happening, "attacker") and not _is_answered(first)
        lender = next((h for h in reversed(lent) if _strikes_beside(h, happening)), None) if bare else None
        parties = (*_side(lender, "attacker"), *first.parties) if lender else first.parties
        lent.append(Happening([replace(first, parties=parties), *rest]))
    facing = [_from_behind(happening, lent[n + 1 : n + 1 + NEXT_DOOR]) for n, happening in enumerate(lent)]
    return tuple(_by_the_one(facing, happening) for happening in facing)


def _is_answered(first: Candidate) -> bool:
    """As in "air strikes in response to a rocket attack": by others than whoever answers."""
    return is_answer_to(first.trigger.sentence, first.trigger.sentence.clause(first.trigger.first)[0])


def _by_the_one(happenings: Sequence[Happening], happening: Happening) -> Happening:
    """As in a story of Israel's strikes, "A strike late on Tuesday killed nine": by the one who strikes that land in all of it."""
    first, *rest = happening.members
    if first.trigger.kind.frame != "directed" or _side(happening, "attacker"):
        return happening
    striking = {said.value.name: said for h in happenings for said in _side(h, "attacker")}
    at = next(n for n, other in enumerate(happenings) if other is happening)
    telling = (h for n, h in enumerate(happenings) if n < at or _is_wide(h))
    there = not _is_answered(first) and any(_side(h, "attacker") and _countries(h) & _countries(happening) for h in telling)
    if len(striking) != 1 or not there:
        return happening
    return Happening([replace(first, parties=(*striking.values(), *first.parties)), *rest])


def _from_behind(happening: Happening, later: Sequence[Happening]) -> Happening:
    """As in "A drone hit a refinery in Ryazan. … Ukraine launched drones at several regions": the lead is of the wave that is told next."""
    first, *rest = happening.members
    if first.trigger.kind.frame != "directed" or first.trigger.sentence.index >= LEADING or _side(happening, "attacker"):
        return happening
    lender = next((other for other in later if _tells_whose(other, happening)), None)
    return Happening([replace(first, parties=(*_side(lender, "attacker"), *first.parties)), *rest]) if lender else happening


def _tells_whose(other: Happening, happening: Happening) -> bool:
    """A strike by a state on the same land on the same day, told within a few sentences."""
    gap = other.members[0].trigger.sentence.index - happening.last_sentence
    days = [m.when.value for m in happening.members if m.when], [m.when.value for m in other.members if m.when]
    known = all(days) and all(spans.meet(one, two) for one in days[0] for two in days[1])
    state_of = any(said.value.type == "state" for said in _side(other, "attacker"))
    same = state_of and _is_wide(other) and bool(_countries(other) & _countries(happening))
    return known and same and 0 <= gap <= NEXT_DOOR + 1


def _is_wide(happening: Happening) -> bool:
    """As in "at several Russian regions": a wave, which may have hit a town told before. Another town tells nothing of it, nor does
    what hits a land where others fight out their wars.
    """
    local = any(RANK[said.value.precision] <= RANK["city"] for said in _venues(happening))
    return not local and _countries(happening).isdisjoint(happening.members[0].trigger.kind.contested)


def _strikes_beside(other: Happening, happening: Happening) -> bool:
    here = happening.members[0].trigger.sentence.index
    gap = min((here - m.trigger.sentence.index for m in other.members if m.trigger.sentence.index <= here), default=-1)
    whens = [m.when.value for m in happening.members if m.when]
    if any(not spans.meet(one, m.when.value) for one in whens for m in other.members if m.when):
        return False
    return 0 <= gap <= NEXT_DOOR and bool(_countries(other) & _countries(happening)) and bool(_side(other, "attacker"))


# A lead is one of so many first sentences.
LEADING = 2
# A hit is told within so many sentences of its strike.
NEXT_DOOR = 2
