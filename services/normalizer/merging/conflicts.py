"""What keeps two mentions apart whatever else speaks for them: each rule has a name, which `daybook why` tells."""

from __future__ import annotations

from collections.abc import Callable

from .parties import shared, strangers
from .places import relation
from .shapes import Number, Shape, Structure
from .tables import tables
from .windows import EXACT, OPEN

Rule = Callable[[Structure, Structure], bool]
DATES_APART, DECLINED_VENUE = "dates-apart", "declined-venue"
AT_LEAST_TWO = 2


def contradiction(a: Shape, b: Shape) -> str | None:
    """The name of the first rule that forbids a and b to be one event; None if nothing does. Symmetric."""
    if a.mentions & b.parts or b.mentions & a.parts:
        return "part-and-whole"
    found = next((name for name, rule in RULES if rule(a.structure, b.structure)), None)
    if found is None and a.articles & b.articles and not _agree_in_all(a, b):
        return "told-apart-in-one-article"
    return found


def _kinds(a: Structure, b: Structure) -> bool:
    return a.kind != b.kind


def _dates(a: Structure, b: Structure) -> bool:
    if a.reach is None or b.reach is None:
        return a.reach is not b.reach
    if a.grain == b.grain == OPEN and a.stage == b.stage == "plan":
        return False  # a proposal is talked about for months; only silence ends it
    return not a.reach.meets(b.reach)


def _call_or_meeting(a: Structure, b: Structure) -> bool:
    return a.form is not None and b.form is not None and a.form != b.form


def _held_or_declined(a: Structure, b: Structure) -> bool:
    return {a.stage, b.stage} == {"fact", "refused"}


def _countries(a: Structure, b: Structure) -> bool:
    one_declined = (a.status == DECLINED) != (b.status == DECLINED)  # which has a rule of its own
    return relation(a.where, b.where) == "abroad" and not (a.where.candidate or b.where.candidate or one_declined)


def _places(a: Structure, b: Structure) -> bool:
    return tables().of(a.kind).local and relation(a.where, b.where) == "elsewhere"


def _attackers(a: Structure, b: Structure) -> bool:
    mine, yours = a.who.attackers, b.who.attackers
    return tables().of(a.kind).sides and bool(mine and yours) and not mine & yours


def _counterparts(a: Structure, b: Structure) -> bool:
    """Two meetings of at least two parties each that have one party in common are that party's two meetings."""
    if not tables().of(a.kind).counterparts or strangers(a.who, b.who):
        return tables().of(a.kind).counterparts
    both = min(len(a.who.delegations), len(b.who.delegations)) >= AT_LEAST_TWO
    return both and len(shared(a.who, b.who, tables())) < AT_LEAST_TWO


def _casts_of_plans(a: Structure, b: Structure) -> bool:
    """Of what is still only wished, the cast is all there is: Putin and Zelensky is not Putin, Zelensky and Trump."""
    if "fact" in {a.stage, b.stage} or a.grain == b.grain == EXACT or not tables().of(a.kind).counterparts:
        return False
    mine, yours = dict(a.who.delegations), dict(b.who.delegations)
    if min(len(mine), len(yours)) < AT_LEAST_TWO:
        return False
    return mine.keys() != yours.keys() or any(mine[key] and yours[key] and not mine[key] & yours[key] for key in mine)


def _declined_venue(a: Structure, b: Structure) -> bool:
    """A refused venue is a proposal of its own; the refusal does not end the wish to meet elsewhere."""
    if (a.status == DECLINED) == (b.status == DECLINED):
        return False
    refused, other = (a, b) if a.status == DECLINED else (b, a)
    return refused.where.known and (not other.where.known or not _covers(refused, other))


def _covers(refused: Structure, other: Structure) -> bool:
    if refused.where.own and other.where.own:
        return other.where.own <= refused.where.own | refused.where.around or other.where.around >= refused.where.own
    return not refused.where.own and not other.where.own and other.where.countries <= refused.where.countries


def _named(a: Structure, b: Structure) -> bool:
    return bool(a.who.named and b.who.named) and not a.who.named & b.who.named


DECLINED = "declined"
RULES: tuple[tuple[str, Rule], ...] = (
    ("kinds-differ", _kinds),
    (DATES_APART, _dates),
    ("call-or-meeting", _call_or_meeting),
    ("held-or-declined", _held_or_declined),
    ("countries-apart", _countries),
    ("places-apart", _places),
    ("attackers-differ", _attackers),
    ("counterparts-differ", _counterparts),
    ("casts-of-plans-differ", _casts_of_plans),
    (DECLINED_VENUE, _declined_venue),
    ("other-persons-named", _named),
)


def _agree_in_all(a: Shape, b: Shape) -> bool:
    """One text that tells of two things means two things, unless they differ in nothing that both tell."""
    one, two = a.structure, b.structure
    smaller, larger = sorted((one.who.keys, two.who.keys), key=len)
    return (
        one.stage == two.stage
        and (one.window is None or two.window is None or one.window == two.window)
        and relation(one.where, two.where) in {"missing", "same", "nation"}
        and smaller <= larger
        and not disagreeing(a.numbers, b.numbers)
    )


def disagreeing(a: frozenset[Number], b: frozenset[Number]) -> frozenset[str]:
    """The measures of which both tell a number, and never the same."""
    slots = {(measure, party) for measure, party, _ in a} & {(measure, party) for measure, party, _ in b}
    agreed = {(measure, party) for measure, party, _ in a & b}
    return frozenset(measure for measure, _ in slots - agreed)
