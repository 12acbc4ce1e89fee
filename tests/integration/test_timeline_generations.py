"""Generations on real servers: filled beside the one that answers, compared as of the same positions, put live, put back, dropped."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from schemas.events import CanonicalEvent
from services.chassis.errors import Halt
from services.chassis.settings import Settings
from services.timeline.generations import comparing, rebuilding
from services.timeline.generations.changing import NoSuchGenerationError, NotYetError, cut_over, drop, last_live
from services.timeline.generations.names import Generation
from services.timeline.generations.rebuilding import AnotherRebuildError, Rebuilt, hand_over, rebuild
from services.timeline.generations.registry import administer, all_of
from services.timeline.generations.verifying import Verified, verify
from services.timeline.packing import pack, unpack, zstd
from services.timeline.service import followed_topics
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.service import ServiceProcess, eventually, service
from tests.support.sse import source
from tests.unit.timeline.builders import event, on, person

WORLD = [
    event(f"e-{n}", kind=kind, when=on(f"2025-08-{1 + n:02}"), participants=[person(f"Ana {n}")]) for n in range(20) for kind in ("summit",)
]
LATER = [event(f"e-{n}", 2, title=f"told anew {n}") for n in range(0, 20, 3)]


def settings(stack: Stack) -> Settings:
    return Settings(kafka=stack.kafka, dsn=SecretStr(stack.dsn("timeline")), batch_records=7)


async def rebuilt(stack: Stack, *, cut: bool = True, force: bool = False) -> Rebuilt:
    return await rebuild(settings(stack), stack.dsn("admin"), followed_topics(), lambda _done, _total: None, cut=cut, force=force)


async def states(stack: Stack) -> dict[int, str]:
    admin = await administer(stack.dsn("admin"))
    try:
        return {one.number: one.state for one in await all_of(admin)}
    finally:
        await admin.close()


async def execute(stack: Stack, statement: str) -> None:
    admin = await asyncpg.connect(stack.dsn("admin"))
    try:
        await admin.execute(statement)
    finally:
        await admin.close()


def titles(timeline: ServiceProcess) -> dict[str, str]:
    events = httpx.get(f"{timeline.address}/v1/events?limit=500", verify=PLAIN_HTTP).json()["events"]
    return {told["event_id"]: told["title"] for told in events}


def parts(timeline: ServiceProcess) -> set[str]:
    return set(httpx.get(f"{timeline.address}/readyz", verify=PLAIN_HTTP).json()["parts"])


async def told(stack: Stack, timeline: ServiceProcess, events: Sequence[CanonicalEvent]) -> None:
    """Publish, and wait until the timeline says so."""
    await publish(stack, [outgoing(one) for one in events])
    await eventually(lambda: {one.event_id: one.title for one in events}.items() <= titles(timeline).items())


async def test_a_rebuild_is_equal_answers_from_then_on_follows_what_comes_and_can_be_put_back(emptied: Stack) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
        await told(emptied, timeline, LATER)
        before = titles(timeline)
        # when
        done = await rebuilt(emptied)
        # then
        assert (done.compared.equal, done.live, done.compared.rows["events"]) == (True, True, len(WORLD) + len(LATER))
        assert await states(emptied) == {1: "kept", 2: "live"}
        assert titles(timeline) == before
        # and: it follows what comes; so does the old one, which can be put back
        await told(emptied, timeline, [event("new")])
        admin = await administer(emptied.dsn("admin"))
        try:
            await hand_over(admin, await last_live(admin))
            assert await states(emptied) == {1: "live", 2: "kept"}
            assert "new" in titles(timeline)
            # and: what does not answer can be dropped, what does can't
            with pytest.raises(NoSuchGenerationError, match="1 \\(live\\)"):
                await drop(admin, 1)
            await drop(admin, 2)
        finally:
            await admin.close()
        await told(emptied, timeline, [event("newer")])
        await eventually(lambda: httpx.get(f"{timeline.address}/readyz", verify=PLAIN_HTTP).json()["ready"])
        assert "timeline-g1" in parts(timeline)
        await eventually(lambda: "timeline-g2" not in parts(timeline))


async def test_the_copy_that_the_service_began_with_can_be_dropped_while_it_runs(emptied: Stack) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
        await rebuilt(emptied)
        # when
        admin = await administer(emptied.dsn("admin"))
        try:
            await drop(admin, 1)
        finally:
            await admin.close()
        # then
        await eventually(lambda: "timeline-g1" not in parts(timeline))
        await told(emptied, timeline, [event("new")])
        await eventually(lambda: httpx.get(f"{timeline.address}/readyz", verify=PLAIN_HTTP).json()["ready"])


async def test_without_the_service_the_log_alone_makes_the_same_timeline_again(emptied: Stack) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
    done = await rebuilt(emptied)
    assert (done.compared.equal, done.live) == (True, True)


async def test_a_row_that_was_tampered_with_is_named_with_its_field_and_the_old_copy_goes_on_answering(emptied: Stack) -> None:
    # given: one row was changed behind our back, one is gone
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
    await execute(
        emptied,
        "UPDATE timeline_g1.events SET title = 'forged' WHERE event_id = 'e-3'; DELETE FROM timeline_g1.actors WHERE event_id = 'e-5'",
    )
    # when
    done = await rebuilt(emptied)
    # then
    assert (done.compared.equal, done.live, done.compared.differing) == (False, False, {"actors": 1, "events": 1})
    found = {(one.table, one.key): one for one in done.compared.differences}
    assert found["events", ("e-3", "1")].fields == {"title": ("forged", "Meeting e-3")}
    assert found["actors", ("e-5", "0")].missing == "timeline_g1"
    assert await states(emptied) == {1: "live", 2: "ready"}
    # and: who knows better can put it live all the same
    assert (await rebuilt(emptied, force=True)).live is True


async def test_states_are_compared_by_what_they_hold_and_not_by_how_they_were_packed(emptied: Stack) -> None:
    # given: one state was packed by another release of the library, and one tells other than the log
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
    otherwise = zstd.ZstdCompressor(options={zstd.CompressionParameter.compression_level: 19, zstd.CompressionParameter.checksum_flag: 1})
    await repacked(emptied, "e-3", lambda state: otherwise.compress(state.encode(), zstd.ZstdCompressor.FLUSH_FRAME))
    assert (await rebuilt(emptied, cut=False)).compared.equal
    await repacked(emptied, "e-5", lambda state: pack(state.replace("Meeting", "Quarrel")))
    # when
    done = await rebuilt(emptied, cut=False)
    # then
    assert done.compared.differing == {"events": 1}
    (found,) = done.compared.differences
    assert (found.key, list(found.fields)) == (("e-5", "1"), ["state"])
    assert [side["title"] for side in found.fields["state"]] == ["Quarrel e-5", "Meeting e-5"]


async def test_a_state_that_says_the_same_in_another_writing_is_equal(emptied: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: another release of the library wrote letters, spaces and the order of members otherwise
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, [*WORLD, event("zurich", title="Zürich")])
    await repacked(emptied, "zurich", lambda state: pack(json.dumps(json.loads(state), sort_keys=True, indent=1)))
    # when
    done = await rebuilt(emptied, cut=False)
    # then
    assert (done.compared.equal, done.compared.differing, done.compared.differences) == (True, {}, [])
    # while compared by their bytes they would differ, and no field could be named
    monkeypatch.setattr(comparing, "meaning", unpack)
    (found,) = (await rebuilt(emptied, cut=False)).compared.differences
    assert (found.key, found.fields) == (("zurich", "1"), {})


async def repacked(stack: Stack, event_id: str, packing: Callable[[str], bytes]) -> None:
    admin = await administer(stack.dsn("admin"))
    try:
        state = unpack(await admin.fetchval("SELECT state FROM timeline_g1.events WHERE event_id = $1", event_id))
        await admin.execute("UPDATE timeline_g1.events SET state = $2 WHERE event_id = $1", event_id, packing(state))
    finally:
        await admin.close()


async def test_verifying_says_equal_or_names_rows_fields_and_the_record_where_it_began(emptied: Stack) -> None:
    # given: every kind of record: repeats of an event, one that was set aside
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await publish(emptied, [outgoing(event("broken"), b"{}")])
        await told(emptied, timeline, WORLD)
        await told(emptied, timeline, LATER)
    # when nothing was touched
    found = await verified(emptied)
    # then
    assert (found.equal, found.unread, found.rows["events"]) == (True, [], len(WORLD) + len(LATER))
    # but when a row was changed, one is gone, and one was put in
    await execute(
        emptied,
        "UPDATE timeline_g1.events SET status = 'forged' WHERE event_id = 'e-3' AND revision = 1;"
        "DELETE FROM timeline_g1.actors WHERE event_id = 'e-5';"
        "INSERT INTO timeline_g1.heads VALUES ('ghost', 1, now())",
    )
    found = await verified(emptied)
    # then
    assert (found.equal, found.wrong) == (False, {"events": 1, "actors": 1, "heads": 1})
    examples = {(one.table, one.key): one for one in found.examples}
    forged = examples["events", ("e-3", "1")]
    assert forged.fields == ["status"]
    assert forged.place is not None
    assert (examples["actors", ("e-5", "0")].found, examples["heads", ("ghost",)].expected) == (None, None)
    assert found.began_at is not None


async def verified(stack: Stack) -> Verified:
    return await verify(stack.kafka, stack.dsn("admin"), Generation(1, "live", ""), lambda _done, _total: None)


async def test_a_copy_that_is_behind_is_not_put_live_and_would_show_the_past_if_it_were(
    emptied: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
    await rebuilt(emptied, cut=False)
    # given: the live one moves on, the other does not
    await execute(emptied, "UPDATE timeline.generations SET state = 'booting' WHERE number = 2")
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, [event("new")])
        admin = await administer(emptied.dsn("admin"))
        try:
            with pytest.raises(NotYetError, match="1 records behind"):
                await cut_over(admin, Generation(2, "ready", ""))
            assert "new" in titles(timeline)
            # and: without the check, readers would see an event vanish
            monkeypatch.setattr("services.timeline.generations.changing._need_ahead", lambda *_: None)
            await cut_over(admin, Generation(2, "ready", ""))
            assert "new" not in titles(timeline)
        finally:
            await admin.close()


@pytest.mark.parametrize("point", ["before_compare_and_swap:3", "before_commit:3", "after_commit:3"])
async def test_a_rebuild_that_is_killed_goes_on_where_it_was_and_the_live_copy_never_notices(emptied: Stack, point: str) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
        before = titles(timeline)
        # when: it kills itself in the third batch
        environment = {"DAYBOOK_FAULTS": f"{point}:kill", "DAYBOOK_BATCH_RECORDS": "3", "DAYBOOK_STATE": str(emptied.state)}
        ended = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", "from services.cli import main; main()", "rebuild"],
            env=os.environ | environment,
            capture_output=True,
            check=False,
            timeout=60,
        )
        # then
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        assert await states(emptied) == {1: "live", 2: "booting"}
        assert titles(timeline) == before
        # and
        done = await rebuilt(emptied)
        assert (done.generation.number, done.compared.equal, done.live) == (2, True, True)


async def test_two_rebuilds_at_once_are_one_too_many(emptied: Stack) -> None:
    async with rebuilding._alone(emptied.dsn("admin")):
        with pytest.raises(AnotherRebuildError):
            await rebuilt(emptied)


async def test_a_log_that_is_not_the_one_followed_halts_the_rebuild(emptied: Stack) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
    await rebuilt(emptied, cut=False)
    await execute(emptied, "UPDATE timeline.generations SET state = 'booting' WHERE number = 2")
    await execute(emptied, "UPDATE timeline.checkpoints SET log_uuid = 'another' WHERE follower = 'timeline-g2' AND next_offset > 1")
    with pytest.raises(Halt, match="another log"):
        await rebuilt(emptied)


async def test_listeners_are_told_of_a_cut_over_and_hear_everything_once_across_it_and_a_restart(emptied: Stack) -> None:
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, WORLD)
        async with source(timeline.address, after="beginning") as heard:
            before = await heard.take(len(WORLD))
            # when another generation is put live
            assert (await rebuilt(emptied)).live is True
            (cut,) = await heard.take(1)
            assert (cut.kind, cut.data["generation"], cut.data["before"], cut.data["do"]) == ("generation", 2, 1, "continue")
            await told(emptied, timeline, LATER)
            after = await heard.take(len(LATER))
        # then
        assert sorted(one.version for one in before) == sorted((one.event_id, 1) for one in WORLD)
        assert sorted(one.version for one in after) == sorted((one.event_id, 2) for one in LATER)
        # and: who was away at the cut-over is told of it, then what it missed
        async with source(timeline.address, last_id=before[-1].id) as away:
            missed = await away.take(1 + len(LATER))
        assert [one.kind for one in missed].count("generation") == 1
        assert sorted(one.version for one in missed[1:]) == sorted(one.version for one in after)
        # and: a stream that is open does not hold up the end of the service
        async with source(timeline.address, last_id=after[-1].id) as open_one:
            await anext(open_one.lines)
            await asyncio.to_thread(timeline.stop)
            assert (timeline.process.returncode, [line async for line in open_one.lines][-1:]) == (0, [""])
    assert not timeline.saw("stop_forced")
    with service(emptied, "timeline") as timeline:
        timeline.wait_ready()
        await told(emptied, timeline, [event("new")])
        async with source(timeline.address, last_id=after[-1].id) as heard:
            assert [one.version for one in await heard.take(1)] == [("new", 1)]
