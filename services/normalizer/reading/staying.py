"""Where people are while they meet: where a sentence nearby says that they arrive, go or speak, else where the story is told from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from schemas.events import Participant, Place, PlaceRole, When
from services.normalizer.reading import dating, spans, turning
from services.normalizer.reading.candidates import Candidate, Said
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.fitting import form_of
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.happening import Happening, persons
from services.normalizer.reading.names import Names
from services.normalizer.reading.playing import as_place

# A journey is told within so many sentences of the meeting that it leads to.
NEAR = 20
# The town that a story is told from is that of a meeting told within so many sentences.
OPENING = 3
# "arrived late on Tuesday in …": so many words, times apart, between a verb and its place.
GAP = 3
# Whoever arrives is still there so many days later, unless another place is told.
STAYED = 3
EXACT = frozenset({"minute", "hour", "day", "night"})
TOWNS = frozenset({"city", "site", "region"})
MET = frozenset({"occurred", "ongoing"})
PLANNED = frozenset({"scheduled"})


def lend_stays(document: Document, happenings: Sequence[Happening]) -> tuple[Happening, ...]:
    """The same happenings; a meeting that names no place takes the one where its people are told to be."""
    return tuple(_with_place(document, happening) for happening in happenings)


def _with_place(document: Document, happening: Happening) -> Happening:
    first, *rest = happening.members
    wants = first.trigger.kind.frame == "meeting" and first.status in MET | PLANNED and not _is_call(first)
    if not wants or any(member.places for member in happening.members):
        return happening
    stays = list(_stays(document, happening))
    town = _told_today(document, happening) or next((said for said in stays if said.value.precision != "country"), None)
    said = town or _told_from(document, happening) or next(iter(stays), None)
    said = said or _on_a_round(document, happening) or _told_the_day_before(document, happening)
    if said is None:
        return happening
    when = None if any(member.when for member in happening.members) else _days_of_stay(document, first, said)
    return Happening([replace(first, places=(said,), when=when or first.when), *rest])


def _days_of_stay(document: Document, first: Candidate, town: Said[Place]) -> Said[When] | None:
    """As in "X will be in Oslo from May 4 to 6. He will meet Y": the only days that the words of the stay tell, just before."""
    at = first.trigger.sentence.index
    for sentence in document.sentences[max(at - 1, 0) : at + 1]:
        name = next((n for n in sentence.names if n.named.start == town.start), None)
        if name is not None and first.status in PLANNED and _is_in(sentence, name):
            told = [t.expression for t in sentence.times if not t.of_speech and t.expression.when and t.expression.when.start]
            return Said(told[0].when, told[0].start, told[0].end) if len(told) == 1 and told[0].when else None
    return None


def _is_call(candidate: Candidate) -> bool:
    return form_of(candidate) == "call"


def _stays(document: Document, happening: Happening) -> Iterator[Said[Place]]:
    """Places of the sentences around, the nearest first, where one of those who meet arrives, travels to or speaks."""
    at, met = happening.members[0].trigger.sentence.index, happening.members[0].status in MET
    near = sorted(range(max(at - NEAR, 0), min(at + NEAR + 1, len(document.sentences))), key=lambda n: (abs(n - at), n))
    near = [n for n in near if document.told_from(n) == document.told_from(at)]  # another story of a digest is of others
    for sentence in (document.sentences[n] for n in near):
        if _tells_of(sentence, happening) and _on_its_day(sentence, happening):
            yield from (_said(name) for name in sentence.names if _is_town(name) and _leads_to(sentence, name, met=met))
        if happening.sides & words("blocs"):
            yield from (_said(name) for name in sentence.names if _sits_there(sentence, name, happening) and _is_town(name))


def _sits_there(sentence: Sentence, name: Name, happening: Happening) -> bool:
    """As in "the accord reached by OPEC ministers in Vienna": where a bloc's men are, it meets, on the days around as well."""
    blocs = [n for n in sentence.names if n.named.actor is not None and n.named.actor.name in happening.sides]
    between = (sentence.lows[n.last : name.governor_at] for n in blocs if n.last <= name.governor_at and n.governor in {None, "by"})
    return name.governor == "in" and any(len(gap) <= 1 and set(gap) <= words("offices") for gap in between)


def _is_town(name: Name) -> bool:
    """A town; a country only where one goes to it: "during his visit to Ruritania"."""
    place = name.named.place
    return place is not None and (place.precision in TOWNS or (place.precision == "country" and name.governor in {"to", "in", None}))


def _said(name: Name, role: PlaceRole = "venue") -> Said[Place]:
    place = name.named.place
    if place is None:
        raise ValueError(name.named.text)
    return Said(as_place(place, role), name.named.start, name.named.end)


def _tells_of(sentence: Sentence, happening: Happening) -> bool:
    """Whether one of those who meet, or a word that stands for one, is the sentence's subject."""
    own = sentence is happening.members[0].trigger.sentence
    named = {n.named.actor.name for n in sentence.names if n.named.actor is not None}
    pointing = {token.low for token in sentence.tokens[:2]} & (set(grammar().pronouns) | words("holders"))
    return own or bool(named & persons(happening.members)) or bool(pointing) or _same_day(sentence, happening)


def _same_day(sentence: Sentence, happening: Happening) -> bool:
    told = [t.expression.when for t in sentence.times if t.expression.when is not None and t.expression.when.precision in EXACT]
    return any(spans.same(one, m.when.value) for one in told for m in happening.members if m.when)


