"""Reading the articles again by another ruleset, on real servers: a trial tells what would change, promoting makes just that, once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import asyncpg
import pytest

from deploy.local.stack import Stack
from schemas.articles import RawArticle
from schemas.edits import Edit
from schemas.mentions import Reading
from services.chassis.faults import FollowerPoint
from services.normalizer.merging import Command, merge_all
from services.normalizer.rereading import knowing, promoting
from services.normalizer.rereading.desks import Desks
from services.normalizer.rereading.orders import Order, UnderWayError, give
from services.normalizer.rereading.promoting import NobodyReadsSoError, promote
from services.normalizer.rereading.report import Report
from services.normalizer.rereading.shadow import administer, derive
from services.normalizer.rulesets import Chosen, chosen
from tests.faults.world import articles, publish
from tests.integration.test_editing import caught_up, log_of, ordered, states
from tests.scenarios.merging.ledger import by_content
from tests.support.rules import folder, without
from tests.support.service import ServiceProcess, eventually, service

COUNT = 14
WORLD = articles(COUNT)


@pytest.fixture
def fewer(tmp_path: Path) -> Path:
    """Rules that know no air strikes and no talks."""
    home = folder(tmp_path / "fewer", "strike", without("strike", "strike.noun.air", "strike.noun.strike"))
    return folder(home, "summit", without("summit", "summit.noun.talks"))


async def read(stack: Stack, given: Sequence[RawArticle], normalizer: ServiceProcess) -> None:
    """Publish articles, and wait until merging has heard what they tell."""
    await asyncio.to_thread(normalizer.wait_ready)
    await publish(stack, list(given))
    await eventually(lambda: caught_up(stack), 60)


async def tried(stack: Stack, rules: Chosen) -> tuple[Report, Order]:
    with Desks(rules, 60) as desks:
        return await derive(stack.kafka, stack.dsn("admin"), rules, desks, lambda _done, _total: None)


async def promoted(stack: Stack, rules: Chosen) -> Report:
    report, order = await tried(stack, rules)
    async with asyncio.timeout(90):
        await promote(stack.dsn("admin"), order, lambda _done, _total: None)
    await eventually(lambda: caught_up(stack), 60)
    return report


def fresh(rules: Chosen, given: Sequence[RawArticle]) -> list[Reading]:
    """What a log that was only ever read by these rules holds."""
    with Desks(rules, 60) as desks:
        answers = [desks._desks[0].do(one.model_dump_json().encode()) for one in given]
    return [Reading.model_validate_json(written.body) for answer in answers for written in answer]  # type: ignore[union-attr]


async def commands(stack: Stack) -> list[Command]:
    return [Command(Edit.model_validate_json(value), seq) for seq, value in await log_of(stack, "Edit")]


async def test_a_trial_tells_what_would_be_lost_and_why_and_changes_nothing(emptied: Stack, fewer: Path) -> None:
    with service(emptied, "normalizer") as normalizer, chosen(str(fewer)) as rules:
        await read(emptied, WORLD, normalizer)
        before, log = by_content(await states(emptied)), await log_of(emptied, "Reading")
        # when
        report, order = await tried(emptied, rules)
        # then it names events, patterns and articles
        assert not report.equal
        assert {one.kind for one in report.of("lost")} == {"strike", "summit"}
        went = {pattern for one in report.of("lost") for why in one.reasons for pattern in why.went}
        assert {"strike.noun.air", "summit.noun.talks"} <= went
        assert {why.article_id for one in report.found for why in one.reasons} <= {one.article_id for one in WORLD}
        assert report.until == {"articles.raw.v1-0": len(WORLD) + 1}
        # and nothing has changed, and a second trial says the same
        assert by_content(await states(emptied)) == before
        assert await log_of(emptied, "Reading") == log
        again, _ = await tried(emptied, rules)
        assert again.digest == report.digest
        assert order.number == 1


async def test_by_the_rules_that_it_was_read_by_nothing_would_change(emptied: Stack) -> None:
    with service(emptied, "normalizer") as normalizer, chosen("current") as rules:
        await read(emptied, WORLD, normalizer)
        report, _ = await tried(emptied, rules)
    assert (report.equal, report.readings, report.found) == (True, 0, [])
    assert report.articles == COUNT


async def test_what_is_promoted_is_what_a_fresh_log_read_so_would_say_and_was_reported(emptied: Stack, fewer: Path) -> None:
    # given a log read by fewer rules, with an editor's commands
    with chosen(str(fewer)) as old, service(emptied, "normalizer", RULESET=str(fewer)) as normalizer:
        await read(emptied, WORLD, normalizer)
        event = min(await states(emptied), key=lambda one: one.event_id)
        await ordered(emptied, normalizer, "retract", event.event_id)
        assert by_content(await states(emptied)) == _without_retracted(fresh(old, WORLD), await commands(emptied))
    before = by_content(await states(emptied))
    # when Daybook is upgraded, and what its rules read is promoted
    with service(emptied, "normalizer") as normalizer, chosen("current") as new:
        await asyncio.to_thread(normalizer.wait_ready)
        report = await promoted(emptied, new)
        # then the live events are those of a fresh log, ids apart, and those that the report told
        after = await states(emptied)
        assert by_content(after) == _without_retracted(fresh(new, WORLD), await commands(emptied)) != before
        added = {one.event_id for one in report.of("added")}
        assert added
        assert added <= {one.event_id for one in after}
        # and nothing is left to promote
        again, _ = await tried(emptied, new)
        assert again.equal
        # and the log says why
        causes = [json.loads(value)["cause"]["reason"] for _, value in await log_of(emptied, "EventChange")]
        assert any(reason.startswith(f"read again under ruleset {new.version}") for reason in causes)


def _without_retracted(readings: list[Reading], orders: list[Command]) -> set[str]:
    return by_content(event for event in merge_all(readings, orders) if event.status != "retracted")


async def test_articles_that_come_while_others_are_promoted_are_read_alike(emptied: Stack, fewer: Path) -> None:
    """Some of them are corrections of what is being read again: the later revision counts, whichever comes first."""
    first, later = WORLD[:COUNT], WORLD[COUNT:]
    with service(emptied, "normalizer", RULESET=str(fewer)) as normalizer:
        await read(emptied, first, normalizer)
    with service(emptied, "normalizer", BATCH_RECORDS="5") as normalizer, chosen("current") as new:
        await asyncio.to_thread(normalizer.wait_ready)
        _, order = await tried(emptied, new)
        promoting_ = asyncio.create_task(promote(emptied.dsn("admin"), order, lambda _done, _total: None))
        await publish(emptied, later)
        async with asyncio.timeout(90):
            await promoting_
        await eventually(lambda: caught_up(emptied), 60)
        assert by_content(await states(emptied)) == by_content(merge_all(fresh(new, WORLD)))


async def test_a_normalizer_killed_at_every_point_publishes_each_rereading_once(emptied: Stack, fewer: Path) -> None:
    with service(emptied, "normalizer", RULESET=str(fewer)) as normalizer:
        await read(emptied, WORLD, normalizer)
    with chosen("current") as new:
        _, order = await tried(emptied, new)
        session = await administer(emptied.dsn("admin"))
        await give(session, order)
        await session.close()
        for point in get_args(FollowerPoint):
            with service(emptied, "normalizer", FAULTS=f"{point}@{order.follower}:1:kill", BATCH_RECORDS="7") as victim:
                await asyncio.to_thread(victim.wait_killed)
        with service(emptied, "normalizer", BATCH_RECORDS="7") as normalizer:
            await asyncio.to_thread(normalizer.wait_ready)
            async with asyncio.timeout(90):
                done = await promote(emptied.dsn("admin"), order, lambda _done, _total: None)
            await eventually(lambda: caught_up(emptied), 60)
        assert by_content(await states(emptied)) == by_content(merge_all(fresh(new, WORLD)))
    anew = [one for _, value in await log_of(emptied, "Reading") if (one := Reading.model_validate_json(value)).rereading]
    assert set(Counter((one.article.article_id, one.article.revision, one.kind) for one in anew).values()) == {1}
    assert len(anew) == done.readings


async def test_without_a_look_at_what_is_known_all_would_be_published_again(emptied: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: that a second promotion finds nothing to do comes of that look."""
    with service(emptied, "normalizer") as normalizer, chosen("current") as rules:
        await read(emptied, WORLD, normalizer)
        monkeypatch.setattr(knowing, "is_news", lambda *_: True)
        report, _ = await tried(emptied, rules)
    assert report.readings > 0
    assert not report.found


