"""The options that every command has that sends to an ingestor, and what they come to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr

from services.chassis.api_keys import is_loopback
from services.commands import _where
from services.ingestor.client import Sending
from services.ingestor.credentials import BadKeyError, SenderSettings, is_repeat_name, key_of
from services.ingestor.settings import IngestorSettings

To = Annotated[str | None, typer.Option(envvar="DAYBOOK_INGESTOR", help="Where the ingestor answers; by default the one that runs here.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--api-key-file", metavar="FILE", help="A file whose first line is the API key; else DAYBOOK_API_KEY_FILE or DAYBOOK_API_KEY."
    ),
]
Repeat = Annotated[
    str | None,
    typer.Option(
        "--idempotency-key", metavar="NAME", help="Name the run: repeated, the same pages are answered for a day as they were before."
    ),
]


def sending_of(
    to: str | None,
    patience: float,
    key_file: Path | None,
    repeat: str | None,
    captured_at: datetime | None = None,
    url: str | None = None,
) -> Sending:
    """How to send.

    Raises:
        typer.BadParameter: the key's file cannot be used, or the name stands in no header.
    """
    if repeat is not None and not is_repeat_name(repeat):
        raise typer.BadParameter("it must be 1 to 200 printable ASCII characters, without quotation marks", param_hint="--idempotency-key")
    sending = Sending(to or _where.ingestor(), captured_at, url, IngestorSettings().page_bytes, patience, key(key_file), repeat)
    if sending.key and is_heard_on_the_way(sending.to):
        typer.echo(f"warning: the API key goes to {sending.to} unencrypted; https would hide it", err=True)
    return sending


def key(file: Path | None = None) -> SecretStr:
    """The API key of the file, else of the environment.

    Raises:
        typer.BadParameter: it cannot be used.
    """
    try:
        return key_of(SenderSettings(), file)
    except BadKeyError as error:
        raise typer.BadParameter(str(error), param_hint="--api-key-file" if file else "DAYBOOK_API_KEY") from None


def is_heard_on_the_way(to: str) -> bool:
    """Whether what is sent there can be read in between."""
    parts = urlsplit(to)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
