"""`daybook down`: stop what `daybook up` started."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from deploy.local import options, stack, state
from deploy.local.console import say, told
from deploy.local.errors import BadSettingError


def command(
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Also delete the state folder, with all that Kafka and Postgres hold.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """Stop Kafka and Postgres cleanly. What they hold is kept, unless you ask for it to be deleted.

    Servers that somebody else runs are left alone.

    For example:

        daybook down
        daybook down --delete --yes
    """
    with told():
        folder = options.from_env(os.environ).state
        stopped = stack.stop(folder, say)
        typer.echo("stopped" if stopped else "nothing was running")
        if delete:
            _delete(state.folder_of(folder), sure=yes)


def _delete(folder: state.Folder, *, sure: bool) -> None:
    if not folder.path.exists():
        typer.echo(f"{folder.path} does not exist")
        return
    if not sure and not sys.stdin.isatty():
        raise BadSettingError(f"{folder.path} was not deleted, as nobody can be asked", "add --yes to delete without asking")
    if not sure and not typer.confirm(f"Delete {folder.path} and everything in it?"):
        typer.echo("kept")
        return
    state.delete(folder)
    typer.echo(f"deleted {folder.path}")
