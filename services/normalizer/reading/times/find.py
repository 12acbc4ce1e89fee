"""From a text to its expressions of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from itertools import compress

from schemas.base import unchecked
from schemas.events import Basis, When

from . import clock, dates, feasts, lengths, quarters, relative, weekdays
from .context import Context, Made
from .joining import Hit, join
from .leading import lead
from .matcher import Found, longest
from .model import Anchor, TimeExpression
from .rules import Grammar, grammar
from .tense import direction
from .tokenizing import tokenize
from .tokens import NOTHING, Tokens

# In months: a quarter told of longer ago is history.
THREE_QUARTERS = 9

_MODULES = (clock, dates, feasts, lengths, quarters, relative, weekdays)


def _maker(name: str) -> Callable[[Found, Context], Made | None]:
    """The public function of that name that a rule's `make` asks for. LookupError where no module has it."""
    for module in _MODULES:
        if not name.startswith("_") and name in vars(module):
            maker: Callable[[Found, Context], Made | None] = vars(module)[name]
            return maker
    raise LookupError(f"no maker {name!r}")


@cache
def _makers() -> dict[str, Callable[[Found, Context], Made | None]]:
    return {rule.make: _maker(rule.make) for rule in grammar().rules}


def find_times(body: str, anchor: Anchor) -> tuple[TimeExpression, ...]:
    """The expressions of time of a text, in order, not overlapping. Pure; time and memory are linear in the text's length."""
    rules = grammar()
    tokens = tokenize(body, rules.lexicon)
    hits = _hits(tokens, rules, Context(anchor.date))
    return tuple(_expression(body, tokens, hit) for hit in join(hits, tokens))


def _hits(tokens: Tokens, rules: Grammar, context: Context) -> list[Hit]:
    """Each longest match from the left, valued in the order of the text, since later words count from earlier ones."""
    hits: list[Hit] = []
    floor = 0
    for i in _openings(tokens, rules):
        match = longest(tokens, i, rules.root) if i >= floor else None
        if match is None:
            continue
        hit = _hit(match, tokens, floor, context)
        if hit is not None:
            hits.append(hit)
        floor = match.last + 1
    return hits


def _openings(tokens: Tokens, rules: Grammar) -> list[int]:
    """Where a rule may begin: at a word that some rule begins with, if one needs no second word or the next is known at all."""
    opening, alone, classes = rules.root.next.keys(), rules.alone, [*tokens.classes, NOTHING]
    known = compress(range(len(tokens)), tokens.classes)
    return [i for i in known if not opening.isdisjoint(classes[i]) and (classes[i + 1] or not alone.isdisjoint(classes[i]))]


def _hit(match: Found, tokens: Tokens, floor: int, context: Context) -> Hit | None:
    context.at = match.first
    context.direction = direction(tokens, match.first, match.last)
    early, pointing = lead(tokens, match.first, floor, "DATE")
    if pointing != "unknown":
        context.direction = pointing
    made = _make(match, context)
    if made is None:
        return None
    _remember(made, match.rule.make, context)
    first = early if made.type in ("DATE", "TIME") else lead(tokens, match.first, floor, made.type)[0]
    return Hit(first, match.last, made, context.direction)


_COMPARING = frozenset(("ago", "from_last", "year_ago"))
"""Makers whose dates are asides, as in "up from 3 a year ago": later words go on counting from what was told before them."""


def _make(match: Found, context: Context) -> Made | None:
    """What the words mean; None where they name no date that exists, such as 30 February."""
    try:
        return _makers()[match.rule.make](match, context)
    except (ValueError, OverflowError):
        return None


def _remember(made: Made, rule: str, context: Context) -> None:
    if made.period is not None and rule not in _COMPARING:
        context.told(made.period)
        if made.period.unit == "quarter" and _is_late(made.period.start, context.today or made.period.start):
            context.quarter = made.period


def _is_late(begin: dt.date, today: dt.date) -> bool:
    """Whether a quarter that begins on that day is still to come, or began less than nine months ago."""
    return (today.year - begin.year) * 12 + today.month - begin.month < THREE_QUARTERS


def _expression(body: str, tokens: Tokens, hit: Hit) -> TimeExpression:
    start, end = tokens.start[hit.first], tokens.end[hit.last]
    first, last = hit.told or (hit.first, hit.last)
    told = body[tokens.start[first] : tokens.end[last]]
    return TimeExpression(start, end, body[start:end], hit.made.type, hit.made.value, _when(hit.made, told), hit.direction)


def _when(made: Made, text: str) -> When | None:
    if made.when is None:
        return None
    basis = unchecked(Basis, {"expression": text, "anchor": made.anchor.isoformat() if made.anchor else None})
    start, end = _moment(made.when.start), _moment(made.when.end)
    return unchecked(When, {"start": start, "end": end, "precision": made.when.precision, "basis": basis})


def _moment(value: dt.date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, dt.date) else value
