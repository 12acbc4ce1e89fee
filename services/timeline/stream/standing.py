"""What a listener has been told, as an exact place in the log: the id of each message, by which it goes on. Pure.

Changes of one partition are told in the order of their offsets, so the next offset of each partition says it all, but for records that
wait in quarantine: those are passed by, and told once they are applied. A standing names them, so that it holds for ever, in any process
and whichever generation answers: it is of the log alone. As text: `ids.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.timeline.now import Now, Place

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """All before `following` of each partition was told, except `passed`. `generation`: which told it; 0: unknown. `logs`: as in `Now`.

    `unnamed`: of one that was read from an id, how many more were passed by, earlier than those that it names.
    """

    generation: int = 0
    following: Mapping[Place, int] = field(default_factory=dict)
    passed: Mapping[Place, frozenset[int]] = field(default_factory=dict)
    logs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unnamed: int = 0

    def is_ahead_of(self, other: Standing) -> bool:
        """Whether something was told here that was not told there, but for what was passed by."""
        return any(offset > other.following.get(at, 0) for at, offset in self.following.items())

    def has_heard_late(self, other: Standing) -> bool:
        """Whether something was told here that was passed by there: by another process, which knew sooner that it waits no more."""
        return any(
            offset < self.following.get(at, 0) for at, passed in other.passed.items() for offset in passed - self.passed.get(at, NOTHING)
        )

    def passing_by(self, waiting: Mapping[Place, frozenset[int]]) -> Standing:
        """The same, but all of these that lie below count as passed by."""
        below = {at: frozenset(n for n in offsets if n < self.following.get(at, 0)) for at, offsets in waiting.items()}
        passed = {at: self.passed.get(at, NOTHING) | offsets for at, offsets in below.items() if offsets}
        return replace(self, passed={**self.passed, **passed})


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


def is_news(now: Now, standing: Standing) -> bool:
    """Whether a moment has anything for whoever stands here: a change, another generation, or other logs."""
    known = (standing.generation, standing.logs)
    return (now.generation, now.logs or standing.logs) != known or distance(standing, now) > 0


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
