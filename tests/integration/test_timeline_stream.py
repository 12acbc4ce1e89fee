"""The stream over real sockets: everything once, in order, from wherever a listener stands; the slow are cut off and lose nothing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from services.chassis.records import Record
from services.timeline.projections import discover
from services.timeline.stream import hub, serving
from tests.integration.timeline_world import apply, timeline_pool, timeline_server, write
from tests.support.service import eventually
from tests.support.sse import Source, source
from tests.unit.timeline.builders import TOPIC, event, record

ONCE = """INSERT INTO checkpoints VALUES ('timeline-g1', $1, 0, 1, $2, $2)
ON CONFLICT (follower, topic, partition) DO UPDATE SET next_offset = greatest(checkpoints.next_offset, $2)"""


@pytest.fixture
async def pool(stack: Stack) -> AsyncIterator[asyncpg.Pool]:
    async with timeline_pool(stack) as opened:
        yield opened


async def append(pool: asyncpg.Pool, records: Sequence[Record]) -> None:
    """As the follower does: effects and position in one transaction."""
    await apply(pool, records)
    for one in records:
        await pool.execute(ONCE, one.at.topic, one.offset + 1)


async def tell(pool: asyncpg.Pool, events: Iterable[CanonicalEvent], first: int) -> None:
    await append(pool, [record(one, offset) for offset, one in enumerate(events, first)])


def many(first: int, count: int, **fields: Any) -> list[CanonicalEvent]:
    return [event(f"e-{number}", **fields) for number in range(first, first + count)]


async def versions(heard: Source, count: int) -> list[str]:
    return [one.version[0] for one in await heard.take(count)]


def ids(first: int, count: int) -> list[str]:
    return [one.event_id for one in many(first, count)]


async def test_a_listener_is_told_what_was_then_what_comes_and_goes_on_where_it_was_in_another_process(
    stack: Stack, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PAGE", 3)
    monkeypatch.setattr(serving, "PAGE", 3)
    await tell(pool, many(0, 10), 0)
    async with timeline_server(stack) as address, source(address, after="beginning") as heard:
        assert await versions(heard, 10) == ids(0, 10)
        await tell(pool, many(10, 5), 10)
        first = await heard.take(5)
        assert [one.version[0] for one in first] == ids(10, 5)
        assert heard.retry == 2000
        last = first[1].id
    # when it is away, the service starts anew, and much comes
    await tell(pool, many(15, 10), 15)
    async with timeline_server(stack) as address:
        async with source(address, last_id=last) as heard:
            assert await versions(heard, 13) == ids(12, 13)
        # and: what a snapshot takes into account is where its stream begins
        position = (await httpx.AsyncClient(verify=PLAIN_HTTP).get(f"{address}/v1/events?limit=1")).json()["position"]
        await tell(pool, many(25, 2), 25)
        async with source(address, after=",".join(f"{at}={offset}" for at, offset in position.items())) as heard:
            assert await versions(heard, 2) == ids(25, 2)


async def test_a_message_is_a_change_with_its_place_cause_and_whole_event(stack: Stack, pool: asyncpg.Pool) -> None:
    known = event("e-0", title='"quoted"\n\u2028 \x85 lines')
    await tell(pool, [known], 7)
    async with timeline_server(stack) as address, source(address, after="beginning") as heard:
        (told,) = await heard.take(1)
    assert (told.kind, told.data["topic"], told.data["partition"], told.data["offset"]) == ("revised", TOPIC, 0, 7)
    change = EventChange.model_validate(told.data)
    assert (change.event, change.cause.reason) == (known, "a test")
    assert told.id == "g1;events.summit.v1:8"


async def test_from_now_on_nothing_old_is_told_and_filters_also_tell_what_leaves_them(stack: Stack, pool: asyncpg.Pool) -> None:
    await tell(pool, many(0, 3), 0)
    here = [{"name": "Kyiv", "country": "UA"}]
    async with timeline_server(stack) as address, source(address, country="UA") as heard, source(address, kind="strike") as strikes:
        await eventually(lambda: _listens(address))
        taking = asyncio.create_task(heard.take(2))
        none = asyncio.create_task(strikes.take(1))
        await tell(pool, [event("abroad"), event("here", where=here), event("here", 2), event("here", 3)], 3)
        assert [one.version for one in await taking] == [("here", 1), ("here", 2)]
        none.cancel()


async def _listens(address: str) -> bool:
    async with httpx.AsyncClient(verify=PLAIN_HTTP) as client:
        return (await client.get(f"{address}/v1/events?limit=1")).status_code == 200


async def test_a_quiet_stream_says_that_it_lives_and_how_far_it_is(stack: Stack, pool: asyncpg.Pool) -> None:
    async with timeline_server(stack, stream_heartbeat_seconds=0.2) as address, source(address, kind="strike", after="beginning") as heard:
        taking = asyncio.create_task(heard.take(1))
        await tell(pool, many(0, 2), 0)
        await eventually(lambda: heard.comments >= 2 and heard.last_id == "g1;events.summit.v1:2")
        taking.cancel()


async def test_a_change_that_waited_in_quarantine_is_told_once_it_is_applied_also_to_who_was_away(stack: Stack, pool: asyncpg.Pool) -> None:
    waits = "INSERT INTO quarantined (follower, topic, partition, key, \"offset\", error) VALUES ('timeline-g1', $1, 0, 'e-1', 1, 'poison')"
    await pool.execute(waits, TOPIC)
    await append(pool, [record(event("e-0"), 0), record(event("e-2"), 2)])
    async with timeline_server(stack) as address:
        async with source(address, after="beginning") as away:
            assert await versions(away, 2) == ["e-0", "e-2"]
        async with source(address, after="beginning") as heard:
            assert await versions(heard, 2) == ["e-0", "e-2"]
            # when it is redriven
            async with pool.acquire() as tx, tx.transaction():
                await write(tx, discover(), [record(event("e-1"), 1)])
                await tx.execute("DELETE FROM quarantined")
            await tell(pool, [event("e-3")], 3)
            assert await versions(heard, 2) == ["e-1", "e-3"]
        async with source(address, last_id=away.last_id) as again:
            assert await versions(again, 2) == ["e-1", "e-3"]


BULKY = {"title": "x" * 20_000}


async def stalled(address: str) -> socket.socket:
    """A connection that asks for everything and takes nothing."""
    parts = urlsplit(address)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((parts.hostname or "", parts.port or 0))
    line.sendall(b"GET /v1/stream?after=beginning HTTP/1.1\r\nHost: daybook\r\n\r\n")
    return line


@pytest.mark.parametrize("limits", [{"stream_write_seconds": 0.5}, {"stream_buffer_bytes": 50_000}])
async def test_a_listener_that_takes_nothing_is_cut_off_the_others_never_notice_and_it_goes_on_where_it_was(
    stack: Stack, pool: asyncpg.Pool, limits: dict[str, Any]
) -> None:
    async with timeline_server(stack, **limits) as address:
        async with source(address, after="beginning") as quick:
            slow = await stalled(address)
            for first in range(0, 400, 20):
                await tell(pool, many(first, 20, **BULKY), first)
                assert await versions(quick, 20) == ids(first, 20)
            await eventually(lambda: _is_cut(address, slow))
        got = await asyncio.to_thread(_rest, slow)
        complete = [line for line in got.rpartition(b"\n\n")[0].split(b"\n") if line.startswith(b"id: ")]
        last = complete[-1][4:].decode()
        done = int(last.rpartition(":")[2])
        assert done < 400
        async with source(address, last_id=last) as again:
            assert await versions(again, 400 - done) == ids(done, 400 - done)


async def test_without_limits_a_listener_that_takes_nothing_would_stay(stack: Stack, pool: asyncpg.Pool) -> None:
    async with timeline_server(stack, stream_write_seconds=600.0, stream_buffer_bytes=10**9) as address:
        async with source(address, after="beginning") as quick:
            slow = await stalled(address)
            await tell(pool, many(0, 400, **BULKY), 0)
            assert await versions(quick, 400) == ids(0, 400)
        with pytest.raises(TimeoutError):
            await eventually(lambda: _is_cut(address, slow), seconds=2)
        slow.close()


def _is_cut(address: str, slow: socket.socket) -> bool:
    """Whether the service has let it go: its side of the connection is there no more."""
    port, mine = urlsplit(address).port, slow.getsockname()[1]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return not any(row[1].endswith(f":{port:04X}") and row[2].endswith(f":{mine:04X}") and row[3] == "01" for row in lines)


def _rest(line: socket.socket) -> bytes:
    """What had come through before the cut."""
    got = b""
    line.settimeout(10)
    try:
        while piece := line.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    line.close()
    return got


async def test_more_streams_than_may_be_are_asked_to_come_back(stack: Stack, pool: asyncpg.Pool) -> None:
    async with timeline_server(stack, stream_listeners=1) as address, httpx.AsyncClient(verify=PLAIN_HTTP) as client:
        async with source(address) as heard:
            await anext(heard.lines)
            refused = await client.get(f"{address}/v1/stream")
            assert (refused.status_code, refused.headers["retry-after"], refused.headers["content-type"]) == (
                503,
                "2",
                "application/problem+json",
            )
        await eventually(lambda: _is_free(address))


async def _is_free(address: str) -> bool:
    try:
        async with source(address):
            return True
    except AssertionError:
        return False


@pytest.mark.parametrize(
    ("headers", "query", "parameter"), [({"Last-Event-ID": "x"}, "", "last-event-id"), ({}, "?after=x", "after"), ({}, "?q=x", "q")]
)
async def test_a_place_that_is_none_is_named(stack: Stack, pool: asyncpg.Pool, headers: dict[str, str], query: str, parameter: str) -> None:
    async with timeline_server(stack) as address, httpx.AsyncClient(verify=PLAIN_HTTP) as client:
        answer = await client.get(f"{address}/v1/stream{query}", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


ANEW = "UPDATE checkpoints SET log_uuid = $1"


async def test_who_comes_with_an_id_of_a_log_that_was_made_anew_is_told_and_who_listens_is_let_go(stack: Stack, pool: asyncpg.Pool) -> None:
    await tell(pool, many(0, 2), 0)
    await pool.execute(ANEW, "5f3a9c0e-8a3c-4f0e-9c3e-000000000000")
    async with timeline_server(stack, stream_heartbeat_seconds=0.2) as address, httpx.AsyncClient(verify=PLAIN_HTTP) as client:
        async with source(address, after="beginning") as heard:
            assert await versions(heard, 2) == ids(0, 2)
            assert heard.last_id == "g1;events.summit.v1~5f3a9c0e:2"
            # when the log is made anew
            await pool.execute(ANEW, "77ab12cd-8a3c-4f0e-9c3e-000000000000")
            async with asyncio.timeout(30):
                assert [event async for event in heard.events()] == []
        # then
        answer = await client.get(f"{address}/v1/stream", headers={"Last-Event-ID": heard.last_id})
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
        assert "events.summit.v1 was made anew" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "query", "parameter"),
    [({"Last-Event-ID": "g1;events.quake.v1:1"}, "", "last-event-id"), ({}, "?after=events.summit.v1-7=1", "after")],
)
async def test_a_place_that_is_not_followed_is_named(
    stack: Stack, pool: asyncpg.Pool, headers: dict[str, str], query: str, parameter: str
) -> None:
    await tell(pool, many(0, 1), 0)
    async with timeline_server(stack) as address, httpx.AsyncClient(verify=PLAIN_HTTP) as client:
        answer = await client.get(f"{address}/v1/stream{query}", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)
