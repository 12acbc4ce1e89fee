"""How commands ask the timeline: with the API key or token that whoever calls them has."""

from __future__ import annotations

from pathlib import Path

import httpx
import typer

from services.commands._sending import is_heard_on_the_way, key

SECONDS = 15.0


def asking(api: str, key_file: Path | None) -> httpx.Client:
    """A client that says who asks, where a key is given.

    Raises:
        typer.BadParameter: the key can't be used.
    """
    secret = key(key_file).get_secret_value()
    if secret and is_heard_on_the_way(api):
        typer.echo(f"warning: the API key goes to {api} unencrypted; https would hide it", err=True)
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return httpx.Client(timeout=SECONDS, follow_redirects=True, headers=headers)
