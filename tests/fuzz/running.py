"""Runs the fuzzer for a bounded time, and tells what it did: inputs, lines reached, memory, and the input that made a target fail."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_INPUT = 20_000  # bytes
MEMORY_MB = 512  # of a whole process, of which about 120 are there before it begins
INPUT_SECONDS = 20  # for one input; on a quiet machine none takes one
_REACHED = re.compile(r"#(\d+)\s.*?cov: (\d+)")
_STATED = re.compile(r"stat::(number_of_executed_units|peak_rss_mb):\s+(\d+)")
_WRITTEN = re.compile(r"Test unit written to (\S+)")
_TOLD = 60  # last lines that are kept of what a target said


@dataclass
class Result:
    """What became of one target. `code` is 0 where it held; `found` the input where it did not, `said` the last lines."""

    name: str
    inputs: int = 0
    reached: int = 0
    memory_mb: int = 0
    code: int = 0
    found: Path | None = None
    said: list[str] = field(default_factory=list)

    @property
    def trouble(self) -> str:
        """Why it did not hold, in a line."""
        told = [
            line for line in self.said if "ERROR: libFuzzer" in line or re.match(r"\s*(?:\w+\.)*\w*(?:Error|Exception|Refused)\b", line)
        ]
        return "" if self.code == 0 else (told[0] if told else f"ended with {self.code}").strip()

    def hear(self, line: str) -> None:
        """Take in what the fuzzer writes."""
        self.said = [*self.said[-_TOLD:], line]
        if reached := _REACHED.match(line):
            self.inputs, self.reached = int(reached[1]), int(reached[2])
        if stated := _STATED.match(line):
            setattr(self, "inputs" if "units" in stated[1] else "memory_mb", int(stated[2]))
        if written := _WRITTEN.search(line):
            self.found = Path(written[1])


def is_here() -> bool:
    """Whether Atheris can be had for this Python and machine."""
    return importlib.util.find_spec("atheris") is not None


def fuzz(names: Sequence[str], seconds: int, home: Path, tell: Callable[[Result], None] = lambda _: None, *options: str) -> list[Result]:
    """Fuzz targets for so many seconds each; `tell` hears of each line, and of each end. What was found before is tried first."""
    for name in names:
        _lay_out(home / name, name)
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={INPUT_SECONDS}",
        f"-rss_limit_mb={MEMORY_MB}",
        "-print_final_stats=1",
        "-use_value_profile=0",
    ]
    return _run(names, home, [*limits, *options], tell)


def replay(name: str, given: Path, home: Path) -> Result:
    """Run one input once, within the same limits."""
    _lay_out(home / name, name)
    return _run([name], home, [f"-timeout={INPUT_SECONDS}", f"-rss_limit_mb={MEMORY_MB}", str(given)], lambda _: None)[0]


def _run(names: Sequence[str], home: Path, options: Iterable[str], tell: Callable[[Result], None]) -> list[Result]:
    command = [sys.executable, "-m", "tests.fuzz.child", str(home), ",".join(names), *options]
    results: list[Result] = []
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=root,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            word, _, rest = line.rstrip("\n").partition(": ")
            if word == "target":
                results.append(Result(rest))
            elif word == "ended":
                results[-1].code = int(rest.rpartition(" ")[2])
            elif results:
                results[-1].hear(line.rstrip("\n"))
            if results:
                tell(results[-1])
    assert len(results) == len(names), f"the fuzzer did not start: ended with {process.returncode}"
    return results


def _lay_out(folder: Path, name: str) -> None:
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    from tests.fuzz.targets import TARGETS

    known = TARGETS.get(name)
    for number, seed in enumerate(known.seeds if known else ()):
        (folder / "corpus" / f"seed-{number}").write_bytes(seed)
    words = known.words if known else ()
    (folder / "words").write_text("".join(f'"{_escaped(word)}"\n' for word in words), encoding="ascii")


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries have it."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass")
    )
