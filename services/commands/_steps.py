"""How far something long has come: a bar with rate and time left on a terminal, and nothing where no person looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Counted = Callable[[int, int], None]


@contextmanager
def counting(things: str) -> Iterator[Counted]:
    """Call what it gives with how many are done and how many there are."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.BarColumn(),
        progress.TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {things}"),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=0, rate="")

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, rate=_rate(bar.tasks[0].finished_speed or bar.tasks[0].speed))

        yield step


def _rate(speed: float | None) -> str:
    return f"{speed:,.0f}/s" if speed else ""
