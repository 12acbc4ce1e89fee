"""`daybook down`: stop what `daybook up` started."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from deploy.local import options, state
from deploy.local.console import say, told
from deploy.local.errors import BadSettingError
from deploy.pipeline import run


def command(
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Also delete the state folder, with all that Kafka and Postgres hold.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
) -> None:
    """Stop the services, Kafka and Postgres cleanly. What they hold is kept, unless you ask for it to be deleted.

    Servers that somebody else runs are left alone.

    For example:

        daybook down
        daybook down --delete --yes
    """
    with told():
        folder = state.folder_of(options.from_env(os.environ).state)
        sure = delete and (yes or _confirmed(folder))
        stopped = run.stop(folder.path, say)
        typer.echo("stopped" if stopped else "nothing was running")
        if sure:
            state.delete(folder)
            typer.echo(f"deleted {folder.path}")


def _confirmed(folder: state.Folder) -> bool:
    if not sys.stdin.isatty():
        raise BadSettingError(f"{folder.path} is not deleted, as nobody can be asked", "add --yes to delete without asking")
    return folder.path.exists() and typer.confirm(f"Delete {folder.path} and everything in it?")
