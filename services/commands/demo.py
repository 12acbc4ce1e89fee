"""`daybook demo`: pages become a timeline, on real Kafka and real Postgres, in one command."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.local.console import say as say_plain
from deploy.local.console import told
from services.commands._ctrl_c import heard
from services.commands._moments import moment

if TYPE_CHECKING:
    from deploy.pipeline.run import Daybook, Say

WATCH_SECONDS = 0.5
Page = tuple[Path, datetime | None]


def command(
    pages: Annotated[list[Path] | None, typer.Argument(help="Scraped pages, text or HTML; without any, the samples.", exists=True)] = None,
    captured_at: Annotated[datetime | None, typer.Option(help="When the pages were captured: 2025-08-20T00:00Z.", parser=moment)] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop everything and exit once the timeline has caught up.")] = False,
) -> None:
    """Start everything, take in pages, show the timeline, and stay up until Ctrl-C.

    What was taken in stays; a second run starts in seconds.

    For example:

        daybook demo

        daybook demo page.txt --captured-at 2025-08-20T00:00Z --once
    """
    with told():
        _demo([(page, captured_at) for page in pages] if pages else _samples(), once=once)


def _samples() -> list[Page]:
    """The pages that come with Daybook, each with its time of capture."""
    import yaml

    home = Path(__file__).parents[2] / "samples"
    rows = yaml.safe_load((home / "samples.yaml").read_text(encoding="utf-8"))
    return [(home / name, moment(str(row["captured_at"]))) for name, row in rows.items()]


def _demo(pages: Sequence[Page], *, once: bool) -> None:
    from deploy.local.options import from_env
    from deploy.pipeline import run
    from deploy.pipeline.catch_up import catch_up, need_alive

    options, say = from_env(os.environ), _stopwatch()
    _end_as_by_ctrl_c()
    was_up = run.is_up(options.state)
    try:
        daybook = run.start(options, say)
        _take_in(daybook, pages, say)
        asyncio.run(catch_up(daybook, say))
        _show(daybook, say)
        if once:
            return
        say("Ctrl-C stops everything; what was taken in stays")
        while True:
            need_alive(daybook)
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        if was_up:
            say("what ran before goes on running: `daybook down` stops it")
        else:
            run.stop(options.state, say)


def _end_as_by_ctrl_c() -> None:
    """A closed terminal or a time limit must not leave servers behind; a shell's background job has Ctrl-C switched off."""
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, signal.default_int_handler)


def _stopwatch() -> Say:
    """Says each step with the seconds since the start, on standard error."""
    started = time.monotonic()
    return lambda text: say_plain(f"{time.monotonic() - started:6.1f} s  {text}")


def _take_in(daybook: Daybook, pages: Sequence[Page], say: Say) -> None:
    from services.commands.ingest import send

    for path, captured_at in pages:
        with heard():
            summary = send([path], daybook.address("ingestor"), captured_at=captured_at)
        for line in (str(summary), *summary.notes):
            say(f"{path.name}: {line}")


def _show(daybook: Daybook, say: Say) -> None:
    from rich.console import Console

    from services.commands.timeline import fetch
    from services.timeline.view import table

    address = daybook.address("timeline")
    Console().print(table(list(fetch(address, {}))))
    say(f"the timeline answers at {address}/v1/events and is described at {address}/docs")
