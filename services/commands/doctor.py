"""`daybook doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import dataclasses
import os

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.local import checks, options
from deploy.local.checks import Check
from deploy.local.console import FAILED, for_people, show_json, told
from deploy.pipeline import checks as services

_MARKS = {"ok": "[green]ok[/green]", "note": "[yellow]note[/yellow]", "wrong": "[red]wrong[/red]"}


def command() -> None:
    """Say what is wrong here, and what to do about it.

    Looks at Python, the JRE, the Kafka jars, Postgres, disk, memory, ports, the state folder, whether both servers answer, and whether
    the services are ready, and have set nothing aside.
    Changes nothing. Ends with 0 if all is well, and with 1 if something is wrong. Prints JSON when a program reads it.

    For example:

        daybook doctor
        daybook doctor | jq .healthy
    """
    with told():
        asked = options.from_env(os.environ)
        found = [*checks.examine(asked), *services.examine(asked.state)]
        healthy = all(check.level != "wrong" for check in found)
        if for_people():
            Console().print(table(found))
        else:
            show_json({"healthy": healthy, "checks": [dataclasses.asdict(check) for check in found]})
    if not healthy:
        raise typer.Exit(FAILED)


def table(found: list[Check]) -> Table:
    """One row a check."""
    rows = Table("", "check", "found", "what to do", box=None, pad_edge=False)
    for check in found:
        rows.add_row(_MARKS[check.level], check.name, escape(check.found), escape(check.todo or ""))
    return rows
