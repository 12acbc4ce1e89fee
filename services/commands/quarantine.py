"""`daybook quarantine`: what could not be applied, and what to do with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import asyncpg
import typer

from deploy.local.console import for_people, say, show_json, told

if TYPE_CHECKING:
    from services.chassis.aside import Aside, Place

T = TypeVar("T")
Deed = Annotated[str, typer.Argument(metavar="list|show|redrive|discard", help="What to do.")]


def command(
    deed: Deed,
    places: Annotated[
        list[str] | None, typer.Argument(metavar="PLACE", help="Which records: topic-partition@offset, as `list` shows.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="list: only of this topic.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="list, and --all: at most so many records.")] = 100,
    *,
    every: Annotated[bool, typer.Option("--all", help="redrive: all that waits, up to the limit.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it. Without it, redrive and discard only say what they would do.")] = False,
) -> None:
    """Look after records that could not be applied. Each is kept, and later records of its key wait behind it, in order.

    `redrive` has records tried again, after whatever was wrong was mended; what can't be applied still stays. `discard` gives a record up:
    those behind it are tried again. The bytes stay in the log. Pages that the ingestor refused are on a topic of their own: `daybook replay
    pages.refused.v1.quarantine`.

    For example:

        daybook quarantine list

        daybook quarantine show events.strike.v1-0@17

        daybook quarantine redrive events.strike.v1-0@17 --yes

        daybook quarantine redrive --all

        daybook quarantine discard events.strike.v1-0@17 --yes
    """
    with told(), _told():
        named = _places(places or [])
        if deed == "list":
            _list(topic, limit)
        elif deed == "show":
            _each(named, _show)
        elif deed in {"redrive", "discard"}:
            chosen = named or ([one.place for one in _asides(topic, limit)] if every and deed == "redrive" else [])
            _change(deed, sorted(set(chosen)), yes=yes)
        else:
            from deploy.local.errors import BadSettingError

            raise BadSettingError(f"{deed!r} is nothing that can be done with quarantine", "say list, show, redrive or discard")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from deploy.local.errors import StackError, UnreachableError
    from services.chassis.errors import Halt

    try:
        yield
    except Halt as error:
        raise StackError(f"the record can't be had: {error}", "`daybook topics` shows what the log holds") from error
    except (OSError, asyncpg.PostgresError) as error:
        raise UnreachableError(f"Postgres does not answer as it should: {error}", "see `daybook doctor`") from error


def _places(texts: Sequence[str]) -> list[Place]:
    from deploy.local.errors import BadSettingError
    from services.chassis.aside import place

    try:
        return [place(text) for text in texts]
    except ValueError as error:
        raise BadSettingError(str(error), "`daybook quarantine list` shows them") from error


def _asked(work: Callable[[asyncpg.Connection, Sequence[str]], Awaitable[T]]) -> T:
    """Do something as the administrator, over the schemas of all services."""
    from deploy.local.state import SERVICES
    from services.commands import _stack

    async def run() -> T:
        admin = await asyncpg.connect(_stack.running().dsn("admin"))
        try:
            return await work(admin, SERVICES)
        finally:
            await admin.close()

    return asyncio.run(run())


def _asides(topic: str | None, limit: int, at: Place | None = None) -> list[Aside]:
    from services.chassis.aside import listed

    return _asked(lambda admin, schemas: listed(admin, schemas, topic, limit, at))


def _list(topic: str | None, limit: int) -> None:
    from services.chassis.aside import counted

    found = _asides(topic, limit)
    if not for_people():
        show_json([_as_json(one) for one in found])
        return
    for one in found:
        typer.echo(f"{one.place}  {one.state:<8}  {one.follower}  {_text(one.key)}  {_safe(one.error)}")
    total = _asked(counted)
    say(f"{len(found):,} of {total:,} records" if total else "nothing is in quarantine")


def _each(places: Sequence[Place], do: Callable[[Place], None]) -> None:
    from deploy.local.errors import BadSettingError

    if not places:
        raise BadSettingError("no record is named", "name one as `daybook quarantine list` shows it, as events.strike.v1-0@17")
    for place in places:
        do(place)


def _show(place: Place) -> None:
    from services.chassis.aside import record_at
    from services.chassis.telling import as_json
    from services.commands import _stack

    asides = _need(place)
    raw = asyncio.run(record_at(_stack.running().kafka, place))
    show_json([_as_json(one) for one in asides] + ([as_json(raw)] if raw else [{"record": "no longer in the log"}]))


def _change(deed: str, places: Sequence[Place], *, yes: bool) -> None:
    from services.chassis.aside import behind, give_up, want

    def change(place: Place) -> None:
        _need(place)
        waiting = [offset for offset in _asked(lambda admin, schemas: behind(admin, schemas, place)) if offset != place.offset]
        also = f"; {len(waiting)} more of its key are tried after it" if waiting else ""
        what = "is tried again" if deed == "redrive" else "is given up"
        if not yes:
            typer.echo(f"would do: {place} {what}{also}")
            return
        _asked(lambda admin, schemas: (want if deed == "redrive" else give_up)(admin, schemas, place))
        typer.echo(f"{place} {what}{also}")

    _each(places, change)
    say("its owner does so within seconds; `daybook quarantine list` shows what could not be applied" if yes else "--yes does it")


def _need(place: Place) -> list[Aside]:
    from deploy.local.errors import BadSettingError

    found = _asides(None, 1, place)
    if not found:
        raise BadSettingError(f"{place} is not in quarantine", "`daybook quarantine list` shows what is")
    return found


def _as_json(one: Aside) -> dict[str, Any]:
    return {"place": str(one.place), "follower": one.follower, "key": _text(one.key), "state": one.state, "error": one.error}


def _text(key: bytes) -> str:
    return _safe(key.decode(errors="backslashreplace"))


def _safe(text: str) -> str:
    from services.timeline.view import safe

    return safe(text)