async def test_an_order_that_no_normalizer_can_carry_out_is_withdrawn(emptied: Stack, fewer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promoting, "TAKEN_SECONDS", 2.0)
    with service(emptied, "normalizer") as normalizer, chosen(str(fewer)) as rules:
        await read(emptied, WORLD, normalizer)
        before, (_, order) = by_content(await states(emptied)), await tried(emptied, rules)
        with pytest.raises(NobodyReadsSoError, match=rules.version):
            await promote(emptied.dsn("admin"), order, lambda _done, _total: None)
        assert by_content(await states(emptied)) == before
    postgres = await asyncpg.connect(emptied.dsn("normalizer"))
    assert await postgres.fetchval("SELECT count(*) FROM rereadings") == 0
    await postgres.close()


async def test_there_is_one_rereading_at_a_time(emptied: Stack) -> None:
    with service(emptied, "normalizer") as normalizer, chosen("current") as rules:
        await read(emptied, WORLD[:3], normalizer)
        _, order = await tried(emptied, rules)
        session = await administer(emptied.dsn("admin"))
        await give(session, Order(order.number, "another", order.until, order.ordered_at))
        with pytest.raises(UnderWayError):
            await give(session, order)
        with pytest.raises(UnderWayError):
            await tried(emptied, rules)
        await session.close()


