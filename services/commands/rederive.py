"""`daybook rederive`: read the articles again by another ruleset, tell what would change, and have it changed if that is wanted."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.local.console import FAILED, for_people, say, show_json, told

if TYPE_CHECKING:
    from deploy.local.stack import Stack
    from services.normalizer.rereading.orders import Order
    from services.normalizer.rereading.report import Report
    from services.normalizer.rulesets import Chosen


def command(
    ruleset: Annotated[
        str,
        typer.Option(
            metavar="RULESET", help="current: what is installed; its version; or a folder whose files take the place of installed ones."
        ),
    ] = "current",
    expect: Annotated[str | None, typer.Option(metavar="REPORT", help="With --promote: only if the report is still this one.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="For people: tell of at most so many events.")] = 50,
    *,
    promote: Annotated[bool, typer.Option("--promote", help="Have it changed, by ordinary changes in the log.")] = False,
) -> None:
    """Read every article again by another ruleset, beside what runs, and tell which events would be added, lost and changed, and why.

    A folder holds what differs, laid out as patterns/, lexicon/ and reading/times/ are installed. After an upgrade of Daybook the installed
    rules are new while the log was read by the old ones: that is what `current` compares. Editors' commands hold as ever. Nothing is
    changed, and nothing is left behind however it ends; Postgres needs room for a copy of what merging knows. Exit code 1: something would
    change.

    With --promote the running normalizer is ordered to read the articles again; it must read by this ruleset itself (DAYBOOK_RULESET), so
    that what comes later is read alike. That goes on though this command is broken off; called again, it waits for the same. Exit code 0:
    it is in the log.

    For example:

        daybook rederive

        daybook rederive --ruleset ./my-rules | jq '.lost[] | [.title, .reasons[].patterns_went]'

        daybook rederive --ruleset ./my-rules --promote

        daybook rederive --promote --expect 3f2a9c0d11e8b7a4
    """
    from services.commands import _stack
    from services.normalizer.rulesets import chosen

    with told(), _told(), chosen(ruleset) as rules:
        stack = _stack.running()
        if promote and (order := asyncio.run(_begun(stack, rules))):
            say(f"rereading {order.number} was ordered before, and goes on")
        else:
            report, order = _derived(stack, rules)
            _show(report, limit)
            if not promote:
                raise typer.Exit(0 if report.equal else FAILED)
            if report.equal:
                return
            _need_expected(report, expect)
        _promoted(stack, order)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    from deploy.local.errors import BadSettingError, StackError
    from services.chassis.errors import Halt
    from services.normalizer.rereading.orders import UnderWayError
    from services.normalizer.rereading.promoting import LeftLyingError, NobodyReadsSoError
    from services.normalizer.rereading.shadow import NotMergedYetError
    from services.normalizer.rulesets import BadRulesetError

    try:
        yield
    except BadRulesetError as error:
        raise BadSettingError(str(error), "see `daybook rederive --help`") from error
    except UnderWayError as error:
        raise StackError(str(error), "`daybook rederive --promote` waits for it; then call this again") from error
    except NotMergedYetError as error:
        raise StackError(str(error), "see that the normalizer runs, then call it again") from error
    except NobodyReadsSoError as error:
        raise StackError(
            str(error), "start it with DAYBOOK_RULESET as --ruleset says (`daybook down`, `daybook up`), then call this again"
        ) from error
    except LeftLyingError as error:
        what = "its log and its readiness say why; mend that and start it again, then call `daybook rederive --promote` to wait on"
        raise StackError(f"{error}; what it has published stays", what) from error
    except Halt as error:
        raise StackError(f"the articles can't be read again: {error}", "`daybook topics` shows what the log holds") from error


async def _begun(stack: Stack, rules: Chosen) -> Order | None:
    """The order that is under way, if it is to read by these rules.

    Raises:
        UnderWayError: it is to read by others.
    """
    from services.normalizer.rereading.orders import UnderWayError, under_way
    from services.normalizer.rereading.shadow import administer

    session = await administer(stack.dsn("admin"))
    try:
        order = await under_way(session)
    finally:
        await session.close()
    if order and order.ruleset != rules.version:
        raise UnderWayError(f"articles are being read again by ruleset {order.ruleset}")
    return order


def _derived(stack: Stack, rules: Chosen) -> tuple[Report, Order]:
    from services.commands._steps import counting
    from services.normalizer.rereading.desks import Desks
    from services.normalizer.rereading.shadow import derive
    from services.normalizer.settings import NormalizerSettings

    with counting("articles") as counted, Desks(rules, NormalizerSettings().read_seconds, os.cpu_count() or 1) as desks:
        return asyncio.run(derive(stack.kafka, stack.dsn("admin"), rules, desks, counted))


def _show(report: Report, limit: int) -> None:
    from services.normalizer.rereading.report import as_json, lines
    from services.timeline.view import safe

    if for_people():
        for line in lines(report, limit):
            typer.echo(safe(line))
    else:
        show_json(as_json(report))


def _need_expected(report: Report, expect: str | None) -> None:
    from deploy.local.errors import StackError

    if expect not in {None, report.digest}:
        what = f"the report is {report.digest} by now, and not {expect}: articles or commands came between"
        raise StackError(what, "look at it again; nothing was changed")


def _promoted(stack: Stack, order: Order) -> None:
    from services.commands._steps import counting
    from services.normalizer.rereading.promoting import promote

    with counting("articles") as counted:
        done = asyncio.run(promote(stack.dsn("admin"), order, counted))
    say(f"promoted: {done.articles:,} articles read again, {done.readings:,} readings differed and are merged")
    if done.unreadable:
        say(f"{done.unreadable:,} articles could not be read; what was read of them stays")