def _on_its_day(sentence: Sentence, happening: Happening) -> bool:
    told = [t.expression.when for t in sentence.times if t.expression.when is not None and t.expression.when.start]
    own = [m.when.value for m in happening.members if m.when]
    arrives = not words("arrivals", "setting_out").isdisjoint(sentence.lows)
    return all(spans.meet(one, other) or (arrives and _soon_after(one, other)) for one in told for other in own)


def _soon_after(arrival: When, meeting: When) -> bool:
    """As in "arrived on Friday … will meet X on Monday": a traveller stays for some days."""
    return any(spans.meet(turning.moved(arrival, days), meeting) for days in range(1, STAYED + 1))


def _leads_to(sentence: Sentence, name: Name, *, met: bool) -> bool:
    """As in "arrived in Belgrade", "a news conference in Paris"; for what is planned also "will fly to Rome"."""
    times = sentence.at_times
    at, steps = name.governor_at - 1, 0
    if name.governor is None and name.first > 0 and sentence.tokens[name.first - 1].low in words("seeing"):
        return True
    if _is_in(sentence, name) or (name.governor == "in" and any(last == name.governor_at for _, last in sentence.says)):
        return True
    parted = not words("parting").isdisjoint(sentence.lows[max(at - GAP, 0) : max(at + 1, 0)])  # "before departure at X"
    if parted or name.governor not in {"in", "at", "to"} or name.first - name.governor_at > GAP:
        return False
    while at >= 0 and steps < GAP:
        low = sentence.tokens[at].low
        if low in words("arrivals", "appearances", "tours") | (words("travel_verbs") if not met else frozenset()):
            return True
        if low == "," or low in grammar().clause_ends:
            return False
        steps += at not in times
        at -= 1
    return False


def _is_in(sentence: Sentence, name: Name) -> bool:
    """As in "X is in Egypt", "X will be in Egypt", behind the name of whoever is there."""
    at = name.governor_at - 1
    if at > 1 and sentence.lows[at] == "be" and sentence.lows[at - 1] in words("modals"):
        at -= 1
    elif at < 0 or sentence.lows[at] not in {"is", "was"}:
        return False
    return name.governor == "in" and any(n.last == at and n.named.actor is not None for n in sentence.names)


def _told_today(document: Document, happening: Happening) -> Said[Place] | None:
    """As in "ROME, May 5 - … in talks this morning with Minister X": met at home on the day of the story, it is told from there."""
    published, when = document.anchor.date, next((m.when.value for m in happening.members if m.when), None)
    dateline = document.told_from(happening.members[0].trigger.sentence.index)
    place = dateline.named.place if dateline else None
    today = published is not None and spans.days(when) == (published, published)
    return _told_from(document, happening) if today and place is not None and place.country in happening.sides else None


def _told_from(document: Document, happening: Happening) -> Said[Place] | None:
    """As in "BELGRADE, Aug 29 - …": news of the day is mostly told from where it happens."""
    published, when = document.anchor.date, next((m.when.value for m in happening.members if m.when), None)
    first, days = happening.members[0], spans.days(when)
    dateline = document.told_from(first.trigger.sentence.index)
    if dateline is None or published is None or first.status not in MET:
        return None
    fresh = days is None or published - dt.timedelta(1) <= days[0] <= published
    of_its_land = dateline.named.place is not None and dateline.named.place.country in happening.sides
    latest = published - dt.timedelta(1) if happening.sides & words("blocs") else published
    opening = document.opens_at(first.trigger.sentence.index) <= OPENING or of_its_land or (days is not None and days[0] >= latest)
    return _said(dateline) if fresh and opening and not dating.before_then(first.trigger) else None


def _told_the_day_before(document: Document, happening: Happening) -> Said[Place] | None:
    """As in "ROME, May 5 - Minister X will meet Y tomorrow": at home, or in a bloc, it is told from where it will be."""
    published, first = document.anchor.date, happening.members[0]
    days = spans.days(next((m.when.value for m in happening.members if m.when), None))
    dateline = document.told_from(first.trigger.sentence.index)
    place = dateline.named.place if dateline else None
    if published is None or place is None or days is None or first.status not in PLANNED:
        return None
    soon = form_of(first) != "visit" and published <= days[0] <= published + dt.timedelta(1)
    near = place.country in happening.sides or (
        document.opens_at(first.trigger.sentence.index) <= OPENING and bool(happening.sides & words("blocs"))
    )
    return _said(dateline) if soon and near and dateline else None


def _on_a_round(document: Document, happening: Happening) -> Said[Place] | None:
    """As in "X leaves on Friday on a nine-day trip to the Far East. … He will meet Graustark's President Y": with Y, who is at home."""
    if happening.members[0].status not in PLANNED:
        return None
    people = _people(happening)
    travelling = {said.value.country for said in people if _is_on_a_round(document, said.value.name)}
    hosts = [said for said in people if said.value.country not in travelling]
    lands = {said.value.country for said in hosts} - {None}
    land = Names.load().land(next(iter(lands))) if len(travelling - {None}) == 1 and len(lands) == 1 else None
    return Said(as_place(land, "venue"), hosts[0].start, hosts[0].end) if land else None


def _people(happening: Happening) -> list[Said[Participant]]:
    return [said for member in happening.known for said in member.parties if said.value.type == "person"]


def _is_on_a_round(document: Document, name: str) -> bool:
    """Whether a sentence whose subject he is tells of a trip or a tour that he is about to make."""
    for sentence in document.sentences[:NEAR]:
        at = next((n for n, low in enumerate(sentence.lows) if low in words("round_trips")), 0)
        going = not words("setting_out", "modals", "travel_verbs").isdisjoint(sentence.lows[:at])
        subjects = (n.named.actor.name for n in sentence.names if n.named.actor is not None and n.governor is None and n.last <= at)
        if going and name in subjects:
            return True
    return False