def daybook(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("daybook")), "rederive", *words]
    environment = os.environ | {"DAYBOOK_STATE": str(stack.state)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


async def test_the_command_says_in_json_and_by_its_exit_code_whether_something_would_change(emptied: Stack, fewer: Path) -> None:
    with service(emptied, "normalizer", RULESET=str(fewer)) as normalizer:
        await read(emptied, WORLD[:10], normalizer)
        same = await asyncio.to_thread(daybook, emptied, "--ruleset", str(fewer))
        other = await asyncio.to_thread(daybook, emptied)
        wrong = await asyncio.to_thread(daybook, emptied, "--ruleset", str(fewer / "none"))
        stale = await asyncio.to_thread(daybook, emptied, "--promote", "--expect", "0123456789abcdef")
    assert (same.returncode, other.returncode, wrong.returncode, stale.returncode) == (0, 1, 2, 1), same.stderr + other.stderr
    told: dict[str, Any] = json.loads(other.stdout)
    assert (json.loads(same.stdout)["equal"], told["equal"]) == (True, False)
    assert told["counts"]["added"] == len(told["added"]) > 0
    assert any(why["patterns_came"] for one in told["added"] for why in one["reasons"])
    assert "there is no folder" in wrong.stderr
    assert "nothing was changed" in stale.stderr
    # and promoting it says so
    with service(emptied, "normalizer") as normalizer:
        await asyncio.to_thread(normalizer.wait_ready)
        done = await asyncio.to_thread(daybook, emptied, "--promote", "--expect", told["report"])
        assert (done.returncode, "readings differed and are merged" in done.stderr) == (0, True), done.stderr
        assert (await asyncio.to_thread(daybook, emptied)).returncode == 0
