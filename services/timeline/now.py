"""How far the timeline has come at one moment. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Place = tuple[str, int]


@dataclass(frozen=True)
class Now:
    """One moment: which generation answers, the next offset of each partition, and below it the offsets that wait in quarantine.

    `logs`: of each topic, how the uuids of its logs begin, as far as they are known.
    """

    generation: int = 0
    reached: Mapping[Place, int] = field(default_factory=dict)
    waiting: Mapping[Place, frozenset[int]] = field(default_factory=dict)
    logs: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """What it takes into account, as answers tell it, of which many are of one moment: topic-partition → next offset."""
        return {f"{topic}-{number}": offset for (topic, number), offset in self.reached.items()}

    def takes_in(self, least: Mapping[Place, int]) -> bool:
        """Whether all before these offsets is taken into account."""
        return all(self.reached.get(at, 0) >= offset for at, offset in least.items())
