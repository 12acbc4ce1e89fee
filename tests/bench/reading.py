"""Reading whole articles on one core, beside spaCy's small English pipeline and its bare tokenizer on the same texts, in one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.ratios import Ratio, median_ratio

ARTICLES = Path(__file__).parent / "articles"
YARDSTICK = Path("build/yardstick/bin/python")
ROUNDS, COPIES, STARTS = 7, 4, 3
START_AIM, MEMORY_AIM = 1.5, 400  # seconds until an article can be read; megabytes
MANY = 500  # articles, by which memory would have grown if anything were kept


def measure() -> list[Ratio]:
    """Characters a second on event-dense articles and on those that tell of no event; start-up and memory beside what they may be."""
    starts = [_start() for _ in range(STARTS)]
    with (
        _process([sys.executable, "-m", "tests.bench.desk"]) as desk,
        _process([str(YARDSTICK), "-m", "tests.bench.yardstick"]) as yardstick,
    ):
        ratios = [ratio for name in ("dense", "sparse") for ratio in _compared(name, texts(name), desk, yardstick)]
        memory = [float(desk.ask(texts("dense") * (MANY // len(texts("dense"))))["megabytes"])]
    return [
        *ratios,
        median_ratio("start-up", (f"until the first article can be read ({median(starts):.2f} s)", starts), ("at most, s", [START_AIM])),
        median_ratio("memory", (f"after {MANY} articles ({memory[0]:.0f} MB)", memory), ("at most, MB", [MEMORY_AIM])),
    ]


def texts(kind: str) -> list[str]:
    """The articles of one kind, each of the length of a wire story."""
    return [path.read_text(encoding="utf-8") for path in sorted((ARTICLES / kind).glob("*.txt"))]


class Process:
    """A program that answers each line of JSON with one."""

    def __init__(self, started: subprocess.Popen[str]) -> None:
        self._started = started
        self.ready = self.answer()

    def ask(self, given: Sequence[str]) -> Mapping[str, Any]:
        """Have it go through these texts."""
        assert self._started.stdin
        self._started.stdin.write(json.dumps(given) + "\n")
        self._started.stdin.flush()
        return self.answer()

    def answer(self) -> Mapping[str, Any]:
        """Its next answer; the first comes when it is ready."""
        assert self._started.stdout
        found: Mapping[str, Any] = json.loads(self._started.stdout.readline())
        return found


@contextmanager
def _process(command: Sequence[str]) -> Iterator[Process]:
    one_core = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "BLIS_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=one_core) as started:
        process = Process(started)
        yield process
        assert started.stdin
        started.stdin.close()


def _start() -> float:
    """Seconds of processor time from the start of the interpreter: on a machine to itself, that is how long it takes."""
    with _process([sys.executable, "-m", "tests.bench.desk"]) as desk:
        return float(desk.ready["seconds"])


def _compared(kind: str, given: Sequence[str], desk: Process, yardstick: Process) -> list[Ratio]:
    """In turn, so that a slow minute of the machine falls on all three."""
    characters = COPIES * sum(map(len, given))
    rates: dict[str, list[float]] = {"reading": [], "pipeline": [], "tokenizer": []}
    mentions = 0
    for number in range(ROUNDS + 1):
        mine, theirs = desk.ask(list(given) * COPIES), yardstick.ask(list(given) * COPIES)
        mentions = mine["mentions"] // COPIES
        for name, rate in rates.items() if number else ():  # the first round only warms up
            rate.append(characters / float((mine | theirs)[name]))  # type: ignore[operator]
    told = {name: f"{median(rate):,.0f} characters a second" for name, rate in rates.items()}
    reading = (f"reading ({told['reading']}, {mentions} mentions)", rates["reading"])
    return [
        median_ratio(f"{kind} articles", reading, (f"spaCy's small English pipeline ({told['pipeline']})", rates["pipeline"])),
        median_ratio(f"{kind} articles", reading, (f"its bare tokenizer ({told['tokenizer']})", rates["tokenizer"])),
    ]
