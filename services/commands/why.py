"""`daybook why`: ask the timeline's API for an event, and tell why it is as it is and why each mention belongs to it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

import httpx
import typer
from pydantic import ValidationError

from schemas.events import CanonicalEvent, Link
from schemas.reasons import Reasons, contradiction, reasons
from services.commands import _where
from services.commands._asking import SECONDS, asking
from services.commands._ctrl_c import heard
from services.commands._sending import KeyFile
from services.commands.timeline import NotTheTimelineError


def command(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id; an id that was merged away leads to the survivor.")],
    mention: Annotated[str | None, typer.Argument(metavar="[MENTION]", help="Only why this mention belongs to it.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="As JSON; the default when piped.")] = False,
    api: Annotated[
        str | None,
        typer.Option(envvar="DAYBOOK_API", metavar="URL", help="Where the timeline answers; by default the one that runs here."),
    ] = None,
    api_key_file: KeyFile = None,
) -> None:
    """Tell why an event is as it is: how each field was chosen, and why each mention belongs to it.

    For example:

        daybook why 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11

        daybook why 5d7f3a52-9c1e-5a43-8f0b-2f6f2d1f7c11 --json | jq .fields
    """
    api = api or _where.timeline()
    try:
        with heard():
            known = fetch_event(api, event, asking(api, api_key_file))
            derived = fetch_derived(api, known.event_id, asking(api, api_key_file))
        found = reasons(known, mention, derived)
    except KeyError as error:
        raise _failure(f"event {event} has no mention {mention}") from error
    except httpx.HTTPStatusError as error:
        raise _failure(f"{api} refused: status {error.response.status_code} for event {event}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failure(f"nothing answers at {api} ({error}). Is the timeline running? `daybook up` starts it.") from error
    except NotTheTimelineError as error:
        raise _failure(f"what answers at {api} is not the timeline: {error}") from error
    from services.timeline.view import safe

    lines = [found.model_dump_json()] if json or not sys.stdout.isatty() else [safe(line) for line in told(found)]
    for line in lines:
        typer.echo(line)


def fetch_event(api: str, event_id: str, client: httpx.Client | None = None) -> CanonicalEvent:
    """One event, by its id or by one that was merged into it.

    Raises:
        httpx.HTTPError, httpx.InvalidURL: the API can't be reached, or does not know the event.
        NotTheTimelineError: what answers there is not the timeline.
    """
    with client or httpx.Client(timeout=SECONDS, follow_redirects=True) as client_:
        answer = client_.get(f"{api.rstrip('/')}/v1/events/{quote(event_id, safe='')}").raise_for_status()
    try:
        return CanonicalEvent.model_validate_json(answer.content)
    except ValidationError as error:
        raise NotTheTimelineError("it gave no event") from error


def fetch_derived(api: str, event_id: str, client: httpx.Client | None = None) -> tuple[Link, ...]:
    """What follows from an event and its neighbours as they are now.

    Raises:
        httpx.HTTPError, httpx.InvalidURL: the API can't be reached, or does not know the event.
        NotTheTimelineError: what answers there is not the timeline.
    """
    with client or httpx.Client(timeout=SECONDS) as client_:
        answer = client_.get(f"{api.rstrip('/')}/v1/events/{quote(event_id, safe='')}/links").raise_for_status()
    try:
        return tuple(Link.model_validate(link) for link in answer.json()["derived"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotTheTimelineError("it gave no links") from error


def told(found: Reasons) -> Iterator[str]:
    """Lines for people."""
    yield f"{found.title} ({found.event_id})"
    for name, sentence in found.fields.items():
        yield f"  {name}: {sentence}"
    yield from (f"  {one.field}: {contradiction(one)}" for one in found.contradictions)
    yield f"  support: {found.support}"
    yield from (f"  copy: {sentence}" for sentence in found.copies)
    yield from (f"  link: {sentence}" for sentence in found.links)
    yield from (f"  editor: {sentence}" for sentence in found.edits)
    for one in found.mentions:
        yield f"  mention {one.mention_id}: {one.sentence}"


def _failure(words: str) -> typer.Exit:
    from services.timeline.view import safe

    typer.echo(f"daybook why: {safe(words)}", err=True)
    return typer.Exit(1)
