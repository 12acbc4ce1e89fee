"""What a listener has been told, as an exact place in the log: the id of each message, by which it goes on. Pure.

Changes of one partition are told in the order of their offsets, so the next offset of each partition says it all, but for records that
wait in quarantine: those are passed by, and told once they are applied. A standing names them, so that it holds for ever, in any process
and whichever generation answers: it is of the log alone.

As text: `g2;events.strike.v1~5f3a9c0e:17!5!9.4.0,events.summit.v1:3.8`: the generation that told it, then for each topic how the uuid of
one of its logs begins, where it is known, the next offset of partition 0, 1, 2, and behind `!` the offsets below it that were passed by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from schemas.positions import read_position
from services.timeline.now import Now, Place

MOST_PASSED = 500
"""Of all partitions together. An id must stay short enough for a header: of more records in quarantine the earliest are not named."""
NOTHING: frozenset[int] = frozenset()
WORDS = ("now", "beginning")
HOW = "write `now`, `beginning`, the id of a message, or a position, as events.strike.v1-0=17"
_GENERATION = re.compile(r"g([0-9]{1,9});")
_OFFSETS = re.compile(r"[0-9]{1,18}(?:![0-9]{1,18})*")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_LOG = re.compile(r"(?:~[0-9a-f]{8})?")
_MOST_PARTITIONS = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """All before `following` of each partition was told, except `passed`. `generation`: which told it; 0: unknown. `logs`: as in `Now`."""

    generation: int = 0
    following: Mapping[Place, int] = field(default_factory=dict)
    passed: Mapping[Place, frozenset[int]] = field(default_factory=dict)
    logs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def is_ahead_of(self, other: Standing) -> bool:
        """Whether something was told here that was not told there, but for what was passed by."""
        return any(offset > other.following.get(at, 0) for at, offset in self.following.items())


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of one partition, `until` excluded. `late`: one that was passed by, and waits no more."""

    at: Place
    first: int
    until: int
    late: bool = False


def standing_at(now: Now) -> Standing:
    """The standing of whoever has been told everything."""
    return Standing(now.generation, now.reached, now.waiting, now.logs)


def as_now(standing: Standing) -> Now:
    """The moment that someone has been told: as far as another may be told to be where that one is."""
    return Now(standing.generation, standing.following, standing.passed, standing.logs)


def common(one: Now, other: Now) -> Now:
    """What two moments both take into account: up to the nearer offsets, less what waits in either. The generation is that of the first."""
    reached = {at: min(offset, other.reached.get(at, 0)) for at, offset in one.reached.items()}
    waiting = {at: one.waiting.get(at, NOTHING) | other.waiting.get(at, NOTHING) for at in reached}
    return Now(one.generation, reached, waiting, one.logs)


def spans(standing: Standing, now: Now, most: int) -> list[Span]:
    """What is to be told next: what waits no more, then what is new; at most so many offsets."""
    return list(_up_to(most, _late(standing, now), _new(standing, now)))


def distance(standing: Standing, now: Now) -> int:
    """How many offsets lie in between, at most."""
    return sum(span.until - span.first for span in (*_late(standing, now), *_new(standing, now)))


def _late(standing: Standing, now: Now) -> Iterator[Span]:
    for at, passed in sorted(standing.passed.items()):
        yield from (Span(at, offset, offset + 1, late=True) for offset in sorted(passed - now.waiting.get(at, NOTHING)))


def _new(standing: Standing, now: Now) -> Iterator[Span]:
    for at, reached in sorted(now.reached.items()):
        if (first := standing.following.get(at, 0)) < reached:
            yield Span(at, first, reached)


def _up_to(most: int, *sources: Iterator[Span]) -> Iterator[Span]:
    for span in (span for source in sources for span in source):
        if most <= 0:
            return
        yield replace(span, until=min(span.until, span.first + most))
        most -= span.until - span.first


def told(standing: Standing, span: Span, until: int, now: Now) -> Standing:
    """The standing once all of a span before `until` was told."""
    passed = standing.passed.get(span.at, NOTHING)
    if span.late:
        return replace(standing, passed={**standing.passed, span.at: passed - {span.first}})
    first = standing.following.get(span.at, 0)
    waiting = {offset for offset in now.waiting.get(span.at, NOTHING) if first <= offset < until}
    return replace(
        standing,
        following={**standing.following, span.at: until},
        passed={**standing.passed, span.at: passed | waiting} if waiting else standing.passed,
    )


def write(standing: Standing) -> str:
    """The standing as text."""
    topics: dict[str, list[str]] = {}
    named = _named(standing)
    for (topic, number), offset in sorted(standing.following.items()):
        offsets = topics.setdefault(topic, [])
        offsets += ["0"] * (number - len(offsets))  # of a partition that nobody has begun, nothing was told
        offsets.append("!".join(map(str, (offset, *named.get((topic, number), ())))))
    return f"g{standing.generation};" + ",".join(
        f"{topic}{_mark(standing, topic)}:{'.'.join(offsets)}" for topic, offsets in topics.items()
    )


def _mark(standing: Standing, topic: str) -> str:
    """One says it for all logs of a topic, as they are made anew together."""
    return f"~{min(marks)}" if (marks := standing.logs.get(topic)) else ""


def _named(standing: Standing) -> dict[Place, list[int]]:
    if not any(standing.passed.values()):
        return {}
    every = sorted((offset, at) for at, passed in standing.passed.items() for offset in passed)[-MOST_PASSED:]
    found: dict[Place, list[int]] = {}
    for offset, at in every:
        found.setdefault(at, []).append(offset)
    return found


def read(text: str) -> Standing:
    """Read an id back, or a position as answers give it.

    Raises:
        ValueError: it is neither; the message says how to write it.
    """
    if ":" not in text and "=" in text:
        return _position(text)
    generation, _, rest = text.rpartition(";")
    named = _GENERATION.fullmatch(f"{generation};")
    if generation and not named:
        raise ValueError(HOW)
    following: dict[Place, int] = {}
    passed: dict[Place, frozenset[int]] = {}
    logs: dict[str, frozenset[str]] = {}
    for part in rest.split(",") if rest else ():
        name, _, offsets = part.partition(":")
        topic, _, mark = name.partition("~")
        if not _LOG.fullmatch(name.removeprefix(topic)):
            raise ValueError(HOW)
        if mark:
            logs[topic] = frozenset({mark})
        for number, (following_, *passed_) in enumerate(_offsets(topic, offsets)):
            following[topic, number] = following_
            if passed_:
                passed[topic, number] = frozenset(passed_)
    return Standing(int(named[1]) if named else 0, following, passed, logs)


def _position(text: str) -> Standing:
    places = read_position(text)
    logs: dict[str, frozenset[str]] = {}
    for (topic, _), place in places.items():
        if place.log:
            logs[topic] = logs.get(topic, frozenset()) | {place.log}
    return Standing(following={at: place.offset for at, place in places.items()}, logs=logs)


def _offsets(topic: str, text: str) -> list[list[int]]:
    parts = text.split(".")
    if not _TOPIC.fullmatch(topic) or len(parts) > _MOST_PARTITIONS or not all(map(_OFFSETS.fullmatch, parts)):
        raise ValueError(HOW)
    return [[int(number) for number in part.split("!")] for part in parts]
