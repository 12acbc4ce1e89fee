"""What a page says of when a story was put up, read but not yet counted from the capture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Age:
    """So many full units before the capture."""

    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class DaysBack:
    """So many calendar days before the capture's: "yesterday"."""

    days: int


@dataclass(frozen=True, slots=True)
class Stated:
    """A date in so many words.

    Attributes:
        days: year (None where it is not said), month, day; two where day and month cannot be told apart.
        clock: hour, minute, second; None where only a day is said.
        seconds: whether the seconds were said.
        offset: minutes east of Greenwich; None where no zone is said.
        daylight: the offset is that of standard time and follows US daylight time.
    """

    days: tuple[tuple[int | None, int, int], ...]
    clock: tuple[int, int, int] | None = None
    seconds: bool = False
    offset: int | None = None
    daylight: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A reading, the words it was read from, and what is left of the text around them."""

    when: Age | DaysBack | Stated
    raw: str
    before: str
    after: str
