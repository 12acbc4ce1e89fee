"""What may happen while a stream waits between two of its pieces, on a real Postgres: still everything is told once.

The pieces are taken one by one, without a server, so that the log moves at just the moment that is meant.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing

import asyncpg
import pytest

from deploy.local.stack import Stack
from services.timeline.api.snapshots import _lines
from services.timeline.now import Now
from services.timeline.parameters import SnapshotQuery, StreamQuery
from services.timeline.present import look
from services.timeline.projections import discover
from services.timeline.reader import open_reader
from services.timeline.stream import hub, serving
from services.timeline.stream.messages import HEARTBEAT
from services.timeline.stream.serving import Streams
from services.timeline.stream.standing import Standing
from tests.integration.test_timeline_stream import append, ids, many, pool, tell
from tests.integration.timeline_world import settings, write
from tests.unit.timeline.builders import TOPIC, event, record

__all__ = ["pool"]
PAGE = 3


@pytest.fixture
async def streams(stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Streams]:
    """The streams of a process that looks at Postgres when the test does, and tells nothing new by itself."""
    monkeypatch.setattr(hub, "PAGE", PAGE)
    monkeypatch.setattr(serving, "PAGE", PAGE)
    known = settings(stack).model_copy(update={"stream_heartbeat_seconds": 0.05})
    reader = await open_reader(known)
    yield Streams(reader, known)
    await reader.close()


async def see(streams: Streams, pool: asyncpg.Pool) -> None:
    streams.hub._reader.present.now = await look(pool)


async def set_aside(pool: asyncpg.Pool, offset: int) -> None:
    waits = (
        "INSERT INTO quarantined (follower, topic, partition, key, \"offset\", error) VALUES ('timeline-g1', $1, 0, 'poor', $2, 'poison')"
    )
    await pool.execute(waits, TOPIC, offset)


async def redrive(pool: asyncpg.Pool, offset: int) -> None:
    async with pool.acquire() as tx, tx.transaction():
        await write(tx, discover(), [record(event(f"e-{offset}"), offset)])
        await tx.execute('DELETE FROM quarantined WHERE "offset" = $1', offset)


async def until_quiet(pieces: AsyncIterator[bytes]) -> list[str]:
    """The events that are told until nothing is."""
    heard: list[str] = []
    async for piece in pieces:
        if piece.startswith(HEARTBEAT):
            break
        heard += re.findall(r'data: \{"change":"[a-z]+","event_id":"([^"]+)"', piece.decode())
    return heard


async def test_what_comes_while_a_cut_over_is_told_is_told_too(streams: Streams, pool: asyncpg.Pool) -> None:
    await tell(pool, many(0, 10), 0)
    await see(streams, pool)
    pieces = streams.pieces(streams.begin(StreamQuery(), "g2;events.summit.v1:8"))
    # given a listener that is sent that another generation answers
    assert (await anext(pieces)).startswith(b"retry")
    assert (await anext(pieces)).startswith(b"event: generation")
    # when the log goes on by more than a page
    await tell(pool, many(10, 4 * PAGE), 10)
    await see(streams, pool)
    # then
    assert await until_quiet(pieces) == ids(8, 2 + 4 * PAGE)


async def test_a_stream_ends_once_it_turns_out_that_its_id_is_of_another_log(streams: Streams, pool: asyncpg.Pool) -> None:
    await tell(pool, many(0, 1), 0)
    await see(streams, pool)
    pieces = streams.pieces(streams.begin(StreamQuery(), "g1;events.summit.v1~5f3a9c0e:7"))
    assert await until_quiet(pieces) == []
    # when the first record of the log is read, which names it
    await pool.execute("UPDATE checkpoints SET log_uuid = '77ab12cd-8a3c-4f0e-9c3e-000000000000'")
    await see(streams, pool)
    # then
    async with asyncio.timeout(10):
        assert [piece async for piece in pieces] == []


async def test_what_is_redriven_before_its_page_is_read_is_told_once(streams: Streams, pool: asyncpg.Pool) -> None:
    await set_aside(pool, 1)
    await append(pool, [record(event("e-0"), 0), record(event("e-2"), 2)])
    await see(streams, pool)
    pieces = streams.pieces(streams.begin(StreamQuery(), "beginning"))
    await anext(pieces)
    # when the record that waits is applied after the hub has looked, and before the stream reads
    await redrive(pool, 1)
    missed = await until_quiet(pieces)
    await see(streams, pool)
    await streams.hub._round()
    # then
    assert missed + await until_quiet(pieces) == ["e-0", "e-2", "e-1"]


@pytest.mark.parametrize("guarded", [True, False])
async def test_what_another_process_has_told_late_is_not_told_again_by_one_that_has_yet_to_hear_of_it(
    streams: Streams, pool: asyncpg.Pool, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the guard, the negative control, it is."""
    if not guarded:
        monkeypatch.setattr(Standing, "has_heard_late", lambda *_: False)
    # given a record that is redriven, of which this process does not know yet
    await set_aside(pool, 1)
    await append(pool, [record(event("e-0"), 0), record(event("e-2"), 2)])
    await see(streams, pool)
    await redrive(pool, 1)
    # when somebody comes who was told it elsewhere
    pieces = streams.pieces(streams.begin(StreamQuery(), "g1;events.summit.v1:3"))
    assert await until_quiet(pieces) == []
    # and this process hears of it
    await see(streams, pool)
    assert await until_quiet(pieces) == []
    await streams.hub._round()
    # then that is not told again, and what comes is
    assert await until_quiet(pieces) == ([] if guarded else ["e-1"])
    await append(pool, [record(event("e-3"), 3)])
    await see(streams, pool)
    await streams.hub._round()
    assert await until_quiet(pieces) == ["e-3"]


