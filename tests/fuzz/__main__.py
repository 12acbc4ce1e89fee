"""`make fuzz SECONDS=60 TARGET=page_html INPUT=file`: fuzz each target, or one, for so long; or run one input once."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.fuzz.running import Result, fuzz, is_here, replay
from tests.fuzz.targets import TARGETS

HOME = Path("build/fuzz")


def main() -> int:
    """Fuzz, and end with 1 if something was found."""
    asked = _asked()
    if not is_here():
        sys.stderr.write("error: there is no Atheris for this Python\nhint: use Python 3.11 to 3.14 on Linux (x86-64)\n")
        return 69
    if asked.input:
        result = replay(asked.target[0], asked.input.absolute(), HOME.absolute())
        sys.stderr.write("\n".join(result.said) + "\n")
        return int(result.code != 0)
    return _fuzz(asked.target or list(TARGETS), asked.seconds)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=f"one of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=60, help="how long for each target")
    parser.add_argument("--input", type=Path, help="run this input once, such as one that was found before")
    asked = parser.parse_args()
    if asked.input and len(asked.target) != 1:
        parser.error("INPUT needs the one TARGET that it is for")
    return asked


def _fuzz(names: list[str], seconds: int) -> int:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=len(names) * seconds, said="")
        began: dict[str, float] = {}

        def tell(now: Result) -> None:
            since = time.monotonic() - began.setdefault(now.name, time.monotonic())
            done = (len(began) - 1) * seconds + min(since, seconds)
            bar.update(task, description=now.name, completed=done, said=f"{now.inputs:,} inputs, {now.reached:,} places reached")

        results = fuzz(names, seconds, HOME.absolute(), tell)
    Console(width=150).print(_table(results))
    for result in results:
        if result.code:
            sys.stderr.write("\n".join(result.said) + "\n")
            sys.stderr.write(f"{result.name}: {result.trouble}\nagain: make fuzz TARGET={result.name} INPUT={result.found}\n")
    return int(any(result.code for result in results))


def _table(results: list[Result]) -> Table:
    table = Table("target", "inputs", "places reached", "memory, MB", "found")
    for one in results:
        table.add_row(one.name, f"{one.inputs:,}", f"{one.reached:,}", str(one.memory_mb), one.trouble or "nothing")
    return table


if __name__ == "__main__":
    sys.exit(main())
