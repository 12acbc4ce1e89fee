"""`daybook watch`: files that are put into a folder go to the ingestor, each once."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated

import typer

from services.commands._sending import KeyFile, Repeat, To, sending_of
from services.commands.ingest import found, remembering, say_round, send_round
from services.ingestor.feeds.folder import Folder
from services.ingestor.fetching.settings import FetchSettings

LOOK_SECONDS = 1.0


def command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder; those in it count too.", exists=True, file_okay=False)],
    to: To = None,
    patience: Annotated[
        float, typer.Option(min=0, help="How many seconds to wait for an ingestor that is away; without it, for ever.")
    ] = math.inf,
    *,
    api_key_file: KeyFile = None,
    idempotency_key: Repeat = None,
    once: Annotated[bool, typer.Option("--once", help="End when all files that are there have been sent.")] = False,
) -> None:
    """Send what is put into a folder: pages, feeds, JSON Lines, archives. Goes on until Ctrl-C.

    A file is taken when it has stopped changing, and is done when all of it was answered; that is remembered, so that watching goes on
    where it broke off. A file that is changed is sent again. A summary follows each round in which there was something; exit codes as
    those of `daybook ingest`.

    For example:

        daybook watch inbox/

        daybook watch inbox/ --once | jq .refused
    """
    settings, sending = FetchSettings(), sending_of(to, patience, api_key_file, idempotency_key)
    with remembering(settings.state, sending.to) as memory:
        watched = Folder(folder.resolve(), memory, settings.settle_seconds, found, sending.page_bytes)
        refused = False
        while True:
            total = send_round(watched.pages(), sending)
            refused = refused or bool(total.refused)
            say_round(total)
            if once and not watched.waiting:
                raise typer.Exit(1 if refused else 0)
            time.sleep(LOOK_SECONDS)
