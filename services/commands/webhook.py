"""`daybook webhook`: addresses that are told of changes by HTTP, by the webhooks' HTTP side."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.commands import _where
from services.commands._ordering import Service
from services.commands._sending import key

WEBHOOKS = Service("webhook", "the webhooks service", "/v1/webhooks", seconds=60.0)  # a ping may wait for a slow receiver

commands = typer.Typer(
    name="webhook",
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="""Have changes of events posted to an address: signed, in order, until they are taken.

    For example:

        daybook webhook add https://news.example/hooks/daybook --kind strike --country UA

        daybook webhook ping 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11

        daybook webhook list
    """,
)

Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help="The webhook's id.")]
Which = Annotated[int | None, typer.Argument(metavar="[DELIVERY]", help="One delivery, as `deliveries` shows it; else all dead letters.")]
To = Annotated[
    str | None, typer.Option("--to", envvar="DAYBOOK_WEBHOOKS", help="Where webhooks are registered; by default what runs here.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--api-key-file", metavar="FILE", help="A file whose first line is the API key."),
]
SecretFile = Annotated[
    Path | None,
    typer.Option("--secret-file", metavar="FILE", help="A file whose first line is the secret; else one is made."),
]


@commands.command()
def add(  # noqa: PLR0913, PLR0917 - each is an option
    url: Annotated[str, typer.Argument(metavar="URL", help="Where changes are posted.")],
    kind: Annotated[list[str] | None, typer.Option(help="Only events of this kind; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only events with this status; may be repeated.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only events in this country, as UA; may be repeated.")] = None,
    participant: Annotated[list[str] | None, typer.Option(help="Only events with this participant; may be repeated.")] = None,
    start: Annotated[str, typer.Option("--from", help="now, beginning, or a position as JSON, as the timeline tells it.")] = "now",
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    secret_file: SecretFile = None,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """Register an address. Its secret is shown this once; put it where the receiver finds it, then ping.

    For example:

        daybook webhook add https://news.example/hooks/daybook --kind strike --country UA

        daybook webhook add https://news.example/hook --from beginning | jq -r .secret > secret.txt

        daybook webhook add https://news.example/hook --from '{"events.strike.v1-0": 17}'
    """
    asked: dict[str, Any] = {"url": url, "description": description, "from": _position(start)}
    asked |= {"kinds": kind or [], "statuses": status or [], "countries": country or [], "participants": participant or []}
    made = _asked("POST", "", to, api_key_file, json=asked | _secret(secret_file))
    _show(made, f"{made['id']}: registered; the secret is {made['secret']}\n`daybook webhook ping {made['id']}` once the receiver has it")


@commands.command(name="list")
def list_(to: To = None, api_key_file: KeyFile = None) -> None:
    """List the addresses and how they stand. JSON lines when a program reads it.

    For example:

        daybook webhook list

        daybook webhook list | jq 'select(.state != "active") | .reason'
    """
    for row in _asked("GET", "", to, api_key_file):
        _show(row, _line(row))


@commands.command()
def show(webhook: Id, to: To = None, api_key_file: KeyFile = None) -> None:
    """Show all of one address but its secret, as JSON.

    For example:

        daybook webhook show 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    found = _asked("GET", f"/{webhook}", to, api_key_file)
    _show(found, json.dumps(found, indent=2))


@commands.command()
def ping(webhook: Id, to: To = None, api_key_file: KeyFile = None) -> None:
    """Post a signed ping. One that is taken verifies the address, and deliveries begin. Ends with 1 if it is not taken.

    For example:

        daybook webhook ping 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    found = _asked("POST", f"/{webhook}/ping", to, api_key_file)
    _show(found, f"{found['said']}; the webhook is {found['state']}")
    if not found["taken"]:
        raise typer.Exit(1)


@commands.command()
def pause(webhook: Id, to: To = None, api_key_file: KeyFile = None) -> None:
    """Deliver nothing until it is resumed. Changes are kept.

    For example:

        daybook webhook pause 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    _told(_asked("POST", f"/{webhook}/pause", to, api_key_file))


