"""`daybook edit`: an editor's commands to merging, by the normalizer's HTTP side. They win over the rules until they are revoked."""

from __future__ import annotations

import getpass
import json
import sys
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from services.commands import _where
from services.commands._ordering import Service
from services.commands._sending import key

# Tried again with one id: a command whose answer was lost is not given twice.
NORMALIZER = Service("edit", "the normalizer", "/v1/edits", seconds=30.0, tries=3)

commands = typer.Typer(
    name="edit",
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="""Merge, split, correct or retract events, over the rules of merging and until revoked.

    For example:

        daybook edit merge 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 9b0c… --reason "two names of one bridge"

        daybook edit list
    """,
)

Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept with the command, and told to whoever asks.")]
Editor = Annotated[
    str | None,
    typer.Option(
        "--editor",
        envvar="DAYBOOK_EDITOR",
        help="Who gives the command; by default your login. With an API key, its owner.",
    ),
]
To = Annotated[
    str | None, typer.Option("--to", envvar="DAYBOOK_NORMALIZER", help="Where the normalizer answers; by default the one that runs here.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--api-key-file", metavar="FILE", help="A file whose first line is the editor's API key; else as for `daybook ingest`."),
]
Event = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")]


@commands.command()
def merge(
    events: Annotated[list[str], typer.Argument(metavar="EVENT EVENT…", help="Events that are one happening.")],
    reason: Reason,
    editor: Editor = None,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """Say that events are one happening. The oldest keeps its id.

    For example:

        daybook edit merge 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 9b0c… --reason "two names of one bridge"
    """
    _give({"action": "merge", "events": events}, reason, editor, to, api_key_file)


@commands.command()
def split(
    event: Event,
    mentions: Annotated[list[str], typer.Argument(metavar="MENTION…", help="Those of its mentions that are another happening.")],
    reason: Reason,
    editor: Editor = None,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """Say that some mentions of an event are another happening than its other mentions.

    For example:

        daybook edit split 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 1f0e… --reason "another street, two hours later"
    """
    _give({"action": "split", "events": [event], "mentions": mentions}, reason, editor, to, api_key_file)


@commands.command()
def correct(  # noqa: PLR0913, PLR0917 - each is an option
    event: Event,
    field: Annotated[
        str, typer.Argument(metavar="FIELD", help="status, when, where, participants, quantities.MEASURE[/PARTY] or details.NAME.")
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="JSON; or plain words: a status, a date or date..date, a place.")],
    reason: Reason,
    editor: Editor = None,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """Set a field of an event. What articles tell stays in its claims, beside the editor's.

    For example:

        daybook edit correct 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 quantities.killed 9 --reason "the coroner's list"

        daybook edit correct 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 when 2025-08-18 --reason "the ministry's calendar"
    """
    _give({"action": "correct", "events": [event], "field": field, "value": _value(value)}, reason, editor, to, api_key_file)


@commands.command()
def retract(event: Event, reason: Reason, editor: Editor = None, to: To = None, api_key_file: KeyFile = None) -> None:
    """Say that an event did not happen. Whoever tells it again changes nothing of that.

    For example:

        daybook edit retract 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 --reason "footage of another year"
    """
    _give({"action": "retract", "events": [event]}, reason, editor, to, api_key_file)


@commands.command()
def revoke(
    command: Annotated[str, typer.Argument(metavar="COMMAND", help="The id that the command was answered with.")],
    reason: Reason,
    editor: Editor = None,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """Take a command back: what the rules, and the other commands, say holds again.

    For example:

        daybook edit revoke 3a1c9a44-1f5e-4c56-9d8e-0f0c4c2a7b10 --reason "the bridges are two after all"
    """
    _give({"action": "revoke", "revokes": command}, reason, editor, to, api_key_file)


@commands.command(name="list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500, help="The latest so many.")] = 50, to: To = None, api_key_file: KeyFile = None
) -> None:
    """Show the latest commands that merging has heard, and whether each holds. JSON lines when a program reads it.

    For example:

        daybook edit list

        daybook edit list | jq 'select(.in_force) | .edit.reason'
    """
    for row in NORMALIZER.ask("GET", "", to or _where.normalizer(), key(api_key_file), params={"limit": limit})["edits"]:
        typer.echo(_line(row) if sys.stdout.isatty() else json.dumps(row))


def _give(told: dict[str, Any], reason: str, editor: str | None, to: str | None, key_file: Path | None) -> None:
    command = told | {"reason": reason, "editor": editor or getpass.getuser(), "edit_id": str(uuid.uuid4())}
    taken = NORMALIZER.ask("POST", "", to or _where.normalizer(), key(key_file), json=command)
    count = taken["mentions"] + taken["rest"]
    about = f" names {count:,} mention{'' if count == 1 else 's'}; `daybook edit revoke` takes it back" if count else ""
    plain = f"{taken['edit_id']}: taken; {taken['action']}{about}"
    typer.echo(plain if sys.stdout.isatty() else json.dumps(taken))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _line(row: dict[str, Any]) -> str:
    from services.timeline.view import safe

    edit, holds = row["edit"], "holds" if row["in_force"] else "holds not"
    what = edit["revokes"] or edit["field"] or ""
    return safe(f"{edit['edit_id']}  {edit['given_at'][:16]}  {edit['action']:8} {what} {holds}, by {edit['editor']}: {edit['reason']}")
