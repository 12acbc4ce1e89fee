"""`daybook timeline`: ask the timeline's API, and print a table for people or JSON lines for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import typer
from pydantic import ValidationError

from schemas.events import CanonicalEvent
from services.commands import _where
from services.commands._asking import SECONDS, asking
from services.commands._ctrl_c import heard
from services.commands._sending import KeyFile

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = 200  # events asked for at a time
FORMATS = ("atom", "csv", "geojson", "icalendar", "jsonl", "parquet", "timelinejs")


def command(  # noqa: PLR0913, PLR0917 - one argument an option of the command line
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind of event; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only events of this status; may be repeated.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Events that end on this day or later.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Events that start on this day or earlier.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Where: ISO 3166-1 alpha-2, as UA; may be repeated.")] = None,
    participant: Annotated[list[str] | None, typer.Option(help="Who: whole words of a name; repeated, all of them.")] = None,
    place: Annotated[list[str] | None, typer.Option(help="Where: the whole name of a place; may be repeated.")] = None,
    near: Annotated[str | None, typer.Option(metavar="LAT,LON,KM", help="Where: within so many kilometres, as 50.45,30.52,100.")] = None,
    number: Annotated[list[str] | None, typer.Option(help="How many: as killed>=10; repeated, all of them.")] = None,
    lineages: Annotated[int | None, typer.Option(min=0, help="Told by at least so many independent lineages.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-s", help='Words of titles, names, places and quotes; "a phrase", or, -without.')
    ] = None,
    changed_since: Annotated[str | None, typer.Option(metavar="MOMENT", help="Last changed after this moment of log time.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="MOMENT", help="What was known then: a moment, or a position.")] = None,
    sort: Annotated[str | None, typer.Option(help="day, -day, recorded or -recorded.")] = None,
    include: Annotated[list[str] | None, typer.Option(help="retracted or merged: show these too.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many events; all if not given.")] = None,
    export: Annotated[str | None, typer.Option(metavar="FORMAT", help=f"Write all of it as one file: {', '.join(FORMATS)}.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="--export: the file to write; standard output otherwise.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One CanonicalEvent a line, as JSON; the default when piped.")] = False,
    api: Annotated[
        str | None,
        typer.Option(envvar="DAYBOOK_API", metavar="URL", help="Where the timeline answers; by default the one that runs here."),
    ] = None,
    api_key_file: KeyFile = None,
) -> None:
    """Show the timeline, day by day.

    For example:

        daybook timeline

        daybook timeline --kind strike --from 2025-08-18 --to 2025-08-19

        daybook timeline --participant zelenskyy --participant putin

        daybook timeline --near 50.45,30.52,100 --number 'killed>=10'

        daybook timeline --as-of 2025-08-18T12:00Z

        daybook timeline --status scheduled --json | jq .title

        daybook timeline --kind summit --export icalendar -o summits.ics
    """
    filters: dict[str, Any] = {"kind": kind, "status": status, "from": since, "to": until, "country": country, "participant": participant}
    filters |= {"place": place, "near": near, "number": number, "lineages": lineages, "q": search}
    filters |= {"changed_since": changed_since, "as_of": as_of, "sort": sort, "include": include}
    asked = {name: value for name, value in filters.items() if value}
    if output and not export:
        raise typer.BadParameter("it goes with --export", param_hint="--output")
    api = api or _where.timeline()
    try:
        with heard():
            if export:
                _export(asking(api, api_key_file), api, export, asked, output)
                return
            events = fetch(api, asked, limit, asking(api, api_key_file))
            _show_json(events) if json or not sys.stdout.isatty() else _show_table(list(events))
    except OSError as error:
        typer.echo(f"daybook timeline: {output} can't be written: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    except (httpx.HTTPError, httpx.InvalidURL, NotTheTimelineError) as error:
        from services.timeline.view import safe

        typer.echo(f"daybook timeline: {safe(_explain(api, error))}", err=True)
        raise typer.Exit(1) from error


def _export(client: httpx.Client, api: str, export: str, asked: Mapping[str, Any], output: Path | None) -> None:
    """Stream a file to disk; what breaks off leaves no half of it under its name."""
    with client, client.stream("GET", f"{api.rstrip('/')}/v1/export/{export}", params=asked) as answer:
        if answer.is_error:
            answer.read()
            answer.raise_for_status()
        if output is None:
            for piece in answer.iter_bytes():
                sys.stdout.buffer.write(piece)
            return
        draft = output.with_name(output.name + ".part")
        with draft.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
        draft.replace(output)


class NotTheTimelineError(Exception):
    """Something else answers at this address."""


def fetch(api: str, asked: Mapping[str, Any], limit: int | None = None, client: httpx.Client | None = None) -> Iterator[CanonicalEvent]:
    """The events, in the timeline's order, page after page.

    Raises:
        httpx.HTTPError, httpx.InvalidURL: the API can't be reached, or refused the question.
        NotTheTimelineError: what answers there is not the timeline.
    """
    left = sys.maxsize if limit is None else limit
    cursor: dict[str, str] = {}
    with client or httpx.Client(timeout=SECONDS) as asked_by:
        while left > 0:
            answer = asked_by.get(f"{api.rstrip('/')}/v1/events", params={**asked, **cursor, "limit": min(left, PAGE)})
            events, following = _page(answer.raise_for_status())
            yield from events
            left -= len(events)
            if following is None:
                return
            cursor = {"cursor": following}


def _page(answer: httpx.Response) -> tuple[list[CanonicalEvent], str | None]:
    try:
        body = answer.json()
        return [CanonicalEvent.model_validate(event) for event in body["events"]], body["next"]
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise NotTheTimelineError("it gave no list of events") from error


def _show_json(events: Iterable[CanonicalEvent]) -> None:
    for event in events:
        typer.echo(event.model_dump_json())


def _show_table(events: Sequence[CanonicalEvent]) -> None:
    from rich.console import Console

    from services.timeline.view import table

    if events:
        Console().print(table(events))
    else:
        typer.echo("No events.", err=True)


def _explain(api: str, error: Exception) -> str:
    """What went wrong, and what to do about it."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{api} refused: {_detail(error.response)}"
    if isinstance(error, httpx.TransportError):
        return f"nothing answers at {api} ({error}). Is the timeline running? `daybook up` starts it; --api says where it is."
    return f"what answers at {api} is not the timeline: {error}"


def _detail(answer: httpx.Response) -> str:
    """The problem's own words, where it is one."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}"
