"""How the stack speaks to a person: steps and errors on standard error, results on standard output."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import structlog
import typer
from rich.console import Console
from rich.markup import escape

from deploy.local.errors import BadSettingError, StackError

FAILED = 1
MISUSED = 2
INTERRUPTED = 130


def say(step: str) -> None:
    """Tell of a step that takes time. Colours only on a terminal, and not where NO_COLOR is set (rich sees to that)."""
    _to_stderr(f"[dim]{escape(step)}[/dim]")


@contextlib.contextmanager
def told() -> Iterator[None]:
    """What goes wrong inside is told without a traceback, and ends the command: 1 an error, 2 a wrong setting, 130 Ctrl-C."""
    _hush()
    try:
        yield
    except StackError as error:
        _to_stderr(f"[red]error:[/red] {escape(error.what)}")
        _to_stderr(f"hint: {escape(error.todo)}")
        raise typer.Exit(MISUSED if isinstance(error, BadSettingError) else FAILED) from error
    except KeyboardInterrupt as error:
        _to_stderr("interrupted")
        raise typer.Exit(INTERRUPTED) from error


def _hush() -> None:
    """A command speaks for itself: the log lines of what it runs are for services, and none belongs among the results."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )


def for_people() -> bool:
    """Whether a person reads standard output, and not a program."""
    return sys.stdout.isatty()


def show_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def _to_stderr(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text)
