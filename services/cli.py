"""The `daybook` command: each command is a module of `services.commands`, imported only when it is asked for."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import pkgutil
import sys
from typing import Annotated, Any

import typer
import typer.core
import typer.main

import services.commands

INTERRUPTED = 130
PIPE_CLOSED = 141  # what a shell shows for SIGPIPE


class Commands(typer.core.TyperGroup):
    """Finds the commands by the modules' names; start-up pays only for the one that runs."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the library's signature
        return sorted(module.name for module in pkgutil.iter_modules(services.commands.__path__) if not module.name.startswith("_"))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return _command(cmd_name) if cmd_name in self.list_commands(ctx) else None


def _command(name: str) -> Any:
    """A module's `command`; or its `commands`, a group under its name."""
    module = importlib.import_module(f"services.commands.{name}")
    if hasattr(module, "commands"):
        return typer.main.get_command(module.commands)
    app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)
    app.command(name)(module.command)
    return typer.main.get_command(app)


app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(importlib.metadata.version("daybook"))
        raise typer.Exit


@app.callback()
def daybook(
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")] = False,
) -> None:
    """News articles in, one canonical timeline out: summits, strikes, prisoner and body exchanges."""


def main() -> None:
    """Run the command line. Ctrl-C ends it with 130, a reader that went away with 141, and neither with a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has had enough, as `head` has; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)
