"""`daybook up`: Kafka, Postgres and the services, on this machine."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from deploy.local import external, options
from deploy.local.console import for_people, say, show_json, told
from deploy.pipeline import run
from deploy.pipeline.run import Daybook


def command(
    *,
    use_external: Annotated[
        bool,
        typer.Option(
            "--external", help="Start no server; use the servers that DAYBOOK_KAFKA and DAYBOOK_POSTGRES (an administrator's DSN) name."
        ),
    ] = False,
) -> None:
    """Start Kafka, Postgres and the services on this machine, or say where they are if they run already.

    They go on running when the command ends, on the loopback address only; all they have lies in one folder. With both
    DAYBOOK_KAFKA and DAYBOOK_POSTGRES set, no server is started, and roles and schemas are made in that Postgres.

    For example:

        daybook up
        DAYBOOK_STATE=/srv/daybook DAYBOOK_KAFKA_PORT=29092 daybook up
        DAYBOOK_KAFKA=broker:9092 DAYBOOK_POSTGRES=postgresql://admin:secret@db/news daybook up --external
        daybook up | jq -r .kafka
    """
    with told():
        asked = options.from_env(os.environ)
        if use_external:
            external.given(asked)
        places = summary(run.start(asked, say))
        if for_people():
            _show(places)
        else:
            show_json(places)


def summary(daybook: Daybook) -> dict[str, Any]:
    """Where everything is. Passwords are not in it, only where they are kept."""
    started = daybook.stack
    return {
        **{card.name: card.address for card in daybook.services},
        "kafka": started.kafka,
        "postgres": started.address,
        "passwords": str(started.state / "passwords.json"),
        "state": str(started.state),
        "logs": str(started.logs),
        "pids": dict(started.pids),
    }


def _show(places: dict[str, Any]) -> None:
    pids = places.pop("pids")
    for name, place in places.items():
        pid = f"  (pid {pids[name]})" if name in pids else ""
        typer.echo(f"{name:<10} {place}{pid}")
    typer.echo("stop it all with `daybook down`; look after it with `daybook doctor`")
