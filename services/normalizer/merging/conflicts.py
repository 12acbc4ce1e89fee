"""What keeps two mentions apart whatever else speaks for them: each rule has a name, which `daybook why` tells."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .parties import shared, strangers
from .places import relation
from .shapes import Number, Shape, Structure
from .tables import tables
from .windows import EXACT, OPEN

Rule = Callable[[Structure, Structure], bool]
DATES_APART, COUNTERPARTS, DECLINED_VENUE = "dates-apart", "counterparts-differ", "declined-venue"
AT_LEAST_TWO = 2
REMEMBERED = 65_536


def contradiction(a: Shape, b: Shape) -> str | None:
    """The name of the first rule that forbids a and b to be one event; None if nothing does. Symmetric."""
    if a.mentions & b.parts or b.mentions & a.parts:
        return "part-and-whole"
    found = incompatible(a.structure, b.structure)
    if found is None and a.articles & b.articles:
        return _in_one_article(a, b)
    return found


def covers_both(full: Structure, a: Structure, b: Structure) -> bool:
    """Does a fuller list of those who met hold two lists that by themselves look like two meetings?"""
    table = tables()
    return all(len(shared(full.who, part.who, table)) >= AT_LEAST_TWO and not strangers(full.who, part.who) for part in (a, b))


@lru_cache(maxsize=REMEMBERED)
def incompatible(a: Structure, b: Structure) -> str | None:
    """The first rule broken by two structures, whoever tells them."""
    return next((name for name, rule in RULES if rule(a, b)), None)


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
    if "fact" in {a.stage, b.stage} or not _undated_meeting(a, b):
        return False
    mine, yours = dict(a.who.delegations), dict(b.who.delegations)
    return mine.keys() != yours.keys() or any(mine[key] and yours[key] and not mine[key] & yours[key] for key in mine)


def _plan_of_another_cast(a: Structure, b: Structure) -> bool:
    """A wish came true only with all whom it named; one party more makes it another meeting, several more a wider circle."""
    if {a.stage, b.stage} != {"plan", "fact"} or not _undated_meeting(a, b):
        return False
    plan, fact = (a.who, b.who) if a.stage == "plan" else (b.who, a.who)
    unmet = plan.keys - shared(plan, fact, tables())
    return bool(unmet) or len(fact.keys - plan.keys) == 1


def _undated_meeting(a: Structure, b: Structure) -> bool:
    """Both have parties to compare, and no two exact dates say more than these."""
    both = min(len(a.who.delegations), len(b.who.delegations)) >= AT_LEAST_TWO
    return both and tables().of(a.kind).counterparts and not a.grain == b.grain == EXACT


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
    (COUNTERPARTS, _counterparts),
    ("casts-of-plans-differ", _casts_of_plans),
    ("plan-of-another-cast", _plan_of_another_cast),
    (DECLINED_VENUE, _declined_venue),
    ("other-persons-named", _named),
)


def _in_one_article(a: Shape, b: Shape) -> str | None:
    """One text that tells of two things means two things, unless they differ in nothing that both tell."""
    one, two = a.structure, b.structure
    agree = one.stage == two.stage and _same_time(one, two) and _same_spot(a, b) and not disagreeing(a.numbers, b.numbers)
    if not agree:
        return "told-apart-in-one-article"
    if _same_cast(one, two):
        return None
    return COUNTERPARTS if tables().of(one.kind).counterparts else "told-apart-in-one-article"


def _same_time(a: Structure, b: Structure) -> bool:
    if a.window is None or b.window is None or a.window == b.window:
        return True
    return "assumed" in {a.window.word, b.window.word} and a.window.meets(b.window)


def _same_spot(a: Shape, b: Shape) -> bool:
    found, local = relation(a.structure.where, b.structure.where), tables().of(a.structure.kind).local
    # Of strikes an article tells many: one told without its place is the same only if its numbers are.
    if found == "missing":
        return not local or bool(a.numbers & b.numbers) or a.structure == b.structure
    return found in {"same", "nation"} or (found == "inside" and not local)


def _same_cast(a: Structure, b: Structure) -> bool:
    """The same delegations, each with somebody in common: who saw the president and then his premier had two meetings."""
    mine, yours = dict(a.who.delegations), dict(b.who.delegations)
    nested = mine.keys() <= yours.keys() or yours.keys() <= mine.keys()
    return nested and all(mine[key] & yours[key] or not (mine[key] or yours[key]) for key in mine.keys() & yours.keys())


def disagreeing(a: frozenset[Number], b: frozenset[Number]) -> frozenset[str]:
    """The measures of which both tell a number, and never the same."""
    slots = {(measure, party) for measure, party, _ in a} & {(measure, party) for measure, party, _ in b}
    agreed = {(measure, party) for measure, party, _ in a & b}
    return frozenset(measure for measure, _ in slots - agreed)
