"""Positions as a caller holds them: immutable, and a text whenever they are to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.positions import Place, Where, read_position, write_position


@dataclass(frozen=True, slots=True)
class Position:
    """Where a subscription stands: of each partition the next offset, and what is known of the log up to there.

    `str(position)` is its text, the same form as `Daybook-Position` of the HTTP API; `Position.read(text)` reads both. What is not
    named in it is read from its beginning: a partition or topic that came later.
    """

    places: Mapping[Where, Place]

    def __str__(self) -> str:
        return write_position(self.places)

    @classmethod
    def read(cls, text: str) -> Position:
        """The position that this text says; an empty one is the beginning of everything.

        Raises:
            ValueError: it is none.
        """
        return cls(read_position(text) if text else {})