@commands.command()
def resume(webhook: Id, to: To = None, api_key_file: KeyFile = None) -> None:
    """Go on where it was paused, by you, after long failure, or because it answered 410.

    For example:

        daybook webhook resume 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    _told(_asked("POST", f"/{webhook}/resume", to, api_key_file))


@commands.command()
def secret(webhook: Id, secret_file: SecretFile = None, to: To = None, api_key_file: KeyFile = None) -> None:
    """Change the secret. For a day deliveries are signed with the former one, too.

    For example:

        daybook webhook secret 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    made = _asked("POST", f"/{webhook}/secret", to, api_key_file, json=_secret(secret_file))
    _show(made, f"the secret is {made['secret']}; the former one holds until {made['old_secret_until']}")


@commands.command()
def remove(webhook: Id, to: To = None, api_key_file: KeyFile = None) -> None:
    """Remove an address, and with it what waits for it.

    For example:

        daybook webhook remove 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    _asked("DELETE", f"/{webhook}", to, api_key_file)
    _show({"removed": webhook}, f"{webhook}: removed")


@commands.command()
def deliveries(
    webhook: Id,
    state: Annotated[str | None, typer.Option(help="Only those that are waiting, sending, delivered, dead or discarded.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="The latest so many.")] = 50,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """List deliveries, the latest first. JSON lines when a program reads it.

    For example:

        daybook webhook deliveries 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11 --state waiting
    """
    asked = {"limit": limit} | ({"state": state} if state else {})
    for row in _asked("GET", f"/{webhook}/deliveries", to, api_key_file, params=asked)["deliveries"]:
        _show(row, _delivery(row))


@commands.command()
def dead(
    webhook: Id,
    limit: Annotated[int, typer.Option(min=1, max=500, help="The latest so many.")] = 50,
    to: To = None,
    api_key_file: KeyFile = None,
) -> None:
    """List dead letters: deliveries that were given up.

    For example:

        daybook webhook dead 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11
    """
    deliveries(webhook, "dead", limit, to, api_key_file)


@commands.command()
def redeliver(webhook: Id, delivery: Which = None, to: To = None, api_key_file: KeyFile = None) -> None:
    """Deliver once more: one delivery, or all dead letters.

    For example:

        daybook webhook redeliver 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11 17
    """
    _settled("redeliver", webhook, delivery, to, api_key_file)


@commands.command()
def discard(webhook: Id, delivery: Which = None, to: To = None, api_key_file: KeyFile = None) -> None:
    """Give up what is dead or waits: one delivery, or all dead letters.

    For example:

        daybook webhook discard 5d7f3a52-9c1e-4a43-8f0b-2f6f2d1f7c11 17
    """
    _settled("discard", webhook, delivery, to, api_key_file)


def _settled(deed: str, webhook: str, delivery: int | None, to: str | None, key_file: Path | None) -> None:
    path = f"/{webhook}/dead/{deed}" if delivery is None else f"/{webhook}/deliveries/{delivery}/{deed}"
    done = _asked("POST", path, to, key_file)
    _show(done, f"{deed}ed: {done['deliveries']:,}")


def _told(row: dict[str, Any]) -> None:
    _show(row, _line(row))


def _show(row: dict[str, Any], plain: str) -> None:
    from services.timeline.view import safe

    typer.echo("\n".join(map(safe, plain.split("\n"))) if sys.stdout.isatty() else json.dumps(row))


def _line(row: dict[str, Any]) -> str:
    why = f" ({row['reason']})" if row["reason"] else ""
    return f"{row['id']}  {row['state']}{why}  {row['url']}  waiting {row['waiting']:,}, dead {row['dead']:,}"


def _delivery(row: dict[str, Any]) -> str:
    said = row["error"] or (f"answered {row['status']}" if row["status"] else "")
    return f"{row['delivery_id']}  {row['changed_at'][:19]}  {row['state']:9}  {row['event_id']}  {row['attempts']} attempts  {said}"


def _position(text: str) -> Any:
    try:
        return json.loads(text) if text.startswith("{") else text
    except ValueError as error:
        raise typer.BadParameter(f"this is no JSON ({error})", param_hint="--from") from error


def _secret(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        return {"secret": file.read_text(encoding="utf-8").split("\n", 1)[0].strip()}
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} can't be read", param_hint="--secret-file") from error


def _asked(method: str, path: str, to: str | None, key_file: Path | None, **what: Any) -> Any:
    return WEBHOOKS.ask(method, path, to or _where.webhooks(), key(key_file), **what)
