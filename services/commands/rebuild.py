"""`daybook rebuild`: read the log into a fresh copy of the timeline, compare it with the one that answers, and put it live."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.local.console import FAILED, for_people, say, show_json, told

if TYPE_CHECKING:
    from deploy.local.stack import Stack
    from services.timeline.generations.comparing import Compared, Difference
    from services.timeline.generations.names import Generation
    from services.timeline.generations.rebuilding import Rebuilt


def command(
    *,
    look: Annotated[bool, typer.Option("--list", help="Only list the copies (generations) that there are.")] = False,
    compare_only: Annotated[bool, typer.Option("--compare-only", help="Fill and compare, and let the old one go on answering.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Put it live although it differs from the one that answers.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Let the one that answered before answer again.")] = False,
    drop: Annotated[int | None, typer.Option(metavar="NUMBER", help="Drop a copy that does not answer.")] = None,
) -> None:
    """Rebuild the timeline from the log, beside the one that answers, which notices nothing.

    A fresh copy is filled from the beginning of the events.* topics, compared row for row with the one that answers as of the very same
    positions, and put live if nothing differs. The old one is kept up to date, for --rollback, until it is dropped. Broken off, a
    rebuild goes on where it was when called again. Exit code 1: the copies differ, and the old one still answers.

    For example:

        daybook rebuild

        daybook rebuild --compare-only | jq .differences

        daybook rebuild --rollback

        daybook rebuild --list

        daybook rebuild --drop 1
    """
    from services.commands import _stack

    with told(), _told():
        stack = _stack.running()
        if look:
            _show_all(asyncio.run(_all(stack)))
        elif rollback:
            answering = asyncio.run(_roll_back(stack))
            say(f"generation {answering.number} answers again")
        elif drop is not None:
            dropped = asyncio.run(_drop(stack, drop))
            say(f"generation {dropped.number} is dropped")
        else:
            _show(_rebuilt(stack, cut=not compare_only, force=force))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What can go wrong here, in the words of the command line."""
    from aiokafka.errors import KafkaError

    from deploy.local.errors import StackError
    from services.chassis.errors import Halt
    from services.timeline.generations.changing import NoSuchGenerationError, NotYetError
    from services.timeline.generations.rebuilding import AnotherRebuildError

    try:
        yield
    except (Halt, KafkaError) as error:
        raise StackError(
            f"the log can't be read into a fresh copy: {error}", "mend that, and call it again; the old copy still answers"
        ) from error
    except AnotherRebuildError as error:
        raise StackError(str(error), "wait for it, or end it: it can be gone on with at any time") from error
    except NotYetError as error:
        raise StackError(
            str(error), "see that a timeline of the version that made it runs and is ready, then call it again; else `daybook rebuild`"
        ) from error
    except NoSuchGenerationError as error:
        raise StackError(str(error), "`daybook rebuild --list` shows them") from error


def _rebuilt(stack: Stack, *, cut: bool, force: bool) -> Rebuilt:
    from services.commands._stack import settings_of
    from services.commands._steps import counting
    from services.timeline.generations.rebuilding import rebuild
    from services.timeline.service import NAME, followed_topics

    settings = settings_of(stack, NAME)
    with counting("records") as counted:
        return asyncio.run(rebuild(settings, stack.dsn("admin"), followed_topics(), counted, say, cut=cut, force=force))


async def _all(stack: Stack) -> list[Generation]:
    from services.timeline.generations.registry import administer, all_of

    async with contextlib.AsyncExitStack() as closing:
        admin = await administer(stack.dsn("admin"))
        closing.push_async_callback(admin.close)
        return await all_of(admin)


async def _roll_back(stack: Stack) -> Generation:
    from services.timeline.generations.changing import last_live
    from services.timeline.generations.rebuilding import hand_over
    from services.timeline.generations.registry import administer

    admin = await administer(stack.dsn("admin"))
    try:
        generation = await last_live(admin)
        await hand_over(admin, generation)
    finally:
        await admin.close()
    return generation


async def _drop(stack: Stack, number: int) -> Generation:
    from services.timeline.generations.changing import drop
    from services.timeline.generations.registry import administer

    admin = await administer(stack.dsn("admin"))
    try:
        return await drop(admin, number)
    finally:
        await admin.close()


def _show_all(every: Sequence[Generation]) -> None:
    if for_people():
        for one in every:
            typer.echo(f"{one.number:>4}  {one.state}")
    else:
        show_json([{"number": one.number, "state": one.state, "shape": one.shape} for one in every])


def _show(done: Rebuilt) -> None:
    if for_people():
        _say(done)
    else:
        show_json(_as_json(done))
    if not done.compared.equal and not done.live:
        raise typer.Exit(FAILED)


def _say(done: Rebuilt) -> None:
    rate = f"{done.records / done.seconds:,.0f} a second" if done.seconds else ""
    typer.echo(f"{done.records:,} records read into generation {done.generation.number} in {done.seconds:.1f} s ({rate})")
    for line in said(done.compared, done.before.number, done.generation.number):
        typer.echo(line)
    answering = done.generation if done.live else done.before
    typer.echo(f"generation {answering.number} answers")


def said(compared: Compared, one: int, other: int) -> list[str]:
    """What a comparison found, in lines for people."""
    total = sum(compared.rows.values())
    if compared.equal:
        lines = [f"{total:,} rows in {len(compared.rows)} tables are equal, row for row"]
    else:
        counts = ", ".join(f"{count:,} of {name}" for name, count in compared.differing.items())
        lines = [f"rows that differ: {counts}", *(_difference(found, one, other) for found in compared.differences)]
    lines += [f"{name} is new or gone, and was not compared" for name in compared.not_compared]
    return lines + [
        f"not compared, as stored otherwise: {', '.join(columns)} of {name}; `daybook verify` holds the timeline against the log"
        for name, columns in compared.columns_not_compared.items()
    ]


def _difference(found: Difference, one: int, other: int) -> str:
    where = f"  {found.table} {' '.join(found.key)}: "
    if found.missing:
        return where + f"not in {found.missing}"
    return where + "; ".join(
        f"{name}: {_short(mine)} in {one}, {_short(theirs)} in {other}" for name, (mine, theirs) in found.fields.items()
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - a line for people


def _as_json(done: Rebuilt) -> Mapping[str, Any]:
    compared = done.compared
    return {
        "generation": done.generation.number,
        "before": done.before.number,
        "live": done.live,
        "records": done.records,
        "seconds": round(done.seconds, 3),
        "equal": compared.equal,
        "rows": compared.rows,
        "differing": compared.differing,
        "not_compared": compared.not_compared,
        "columns_not_compared": compared.columns_not_compared,
        "differences": [
            {
                "table": d.table,
                "key": d.key,
                "missing": d.missing,
                "fields": {n: {"before": a, "after": b} for n, (a, b) in d.fields.items()},
            }
            for d in compared.differences
        ],
    }