async def test_what_is_redriven_between_a_snapshot_and_the_stream_is_told_to_whoever_goes_on_from_the_id_of_the_snapshot(
    streams: Streams, pool: asyncpg.Pool
) -> None:
    await set_aside(pool, 1)
    await append(pool, [record(event("e-0"), 0), record(event("e-2"), 2)])
    snapshot = await _snapshot(streams)
    await redrive(pool, 1)
    await see(streams, pool)
    # when the stream is asked for from the id, and, as the negative control, from the position, which names no records in quarantine
    heard = {name: await until_quiet(streams.pieces(streams.begin(StreamQuery(), after))) for name, after in snapshot.items()}
    # then
    assert heard == {"id": ["e-1"], "position": []}


async def _snapshot(streams: Streams) -> dict[str, str]:
    """Where to go on from, as the headers of the answer have it."""
    async with aclosing(_lines(streams.hub._reader, SnapshotQuery())) as lines:  # type: ignore[type-var]  # a generator
        return {"position": await anext(lines), "id": await anext(lines)}


async def test_what_was_told_late_and_waits_again_in_a_postgres_that_was_put_back_is_told_when_it_is_applied(
    streams: Streams, pool: asyncpg.Pool
) -> None:
    await set_aside(pool, 1)
    await append(pool, [record(event("e-0"), 0), record(event("e-2"), 2)])
    await see(streams, pool)
    pieces = streams.pieces(streams.begin(StreamQuery(), "g1;events.summit.v1:3"))
    assert await until_quiet(pieces) == []
    await redrive(pool, 1)
    await see(streams, pool)
    await streams.hub._round()
    assert await until_quiet(pieces) == ["e-1"]


async def test_what_postgres_lost_after_the_hub_had_seen_it_is_told_when_it_is_there_again(streams: Streams, pool: asyncpg.Pool) -> None:
    await tell(pool, many(0, 2), 0)
    streams.hub._reader.present.now = Now(1, {(TOPIC, 0): 4})  # as it was before Postgres was put back
    pieces = streams.pieces(streams.begin(StreamQuery(), "beginning"))
    assert await until_quiet(pieces) == ids(0, 2)
    # when the log is projected anew from there
    await tell(pool, many(2, 3), 2)
    await see(streams, pool)
    # then
    assert await until_quiet(pieces) == ids(2, 3)


async def test_what_waits_again_since_postgres_was_put_back_is_told_once_it_is_applied(streams: Streams, pool: asyncpg.Pool) -> None:
    await set_aside(pool, 1)
    await append(pool, [record(event("e-0"), 0), record(event("e-2"), 2)])
    streams.hub._reader.present.now = Now(1, {(TOPIC, 0): 3})  # when it had been redriven, which Postgres lost
    pieces = streams.pieces(streams.begin(StreamQuery(), "beginning"))
    assert await until_quiet(pieces) == ["e-0", "e-2"]
    # when
    await redrive(pool, 1)
    await see(streams, pool)
    # then
    assert await until_quiet(pieces) == ["e-1"]
