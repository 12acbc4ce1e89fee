"""`daybook verify`: fold the log offline, and compare with what Postgres holds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from deploy.local.console import FAILED, for_people, show_json, told

if TYPE_CHECKING:
    from deploy.local.stack import Stack
    from services.commands._steps import Counted
    from services.timeline.generations.verifying import Verified, Wrong

LONGEST = 80


def command() -> None:
    """Check every copy of the timeline against the log: each row of each table, as of the position that the copy has reached.

    The log is folded without Postgres. Says that all is equal, or which rows and fields differ, and at which record that began. Nothing is
    changed; `daybook rebuild` makes a copy anew. Exit code 1: something differs.

    For example:

        daybook verify

        daybook verify | jq '.[] | select(.equal | not)'
    """
    from services.commands import _stack
    from services.commands._steps import counting

    with told(), _told(), counting("records") as counted:
        found = asyncio.run(_verified(_stack.running(), counted))
    if for_people():
        for line in (line for one in found for line in _lines(one)):
            typer.echo(line)
    else:
        show_json([_as_json(one) for one in found])
    if not all(one.equal for one in found):
        raise typer.Exit(FAILED)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from deploy.local.errors import StackError
    from services.chassis.errors import Halt

    try:
        yield
    except Halt as error:
        raise StackError(f"the log can't be folded: {error}", "`daybook topics` shows what the log holds") from error


async def _verified(stack: Stack, counted: Counted) -> list[Verified]:
    from services.timeline.generations.registry import administer, all_of
    from services.timeline.generations.verifying import verify
    from services.timeline.projections import discover, shape

    admin = await administer(stack.dsn("admin"))
    try:
        ours = [one for one in await all_of(admin) if one.shape == shape(discover())]
    finally:
        await admin.close()
    return [await verify(stack.kafka, stack.dsn("admin"), one, counted) for one in ours]


def _lines(one: Verified) -> list[str]:
    name = f"generation {one.generation.number} ({one.generation.state})"
    total = sum(one.rows.values())
    if one.equal:
        return [f"{name}: equal: {total:,} rows in {len(one.rows)} tables are what {one.records:,} records of the log make"]
    counts = ", ".join(f"{count:,} of {table}" for table, count in one.wrong.items())
    began = f"; the first is of {one.began_at}" if one.began_at else ""
    wrong = [f"{name}: rows that differ from the log: {counts}{began}"] if counts else []
    return wrong + [_line(example) for example in one.examples] + [f"  can't be read, and was not set aside: {told}" for told in one.unread]


def _line(wrong: Wrong) -> str:
    where = f"  {wrong.table} {' '.join(wrong.key)}{f' ({wrong.place})' if wrong.place else ''}: "
    if wrong.expected is None or wrong.found is None:
        return where + ("is not in Postgres" if wrong.expected else "is not in the log")
    fields = (f"{name} is {_short(wrong.found[name])}, and should be {_short(wrong.expected[name])}" for name in wrong.fields)
    return where + "; ".join(fields)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _as_json(one: Verified) -> Mapping[str, Any]:
    examples: Sequence[Mapping[str, Any]] = [
        {"table": w.table, "key": w.key, "place": w.place, "fields": w.fields, "expected": w.expected, "found": w.found}
        for w in one.examples
    ]
    return {
        "generation": one.generation.number,
        "state": one.generation.state,
        "equal": one.equal,
        "records": one.records,
        "rows": one.rows,
        "wrong": one.wrong,
        "began_at": one.began_at,
        "examples": examples,
        "unread": one.unread,
    }
