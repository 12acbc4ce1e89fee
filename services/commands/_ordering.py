"""How commands give orders to a service over HTTP: with a key, and with a word for whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import typer
from pydantic import SecretStr

from services.commands._sending import is_heard_on_the_way


@dataclass(frozen=True, slots=True)
class Service:
    """Who is asked: the `command` that speaks, what answers, and how long and often it is tried."""

    command: str
    called: str
    path: str
    seconds: float
    tries: int = 0

    def ask(self, method: str, path: str, to: str, key: SecretStr, **what: Any) -> Any:
        """Its answer; nothing where it has no body.

        Raises:
            typer.Exit: it refused, or nothing answers there; that was told.
        """
        where, secret = to.rstrip("/"), key.get_secret_value()
        if secret and is_heard_on_the_way(where):
            typer.echo(f"warning: the API key goes to {where} unencrypted; https would hide it", err=True)
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        try:
            with httpx.Client(timeout=self.seconds, transport=httpx.HTTPTransport(retries=self.tries)) as client:
                answer = client.request(method, f"{where}{self.path}{path}", headers=headers, **what).raise_for_status()
            return answer.json() if answer.content else None
        except httpx.HTTPStatusError as error:
            raise self.failure(f"{where} refused: {detail(error.response)}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self.failure(f"nothing answers at {where} ({error}). `daybook up` starts {self.called}.") from error
        except ValueError as error:
            raise self.failure(f"what answers at {where} is not {self.called}") from error

    def failure(self, words: str) -> typer.Exit:
        """Tell what went wrong; what comes from elsewhere steers no terminal."""
        from services.timeline.view import safe

        typer.echo(f"daybook {self.command}: {safe(words)}", err=True)
        return typer.Exit(1)


def detail(answer: httpx.Response) -> str:
    """A problem's own words, where it is one."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
