"""From a text to its expressions of time."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from schemas.events import Basis, When

from . import clock, dates, lengths, relative
from .context import Context, Made, Stretch
from .matcher import Found, longest
from .model import Anchor, TimeExpression
from .rules import grammar
from .tense import direction
from .tokens import Tokens, tokenize

_MAKERS: dict[str, Callable[[Found, Context], Made | None]] = {
    **{name: getattr(dates, name) for name in ("date", "numeric_date", "day_of_month", "month", "year", "fiscal_year", "decade", "century", "season", "half")},
    **{name: getattr(dates, name) for name in ("quarter", "same_quarter", "feast")},
    **{name: getattr(relative, name) for name in ("weekday", "weekday_of_week", "weekday_week", "beside_weekday", "night_into", "overnight", "deictic")},
    **{name: getattr(relative, name) for name in ("part_of_day", "shifted", "week_of", "ago", "from_now", "from_last", "year_ago", "following", "nth_day")},
    "length": lengths.length, "stretch": lengths.stretch, "set": lengths.set_of, "literal": lengths.literal, "clock": clock.clock,
    "nothing": lambda found, context: None,
}  # fmt: skip


@dataclass(slots=True)
class Hit:
    found: Found
    made: Made
    context_direction: str


def find_times(body: str, anchor: Anchor) -> tuple[TimeExpression, ...]:
    """The expressions of time of a text, in order, not overlapping. Pure; time and memory are linear in the text's length."""
    rules = grammar()
    tokens = tokenize(body, rules.lexicon)
    context = Context(anchor.date)
    found: list[TimeExpression] = []
    starts, classes = rules.root.next, tokens.classes
    i = 0
    while i < len(tokens):
        match = longest(tokens, i, rules.root) if classes[i] and not starts.keys().isdisjoint(classes[i]) else None
        if match is None:
            i += 1
            continue
        context.direction = direction(tokens, match.first, match.last)
        made = _make(match, context)
        if made is not None:
            found.append(_expression(body, tokens, match, made, context))
            _remember(made, context)
        i = match.last + 1
    return tuple(found)


def _make(match: Found, context: Context) -> Made | None:
    """What the words mean; None where they name no date that exists, such as 30 February."""
    try:
        return _MAKERS[match.rule.make](match, context)
    except (ValueError, OverflowError):
        return None


def _remember(made: Made, context: Context) -> None:
    if made.period is not None:
        context.told(made.period)
        if made.period.unit == "quarter" and made.period.shift(3).start >= (context.today or made.period.start):
            context.quarter = made.period


def _expression(body: str, tokens: Tokens, match: Found, made: Made, context: Context) -> TimeExpression:
    start, end = tokens.start[match.first], tokens.end[match.last]
    text = body[start:end]
    return TimeExpression(start, end, text, made.type, made.value, _when(made, text), _pointing(made, context))


def _pointing(made: Made, context: Context):  # type: ignore[no-untyped-def]
    return context.direction


def _when(made: Made, text: str) -> When | None:
    if made.when is None:
        return None
    basis = Basis(expression=text, anchor=made.anchor.isoformat() if made.anchor else None)
    return When(start=_moment(made.when.start), end=_moment(made.when.end), precision=made.when.precision, basis=basis)


def _moment(value: datetime.date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime.date) else value
