"""What a benchmark gives: a ratio, and of what to what."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ratio:
    """`of` divided by `to`, from that many samples of each."""

    name: str
    ratio: float
    of: str
    to: str
    samples: int


def percentile(samples: Sequence[float], percent: int) -> float:
    """The sample below which that many percent lie (nearest rank)."""
    ranked = sorted(samples)
    return ranked[min(len(ranked) - 1, max(0, round(percent / 100 * len(ranked)) - 1))]


async def in_turn(
    one: Callable[[], Awaitable[float]], other: Callable[[], Awaitable[float]], rounds: int
) -> tuple[list[float], list[float]]:
    """Samples of two measurements, taken in turn, so that a slow minute of the machine falls on both."""
    ones, others = [], []
    for _ in range(rounds):
        ones.append(await one())
        others.append(await other())
    return ones, others


def median_ratio(name: str, of: tuple[str, Sequence[float]], to: tuple[str, Sequence[float]]) -> Ratio:
    """The median of the one divided by the median of the other."""
    return Ratio(name, round(statistics.median(of[1]) / statistics.median(to[1]), 3), of[0], to[0], len(of[1]))


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


def write(ratios: Sequence[Ratio], path: Path) -> None:
    """Keep them as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(ratio) for ratio in ratios], indent=2) + "\n", encoding="utf-8")
