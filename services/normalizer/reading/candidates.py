"""A trigger in its clause, and what was found for it: the working form between patterns and mentions."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

from schemas.events import Participant, Place, Quantity, When
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.rules import Kind, Pattern
from services.normalizer.reading.status import State

Value = TypeVar("Value")


class Said(Struct, Generic[Value], frozen=True):
    """A value, and the span of the body it was read from."""

    value: Value
    start: int
    end: int


class Trigger(Struct, frozen=True, eq=False):
    """A pattern's words at tokens [first, last) of a sentence, in the scope [low, high) that is its own.

    `clause` holds it, `rivals` are the scopes of the other triggers of its kind in the sentence, `others` is where all other triggers
    stand, and `since` is where the words that tell its status may begin.
    """

    kind: Kind
    pattern: Pattern
    sentence: Sentence
    first: int
    last: int
    low: int
    high: int
    clause: tuple[int, int]
    rivals: tuple[tuple[int, int], ...] = ()
    since: int = 0
    others: tuple[int, ...] = ()
    noun: bool = False


class Candidate(Struct, frozen=True, eq=False):
    """A happening as one clause tells it; `titled` where the article's title names a happening of its kind.

    `planted` where the article tells of bombs that somebody planted, `afar` where it tells of weapons that strike from afar.
    """

    trigger: Trigger
    state: State
    when: Said[When] | None = None
    places: tuple[Said[Place], ...] = ()
    parties: tuple[Said[Participant], ...] = ()
    quantities: tuple[Said[Quantity], ...] = ()
    details: tuple[tuple[str, Said[str]], ...] = ()
    refers: bool = False
    names_parties: bool = False
    group: bool = False
    fresh: bool = True
    titled: bool = False
    planted: bool = False
    afar: bool = True

    @property
    def status(self) -> str:
        return self.state.status


def is_singular(candidate: Candidate) -> bool:
    """As in "an air strike": one, so that what is told next of a strike there is told of it."""
    trigger = candidate.trigger
    return trigger.noun and not trigger.sentence.tokens[trigger.last - 1].low.endswith("s")
