"""Changes into Postgres: what stands there is the fold of the log, however it was cut into batches and whatever came twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any
from unittest import mock

import asyncpg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from deploy.local.stack import Stack
from schemas.events import CanonicalEvent
from services.chassis.errors import Permanent
from services.chassis.records import Record
from services.timeline import projector, storing
from services.timeline.changes import LONGEST
from services.timeline.fold import Entry, fold
from services.timeline.packing import unpack
from services.timeline.projections import Projection, discover
from tests.integration.timeline_world import apply, project, timeline_pool, write
from tests.unit.timeline.builders import event, on, person, record, told


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with timeline_pool(stack) as opened:
        yield opened


TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
PEOPLE = st.lists(st.builds(person, TEXTS, st.sampled_from([None, "CH", "FR"])), max_size=3)
DAYS = st.sampled_from([on(None), on("2025-08-18"), on("2025-07-01", "2025-07-31", "month")])
EVENTS = st.builds(
    lambda event_id, revision, title, people, when, merged: event(
        event_id, revision, title=title, participants=people, when=when, merged_into=merged
    ),
    st.sampled_from(["a", "b", "ü", 'quote"d\\']),
    st.integers(1, 5),
    TEXTS,
    PEOPLE,
    DAYS,
    st.sampled_from([None, "z"]),
)
LOG = st.lists(EVENTS, max_size=14).map(lambda events: [record(e, offset) for offset, e in enumerate(events)])


Revisions = dict[tuple[str, int], tuple[Any, int, bool]]


def folded(log: Sequence[Record]) -> Revisions:
    """The plainest fold there is: one change after the other. Of each revision that was news its state, its offset, and whether it is the last."""
    found: Revisions = {}
    last: dict[str, int] = {}
    for one in log:
        state = json.loads(one.value or b"")["event"]
        event_id, revision = state["event_id"], state["revision"]
        if revision <= last.get(event_id, 0):
            continue
        if event_id in last:
            found[event_id, last[event_id]] = (*found[event_id, last[event_id]][:2], False)
        found[event_id, revision] = (state, one.offset, True)
        last[event_id] = revision
    return found


async def stored(pool: asyncpg.Pool) -> Revisions:
    rows = await pool.fetch("SELECT event_id, revision, state, \"offset\" AS at, known_until = 'infinity' AS present FROM events")
    return {(row["event_id"], row["revision"]): (json.loads(unpack(row["state"])), row["at"], row["present"]) for row in rows}


async def all_rows(pool: asyncpg.Pool) -> dict[str, list[Any]]:
    """Every table of the generation, row for row."""
    return {name: [tuple(row) for row in await pool.fetch(f"SELECT * FROM {name} ORDER BY 1, 2, 3")] for name in TABLES}


async def empty_tables(pool: asyncpg.Pool) -> None:
    for name in TABLES:
        await pool.execute(f"DELETE FROM {name}")


TABLES = ("heads", *(projection.name for projection in discover()))


@given(log=LOG, cuts=st.sets(st.integers(0, 14)), again=st.integers(0, 14), few=st.integers(0, 4))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_batches_with_repeats_give_the_fold_of_the_log(
    pool: asyncpg.Pool, log: list[Record], cuts: set[int], again: int, few: int
) -> None:
    # given
    await empty_tables(pool)
    edges = sorted({0, len(log)} | {cut for cut in cuts if cut < len(log)})
    # when: the log comes in these batches, of which some are stored by one statement, and then a part of it once more
    with mock.patch.object(storing, "FEW", few):
        for first, last in pairwise(edges):
            await apply(pool, log[first:last])
        await apply(pool, log[again:])
    # then
    assert await stored(pool) == folded(log)
    # and: all tables are as if it had come in one piece, by COPY
    pieces = await all_rows(pool)
    await empty_tables(pool)
    with mock.patch.object(storing, "FEW", 0):
        await apply(pool, log)
    assert await all_rows(pool) == pieces


async def test_without_the_guard_by_revision_a_late_one_would_bring_back_the_past(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = [record(event(revision=n, title=f"revision {n}"), 3 - n) for n in (2, 1)]
    monkeypatch.setattr(projector, "fold", lambda _heads, changes: fold({}, changes))
    for one in log:
        await apply(pool, [one])
    assert await stored(pool) != folded(log)


async def test_the_columns_to_ask_by_follow_the_state(pool: asyncpg.Pool) -> None:
    places = [{"name": "Geneva", "country": "CH"}]
    await project(pool, [event(when=on("2025-08-18"), where=places, participants=[person('Ana "A" Núñez', "ES")]), event("e-2")])
    row = await pool.fetchrow("SELECT * FROM events WHERE event_id = 'e-1'")
    assert row["countries"] == ["CH"]
    assert {"nunez", "ana a nunez", "es"} <= set(row["participant_terms"])
    assert str(await pool.fetchval("SELECT when_order::text FROM events WHERE event_id = 'e-2'")) == "infinity"


BAD = {
    "an unreadable value": lambda: record(event("bad"), 1, value=b"{}"),
    "NUL": lambda: record(event("bad", title="a\x00b"), 1),
    "a key of another event": lambda: record(event("bad"), 1, key=b"other"),
    "a number that is none": lambda: record(event("bad"), 1, value=_with_details(b"NaN")),
    "a number too large to be one": lambda: record(event("bad"), 1, value=_with_details(b"1e999")),
    "a count out of range": lambda: record(event("bad", quantities=[{"measure": "drones", "best": 2**31}]), 1),
    "an id too long for an index": lambda: record(event("i" * (LONGEST + 1)), 1),
    "a name too long for an index": lambda: record(event("bad", where=[{"name": "n" * (LONGEST + 1)}]), 1),
}


@pytest.mark.parametrize("first", [0x4E00, 0xAC00, 0x1F300], ids=["Chinese", "Korean", "pictures"])
async def test_ids_and_names_that_are_as_long_as_may_be_are_stored_and_indexed_whatever_their_letters(
    pool: asyncpg.Pool, first: int
) -> None:
    name, other = ("".join(chr(first + (step * n) % 600) for n in range(LONGEST)) for step in (7, 11))
    mine = event(name, participants=[person(other, "ES")], where=[{"name": other}], quantities=[{"measure": other, "best": 4}])
    await apply(pool, [record(mine, 1)])
    assert await stored(pool) == folded([record(mine, 1)])


def _with_details(value: bytes) -> bytes:
    return told(event("bad", details={"n": 4711})).model_dump_json().encode().replace(b"4711", value)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_record_that_cannot_be_stored_is_named_and_its_neighbours_can_be(pool: asyncpg.Pool, bad: Any) -> None:
    # given
    poison = bad()
    good = [record(event(f"good-{n}"), 10 + n) for n in range(6)]
    # when
    with pytest.raises(Permanent) as refused:
        await apply(pool, [*good[:4], poison, *good[4:]])
    # then
    assert refused.value.record is poison
    assert await stored(pool) == {}
    await apply(pool, good)
    assert await stored(pool) == folded(good)


def projection_that_spoils(number: int) -> Projection:
    """One of `numbers` that can't be stored where it is given so many entries, or more."""

    def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
        return [(entry.change.event.event_id, 99, "\x00" if len(entries) >= number else "drones") for entry in entries]

    return Projection(
        "numbers", {"event_id": "text", "at": "int", "measure": "text"}, 2, True, rows, "", "SELECT 1 WHERE $1::text[] IS NULL"
    )


async def test_a_projection_that_is_wrong_by_itself_blames_no_record(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as tx, tx.transaction():
        with pytest.raises(asyncpg.CharacterNotInRepertoireError):
            await write(tx, [projection_that_spoils(2)], [record(event("a")), record(event("b"))])
        with pytest.raises(Permanent):  # what no record can pass is refused one by one
            await write(tx, [projection_that_spoils(1)], [record(event("c"))])


async def test_the_service_may_read_and_write_but_not_alter(pool: asyncpg.Pool) -> None:
    for statement in ("DROP TABLE events", "ALTER TABLE claims ADD x int", "CREATE TABLE mine ()"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


def test_the_events_of_these_tests_are_valid() -> None:
    assert CanonicalEvent.model_validate(event().model_dump()) == event()
