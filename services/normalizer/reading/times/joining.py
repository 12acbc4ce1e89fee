"""What stands together: an hour with its day, and the two ends of a range."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from .clock import at
from .context import Made, Stretch
from .lexicon import load
from .model import Direction
from .tokens import Tokens

_ONE = frozenset(((), (",",), ("of",)))
"""Gaps over which an hour and the day after it are one expression."""

_FARTHEST = 4
"""Tokens from the last of one expression to the first of the next, at most, for the two to be joined."""


class Hit(Struct, frozen=True):
    """An expression over tokens `first` to `last` (inclusive). `told` is the wider text that its interval was read from, if it is wider."""

    first: int
    last: int
    made: Made
    direction: Direction
    told: tuple[int, int] | None = None


def join(hits: list[Hit], tokens: Tokens) -> list[Hit]:
    """The same expressions, with hours given their days and ranges their two ends."""
    return _ranges(_with_days(hits, tokens), tokens)


def _gap(tokens: Tokens, left: Hit, right: Hit) -> tuple[str, ...] | None:
    """The few lower-case tokens between two expressions; None where more stands there."""
    if right.first - left.last > _FARTHEST:
        return None
    return tuple(tokens.text[k].lower() for k in range(left.last + 1, right.first))


@cache
def _near() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(gap) for gap in load("joints.yaml")["hour_and_day"])


@cache
def _between() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in load("joints.yaml")["range"].items()}


def _with_days(hits: list[Hit], tokens: Tokens) -> list[Hit]:
    """Such as "9 a.m. Tuesday" is one expression; "at 9 a.m. on Tuesday" and "on Tuesday at 9 a.m." are two, the hour being of that day."""
    done: list[Hit] = []
    for hit in hits:
        if not done or (gap := _gap(tokens, done[-1], hit)) is None or gap not in _near():
            done.append(hit)
            continue
        before = done[-1]
        if before.made.hour and _is_day(hit.made):
            made = at(before.made.hour, hit.made.period, hit.made.anchor)
            done[-1] = replace(before, made=made, direction=hit.direction)
            if gap in _ONE:
                done[-1] = replace(done[-1], last=hit.last)
                continue
        elif hit.made.hour and _is_day(before.made):
            hit = replace(hit, made=at(hit.made.hour, before.made.period, before.made.anchor))  # noqa: PLW2901 - the same hit, of the right day
        done.append(hit)
    for k in range(len(done) - 2, -1, -1):
        done[k] = _same_moment(done[k], done[k + 1], tokens)
    return done


def _same_moment(left: Hit, right: Hit, tokens: Tokens) -> Hit:
    """Such as "8 p.m. (1700 GMT) on Friday": an hour told twice is of one day."""
    if left.made.hour and right.made.hour and right.made.period and _gap(tokens, left, right) == ("(",):
        return replace(left, made=at(left.made.hour, right.made.period, right.made.anchor))
    return left


def _is_day(made: Made) -> bool:
    return made.type == "DATE" and made.hour is None and made.period is not None and made.period.unit == "day"


def _ranges(hits: list[Hit], tokens: Tokens) -> list[Hit]:
    """Such as "from Monday to Wednesday": both ends mean the whole range; their values stay their own."""
    done = list(hits)
    for k, (left, right) in enumerate(pairwise(hits)):
        if _is_range(tokens, left, right) and (whole := _span(left.made, right.made)):
            told = (left.first, right.last)
            done[k] = replace(left, made=replace(left.made, when=whole), told=told)
            done[k + 1] = replace(right, made=replace(right.made, when=whole), told=told)
    return done


def _is_range(tokens: Tokens, left: Hit, right: Hit) -> bool:
    gap = _gap(tokens, left, right)
    if gap is None or len(gap) != 1:
        return False
    opener = tokens.text[left.first - 1].lower() if left.first else ""
    words = _between()
    return (
        gap[0] in words["always"] or (opener == "from" and gap[0] in words["from"]) or (opener == "between" and gap[0] in words["between"])
    )


def _span(left: Made, right: Made) -> Stretch | None:
    if not (left.when and right.when and left.period and right.period):
        return None
    start, end = left.when.start, right.when.end
    if start is None or end is None or str(start)[:10] > str(end)[:10]:
        return None
    precise = isinstance(start, dt.date) and isinstance(end, dt.date)
    return Stretch(start, end, left.when.precision if precise else "hour")
