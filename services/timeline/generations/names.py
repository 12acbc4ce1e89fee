"""What a generation is called, and where it stands in its life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["booting", "ready", "live", "kept"]
SERVICE = "timeline"
FOLLOWED: tuple[State, ...] = ("ready", "live", "kept")
"""Whoever has caught up is followed on, so that readers can be given it at any moment: also what answered before."""


@dataclass(frozen=True, slots=True, order=True)
class Generation:
    """One copy. `shape` tells by which statements its tables were made."""

    number: int
    state: State
    shape: str

    @property
    def schema(self) -> str:
        """Its schema in Postgres."""
        return f"{SERVICE}_g{self.number}"

    @property
    def follower(self) -> str:
        """The consumer group that fills it, and the owner of its checkpoints."""
        return f"{SERVICE}-g{self.number}"

    @property
    def search_path(self) -> str:
        """Its own tables first, then the checkpoints that all generations share."""
        return f"{self.schema}, {SERVICE}"
