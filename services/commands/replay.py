"""`daybook replay`: read a stretch of a topic again, to the terminal, a file, or another topic."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.local.console import say, told

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from services.chassis.replaying import Asked
    from services.commands._steps import Counted

SHOWN = 100  # characters of a value, on a terminal


def command(  # noqa: PLR0913, PLR0917 - one argument an option of the command line
    topic: Annotated[str, typer.Argument(help="The topic to read; `daybook topics` lists them.")],
    first: Annotated[
        str, typer.Option("--from", metavar="WHERE", help="beginning, an offset, positions (0:17,1:4), or a moment.")
    ] = "beginning",
    last: Annotated[
        str, typer.Option("--to", metavar="WHERE", help="now, an offset, positions, or a moment; the record there is not read.")
    ] = "now",
    key: Annotated[list[str] | None, typer.Option(help="Only records of this key; may be repeated.")] = None,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only records of this CloudEvents type; may be repeated.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="PATH=VALUE", help="Only values with this field, as event.status=occurred; may be repeated.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many records.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write JSON lines to this file, which must not be there yet.")
    ] = None,
    into: Annotated[
        str | None, typer.Option(metavar="TOPIC", help="Copy the records, bytes and headers, to this topic of your own.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One record a line, as JSON; the default when piped.")] = False,
) -> None:
    """Read a stretch of a topic again: everything that was ever published is still there.

    Reading moves nobody's position. Records come partition after partition, each in its order. A topic of Daybook itself is never written
    to: its numbers would no longer be dense. Ctrl-C ends it with 130; what was written until then is whole.

    For example:

        daybook replay events.strike.v1 --from 2025-08-18

        daybook replay events.summit.v1 --where event.status=scheduled | jq .value.event.title

        daybook replay articles.raw.v1 --from 0:100 --to 0:200 -o some.jsonl

        daybook replay events.strike.v1 --into mine.strikes
    """
    from services.commands import _stack
    from services.commands._steps import counting

    with told(), _told(topic):
        asked = _asked(topic, (first, last), (key or [], kind or [], where or []), limit)
        kafka = _stack.kafka()
        if into:
            _need_foreign(into)
        with counting("records") as counted:
            if into:
                count = asyncio.run(_copied(kafka, asked, into, counted))
            else:
                plain = not json and output is None and sys.stdout.isatty()
                count = asyncio.run(_written(kafka, asked, output, _line if plain else _json_line, counted))
        say(f"{count:,} records{f' copied to {into}' if into else ''}")


@contextlib.contextmanager
def _told(topic: str) -> Iterator[None]:
    from aiokafka.errors import KafkaError

    from deploy.local.errors import BadSettingError, StackError, UnreachableError
    from services.chassis.errors import Halt
    from services.chassis.replaying import NoSuchTopicError

    try:
        yield
    except NoSuchTopicError as error:
        raise BadSettingError(str(error), "`daybook topics` lists those that there are") from error
    except Halt as error:
        raise StackError(f"{topic} can't be read so far back: {error}", "begin later, with --from") from error
    except FileExistsError as error:
        raise BadSettingError(f"{error.filename} is there already", "name another file with --output") from error
    except (IsADirectoryError, FileNotFoundError, PermissionError) as error:
        raise BadSettingError(f"{error.filename} can't be written: {error.strerror}", "name another file with --output") from error
    except (KafkaError, TimeoutError) as error:
        raise UnreachableError(f"Kafka does not answer as it should: {error}", "see `daybook doctor`") from error


def _asked(topic: str, bounds: tuple[str, str], wanted: tuple[list[str], list[str], list[str]], limit: int | None) -> Asked:
    from deploy.local.errors import BadSettingError
    from services.chassis.bounds import bound
    from services.chassis.replaying import Asked
    from services.chassis.telling import Wanted, fields_of

    keys, types, fields = wanted
    try:
        return Asked(topic, bound(bounds[0]), bound(bounds[1]), Wanted(keys, types, fields_of(fields)), limit or sys.maxsize)
    except ValueError as error:
        raise BadSettingError(str(error), "see `daybook replay --help` for examples") from error


def _need_foreign(topic: str) -> None:
    """Daybook's own topics are written by their producers alone, who number what they write."""
    from deploy.local.errors import BadSettingError
    from schemas.topics import cards

    if topic in {card.topic for card in cards()}:
        raise BadSettingError(f"{topic} is Daybook's own, and a copy in it would spoil its numbers", "name a topic of your own")


async def _copied(kafka: str, asked: Asked, into: str, counted: Counted) -> int:
    from services.chassis.replaying import NoSuchTopicError, copy, replay
    from services.chassis.topics import partition_counts

    if into not in await partition_counts(kafka, [into]):
        raise NoSuchTopicError(f"there is no topic {into} to copy to; make it first")
    return await copy(kafka, replay(kafka, asked, counted), into)


async def _written(kafka: str, asked: Asked, output: Path | None, line: Callable[[ConsumerRecord], str], counted: Counted) -> int:
    from services.chassis.replaying import replay

    count = 0
    with output.open("x", encoding="utf-8") if output else contextlib.nullcontext(sys.stdout) as out:
        async for raw in replay(kafka, asked, counted):
            out.write(line(raw) + "\n")
            count += 1
    return count


def _json_line(raw: ConsumerRecord) -> str:
    import json

    from services.chassis.telling import as_json

    return json.dumps(as_json(raw), ensure_ascii=False)


def _line(raw: ConsumerRecord) -> str:
    """For people: where, when, what, of which key, and how the value begins."""
    from services.chassis.telling import as_json
    from services.timeline.view import safe

    told = as_json(raw)
    kind = told["headers"].get("ce_type", "")
    value = str(told.get("value", told.get("value_base64")))
    start = value if len(value) <= SHOWN else value[:SHOWN] + "…"
    return safe(f"{told['partition']}@{told['offset']}  {told['time']}  {kind}  {told['key']}  {start}")
