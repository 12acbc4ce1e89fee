"""A title that a person would read, from the templates in `telling.yaml`."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Participant, Place, Quantity, Status

from .tables import Phrase, words

Fields = dict[str, str]


def title_of(kind: str, status: Status, form: object, fields: Fields) -> str:
    """`fields`: what the templates name, each possibly empty."""
    template = _phrase(kind, str(form), attributed=bool(fields["attacker"])).of(status)
    text = " ".join(template.format_map(fields).split())
    return text[:1].upper() + text[1:]


def fields_of(where: Sequence[Place], cast: Sequence[Participant], quantities: Sequence[Quantity]) -> Fields:
    attackers = [one for one in cast if one.role == "attacker"]
    return {
        "who": _together(_parties(cast)),
        "place": _place(where),
        "attacker": _names(attackers),
        "target": _target(where, [one for one in cast if one.role == "target"]) or words().nowhere,
        "numbers": _numbers(quantities),
    }


def _phrase(kind: str, form: str, *, attributed: bool) -> Phrase:
    forms = words().titles.get(kind) or words().titles["default"]
    if not attributed and "unattributed" in forms:
        return forms["unattributed"]
    return forms.get(form) or forms["default"]


def _parties(cast: Sequence[Participant]) -> list[Participant]:
    """Persons stand for their states; those who only bring others together, or are handed over, come into no title."""
    active = [one for one in cast if one.role not in {"mediator", "released"}]
    spoken_for = {one.country for one in active if one.type == "person"}
    return [one for one in active if one.type != "state" or one.country not in spoken_for]


def _together(cast: Sequence[Participant]) -> str:
    """Nobody meets alone, though a text may name but one; a body may."""
    alone = len(cast) == 1 and cast[0].type != "organisation"
    return f"{_names(cast)} and {words().others}" if alone else _names(cast) or words().nobody


def _names(cast: Sequence[Participant]) -> str:
    names, limit = [_definite(one.name) for one in cast], words().shown_names
    rest = len(names) - limit
    if rest > 1:
        return f"{', '.join(names[:limit])} and {rest} others"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _place(where: Sequence[Place]) -> str:
    if not where or where[0].role == "candidate_venue":
        return ""
    return f"{'at' if where[0].precision == 'site' else 'in'} {_definite(where[0].name)}"


def _target(where: Sequence[Place], targets: Sequence[Participant]) -> str:
    """A country, where the whole of it was struck; else the place that tells most; else whom it befell."""
    spot = next((place for place in where if place.precision == "country"), next(iter(where), None))
    return _definite(spot.name) if spot else _names(targets)


def _numbers(quantities: Sequence[Quantity]) -> str:
    best = {quantity.measure: quantity.best for quantity in quantities}
    shown = [f"{best[name]:,} {name if best[name] != 1 else name.removesuffix('s')}" for name in words().shown_numbers if best.get(name)]
    return f"with {', '.join(shown)}" if shown else ""


def _definite(name: str) -> str:
    return f"the {name}" if name in words().definite else name
