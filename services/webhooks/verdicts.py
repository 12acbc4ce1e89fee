"""What comes of an attempt: delivered, again after a pause, dead, or an address that is no more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

GROWTH = 4
BUSY = frozenset({429, 502, 503, 504})  # by the specification: not only this delivery, but the address is to be spared

State = Literal["delivered", "waiting", "dead"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address said, or why it said nothing. `retry_after`: seconds, where it asked for a pause."""

    status: int | None
    error: str | None = None
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        return self.status in range(200, 300)

    @property
    def gone(self) -> bool:
        return self.status == HTTPStatus.GONE

    @property
    def said(self) -> str:
        """A few words for people."""
        return self.error or f"answered {self.status}"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: the pause after a first failure, the longest pause, and after how long one gives up."""

    first: float
    longest: float
    give_up: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery: `wait` seconds until it is tried again, `rest` seconds during which the address is left alone."""

    state: State
    wait: float = 0.0
    rest: float = 0.0


def verdict(answer: Answer, attempts: int, age: float, luck: float, patience: Patience) -> Verdict:
    """`attempts` counts this one; `age` is seconds since the first; `luck`, from 0 to 1, spreads those that failed together."""
    if answer.taken:
        return Verdict("delivered")
    if answer.gone:
        return Verdict("waiting", patience.first, patience.first)  # the address is given up, not what it was to be told
    asked = min(answer.retry_after or 0.0, patience.longest)
    wait = max(pause(attempts, luck, patience), asked)
    if age + wait > patience.give_up:
        return Verdict("dead")
    rest = asked or wait if answer.status in BUSY else 0.0
    return Verdict("waiting", wait, rest)


def pause(attempts: int, luck: float, patience: Patience) -> float:
    """Seconds after the attempt of this number: four times as long each time, less up to a half by luck."""
    grown = patience.first * float(GROWTH ** min(attempts - 1, 30))
    return min(grown, patience.longest) * (1 - luck / 2)
