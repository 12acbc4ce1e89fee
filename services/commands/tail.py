"""`daybook tail`: follow what changes about events, as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import json as json_lines
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.local.console import say, told

if TYPE_CHECKING:
    from subscribing import Change, Origin, Subscription


def command(  # noqa: PLR0913, PLR0917 - one argument an option of the command line
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind of event; may be repeated.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only events that have this status now; may be repeated.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only events there: ISO 3166-1 alpha-2, as UA; may be repeated.")] = None,
    actor: Annotated[list[str] | None, typer.Option(help="Only events with them: whole words of a name; may be repeated.")] = None,
    change: Annotated[list[str] | None, typer.Option(help="Only identified, revised, merged, split or retracted; may be repeated.")] = None,
    first: Annotated[
        str, typer.Option("--from", metavar="WHERE", help="beginning, now, a moment, or a position as Ctrl-C or the API tells it.")
    ] = "now",
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many changes.")] = None,
    kafka: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Where Kafka answers; by default the one that runs here.")] = None,
    *,
    present: Annotated[
        bool, typer.Option("--present", help="Follow events.current.v1: the newest state of each event, no history.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One record a line, as JSON; the default when piped.")] = False,
) -> None:
    """Follow what changes about events, as it comes: each change once, in the order of the log.

    The filters look at the event as it is after the change. Reading moves nobody's position. Ctrl-C ends it with 130, and says the position
    from which --from goes on. A log that is not what it was ends it with 1: a hole, a topic made anew, a version that is not known here.

    For example:

        daybook tail

        daybook tail --kind strike --country UA --from 2025-08-18

        daybook tail --change merged --change retracted --from beginning --json | jq .value.event.title

        daybook tail --actor erdogan --status scheduled

        daybook tail --present --from beginning --limit 10
    """
    from services.commands import _stack

    with told(), _told():
        subscription = _subscription(kafka or _stack.kafka(), present, _origin(first), (kind, status, country, actor, change))
        show = _show_json if json or not sys.stdout.isatty() else _show_line
        try:
            asyncio.run(_follow(subscription, show, limit or sys.maxsize))
        finally:
            if position := str(subscription.position):
                say(f"go on with: daybook tail --from {shlex.quote(position)}")


Filters = tuple["list[str] | None", ...]
Show = Callable[["Change"], None]


def _subscription(kafka: str, current: bool, origin: Origin, filters: Filters) -> Subscription:
    from deploy.local.errors import BadSettingError
    from subscribing import Only, present, subscribe

    kind, status, country, actor, change = (tuple(given or ()) for given in filters)
    try:
        only = Only(changes=change, statuses=status, countries=tuple(name.upper() for name in country), actors=actor)
        if current:
            return present(kafka, from_=origin, only=replace(only, kinds=kind))
        return subscribe(kafka, kinds=kind, from_=origin, only=only)
    except ValueError as error:
        raise BadSettingError(str(error), "see `daybook tail --help` for examples") from error


def _origin(text: str) -> Origin:
    """Where to begin, as a person says it."""
    from deploy.local.errors import BadSettingError
    from services.chassis.bounds import BEGINNING, bound
    from subscribing import Position

    try:
        if "=" in text:
            return Position.read(text)
        where = bound(text)
    except ValueError as error:
        raise BadSettingError(f"--from: {error}", "see `daybook tail --help` for examples") from error
    if where.moment:
        return where.moment
    if not where.word:
        raise BadSettingError(f"--from {text} names no topic", "write a position with topics, as Ctrl-C tells it: events.strike.v1-0=17")
    return "beginning" if where.word == BEGINNING else "end"


async def _follow(subscription: Subscription, show: Show, limit: int) -> None:
    async with subscription:
        async for change in subscription:
            show(change)
            limit -= 1
            if not change.more or not limit:
                sys.stdout.flush()
            if not limit:
                return


def _show_json(change: Change) -> None:
    from services.chassis.telling import as_json

    sys.stdout.write(json_lines.dumps(as_json(change.raw), ensure_ascii=False) + "\n")


def _show_line(change: Change) -> None:
    from rich.console import Console

    from services.commands._changes import line

    Console(soft_wrap=True, highlight=False).print(line(change))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from aiokafka.errors import KafkaError

    from deploy.local.errors import BadSettingError, StackError, UnreachableError
    from subscribing import LogRecreated, NoSuchTopic, PositionLost, SubscribingError

    try:
        yield
    except NoSuchTopic as error:
        raise BadSettingError(str(error), "`daybook topics` lists those that there are") from error
    except (LogRecreated, PositionLost) as error:
        raise StackError(str(error), "begin again: --from beginning") from error
    except SubscribingError as error:
        raise StackError(str(error), "`daybook replay` shows what is there") from error
    except (KafkaError, OSError) as error:
        raise UnreachableError(f"Kafka does not answer as it should: {error}", "see `daybook doctor`") from error
