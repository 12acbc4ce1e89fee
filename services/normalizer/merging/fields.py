"""The fields of a canonical event, each chosen from what its mentions tell by a rule that its docstring states."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from schemas.events import Claim, Participant, Place, Quantity, When

from .names import fold
from .standing import overtaken
from .tables import tables
from .told import Told
from .voices import Voices, tally
from .windows import EXACT, Window, dated

EXACTNESS = ("minute", "hour", "night", "day", "week", "month", "year", "unknown")
TELLING = ("site", "city", "region", "sea", "country", "unknown")
TYPES = ("person", "state", "organisation")
ROLES = ("attacker", "target", "giver", "receiver", "released", "mediator", "host", "attendee", "party")


def when_of(group: Sequence[Told], heard: Voices) -> When:
    """Exact dates before rough ones; of these the days that most lineages tell (ties: the latest told); of those days the most
    precise telling (a minute before a night before a day), the first told. Dates of plans put off later do not count, and dates
    that no words tell only where there are no others. Where no
    text gives a date, the first telling with its words ("in the coming weeks").
    """
    told = dates_told(group)
    if not told:
        return next((one.mention.when for one in _valid(group) if one.mention.when.basis.expression), When())
    days = tally([(days_of(one), one) for _, one in told], heard)[0].value
    chosen = (one.mention.when for _, one in told if days_of(one) == days)
    return min(chosen, key=lambda when: EXACTNESS.index(when.precision) if told[0][0].grain == EXACT else 0)


def dates_told(group: Sequence[Told]) -> list[tuple[Window, Told]]:
    """The dates that a choice is made of: the finest that count, said in words if any is."""
    valid = _valid(group)
    said = [one for one in valid if one.mention.when.basis.expression] or valid
    found = [(window, one) for one in said if (window := dated(one.mention.when)) is not None]
    found = found or [(window, one) for one in valid if (window := dated(one.mention.when)) is not None]
    finest = min((window.grain for window, _ in found), default=EXACT)
    return [(window, one) for window, one in found if window.grain == finest]


def _valid(group: Sequence[Told]) -> list[Told]:
    return [one for one in group if not overtaken(one, group)] or list(group)


def days_of(one: Told) -> tuple[str, str]:
    when = one.mention.when
    start, end = when.start or when.end, when.end or when.start
    return str(start)[:10], str(end)[:10]


def where_of(group: Sequence[Told]) -> tuple[Place, ...]:
    """Each place once, the most telling first (a site before a city before a region before a country), then the most often told.
    A place that contains another is left out, except where the kind befalls places: a wave on a country stays one. A place told as
    the venue is no longer a candidate.
    """
    named: dict[tuple[str, str | None], list[Place]] = defaultdict(list)
    for place in (place for one in group for place in one.mention.where):
        named[fold(place.name), place.country].append(place)
    chosen = [(len(places), _fullest(places)) for places in named.values()]
    containers = {(fold(name), place.country) for _, place in chosen for name in place.within}
    whole = tables().of(group[0].mention.kind).local
    kept = [(n, place) for n, place in chosen if whole or (fold(place.name), place.country) not in containers]
    ranked = sorted(kept, key=lambda row: (row[1].role == "candidate_venue", TELLING.index(row[1].precision), -row[0], row[1].name))
    return tuple(place for _, place in ranked)


def _fullest(places: list[Place]) -> Place:
    best = min(places, key=lambda place: (place.geonameid is None, place.lat is None, -len(place.within)))
    settled = [place.role for place in places if place.role != "candidate_venue"]
    role = Counter(settled).most_common(1)[0][0] if settled else "candidate_venue"
    return best if best.role == role else best.model_copy(update={"role": role})


def participants_of(group: Sequence[Told]) -> tuple[Participant, ...]:
    """Everyone whom a text names, once, under the canonical name, with the role most often told (ties: the more telling one).
    Persons, then states, then bodies; within these the most often named first, then by name.
    """
    named: dict[tuple[str, str], list[Participant]] = defaultdict(list)
    for person in (person for one in group for person in one.mention.participants):
        named[person.type, fold(person.name)].append(person)
    rows = sorted(named.values(), key=lambda told: (TYPES.index(told[0].type), -len(told), told[0].name))
    return tuple(_one(told) for told in rows)


def _one(told: list[Participant]) -> Participant:
    roles = Counter(person.role for person in told)
    role = min(roles, key=lambda name: (-roles[name], ROLES.index(name)))
    country = next((person.country for person in told if person.country), None)
    first = told[0]
    return first if (first.role, first.country) == (role, country) else first.model_copy(update={"role": role, "country": country})


def quantities_of(group: Sequence[Told], heard: Voices) -> tuple[Quantity, ...]:
    """Per measure and party the lowest and the highest number told, and all claims. Best is the number of the most lineages, of
    equals the latest told, as tolls rise. Sorted by measure and party.
    """
    return tuple(_range(told, heard) for told in numbers_told(group).values())


def numbers_told(group: Sequence[Told]) -> dict[tuple[str, str | None], list[tuple[Quantity, Told]]]:
    """By measure and party, sorted: every number that is told, in canonical order."""
    told: dict[tuple[str, str | None], list[tuple[Quantity, Told]]] = defaultdict(list)
    for one in group:
        for quantity in one.mention.quantities:
            told[quantity.measure, quantity.party].append((quantity, one))
    return {slot: told[slot] for slot in sorted(told, key=lambda slot: (slot[0], slot[1] or ""))}


def _range(told: list[tuple[Quantity, Told]], heard: Voices) -> Quantity:
    values = [value for q, _ in told for value in (q.low, q.best, q.high) if value is not None]
    best = best_told(told)
    return told[0][0].model_copy(
        update={
            "low": min(values, default=None),
            "best": tally(best, heard)[0].value if best else None,
            "high": max(values, default=None),
            "claim_ids": tuple(dict.fromkeys(name for q, _ in told for name in q.claim_ids)),
        }
    )


def best_told(told: Iterable[tuple[Quantity, Told]]) -> list[tuple[int, Told]]:
    """Of each telling the one number that it stands for."""
    firsts = ((next((value for value in (q.best, q.high, q.low) if value is not None), None), one) for q, one in told)
    return [(value, one) for value, one in firsts if value is not None]


def details_of(group: Sequence[Told], heard: Voices) -> dict[str, JsonValue]:
    """Lists are joined in the order told; of single values that of the most lineages, of equals the latest told. Sorted by name."""
    names = sorted({name for one in group for name in one.mention.details})
    return {name: _detail([(one.mention.details[name], one) for one in group if name in one.mention.details], heard) for name in names}


def _detail(told: list[tuple[JsonValue, Told]], heard: Voices) -> JsonValue:
    if any(isinstance(value, list) for value, _ in told):
        every = [item for value, _ in told for item in (value if isinstance(value, list) else [value])]
        return list({_frozen(item): item for item in reversed(every)}.values())[::-1]
    by_form = {_frozen(value): value for value, _ in told}
    return by_form[tally([(_frozen(value), one) for value, one in told], heard)[0].value]


def _frozen(value: JsonValue) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{_frozen(value[name])}" for name in sorted(value)) + "}"
    return repr(value)


def claims_of(group: Iterable[Told]) -> tuple[Claim, ...]:
    """Every claim once, in canonical order of the mentions."""
    return tuple({claim.claim_id: claim for one in group for claim in one.mention.claims}.values())
