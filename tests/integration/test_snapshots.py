"""A snapshot and then the log: together they are the fold of the log, whatever arrives meanwhile."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import httpx
import pytest

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from schemas.events import CanonicalEvent
from schemas.kinds import kinds
from services.chassis.plan import is_genesis
from subscribing import Change, snapshot, subscribe
from tests.integration.test_timeline_service import TOPICS, outgoing, publish
from tests.support.event_log import take
from tests.support.logs import once, read_topic
from tests.support.service import ServiceProcess, eventually, service
from tests.unit.timeline.builders import event

LONG = "x" * 3000  # of a thousand events it fills all buffers between Postgres and the reader
KINDS = list(kinds())
FIRST = [event(f"e-{n}", kind=KINDS[n % len(KINDS)], title=LONG) for n in range(1000)]
MEANWHILE = [
    *(one.model_copy(update={"revision": 2, "title": "told anew"}) for one in FIRST[::50]),
    *(one.model_copy(update={"revision": 2, "status": "retracted"}) for one in FIRST[1::100]),
    *(one.model_copy(update={"revision": 2, "merged_into": "e-0"}) for one in FIRST[2::100]),
    *(event(f"new-{n}", kind=KINDS[n % len(KINDS)]) for n in range(20)),
]
Table = dict[str, CanonicalEvent]


def applied(table: Table, changes: Iterable[Change]) -> Table:
    for change in changes:
        if change.is_live and change.event:
            table[change.event_id] = change.event
        else:
            table.pop(change.event_id, None)
    return table


async def folded(stack: Stack) -> Table:
    """What the logs amount to."""
    rows = [raw for topic in TOPICS for raw in once(await read_topic(stack.kafka, topic)) if not is_genesis(raw)]
    states = [CanonicalEvent.model_validate(json.loads(raw.value)["event"]) for raw in rows]
    last = {state.event_id: state for state in states}
    return {name: state for name, state in last.items() if not state.merged_into and state.status != "retracted"}


@pytest.fixture
async def timeline(emptied: Stack) -> AsyncIterator[ServiceProcess]:
    await publish(emptied, [outgoing(one) for one in FIRST])
    with service(emptied, "timeline") as process:
        process.wait_ready()
        await eventually(lambda: _total(process) == len(FIRST))
        yield process


def _total(timeline: ServiceProcess, **asked: str) -> int:
    return int(
        httpx.get(f"{timeline.address}/v1/events", params={"total": "true", "limit": "1"} | asked, verify=PLAIN_HTTP).json()["total"]
    )


async def test_nothing_is_missed_or_doubled_between_a_snapshot_and_the_log(emptied: Stack, timeline: ServiceProcess) -> None:
    # given a snapshot of which the beginning was read
    with snapshot(timeline.address) as now:
        table = {first.event_id: first for first in [next(now.events)]}
        # when changes arrive, and the timeline has applied them, before the rest is read
        await publish(emptied, [outgoing(one) for one in MEANWHILE])
        await eventually(lambda: _total(timeline) == len(FIRST))
        table |= {one.event_id: one for one in now.events}
    # then it is of the moment in which it was asked for
    assert table == {one.event_id: one for one in FIRST}
    # and the log tells what came since, once
    changes = await take(subscribe(emptied.kafka, from_=now.position), len(MEANWHILE))
    assert sorted(change.event_id for change in changes) == sorted(one.event_id for one in MEANWHILE)
    assert applied(dict(table), changes) == await folded(emptied)
    # and, as the negative control: a position that is asked for by itself belongs to another moment
    with snapshot(timeline.address) as another:
        later = another.position
    await publish(emptied, [outgoing(event("last"))])
    assert applied(dict(table), await take(subscribe(emptied.kafka, from_=later), 1)) != await folded(emptied)


async def test_a_position_of_a_snapshot_knows_the_log_as_a_position_of_a_subscription_does(
    emptied: Stack, timeline: ServiceProcess
) -> None:
    changes = await take(subscribe(emptied.kafka), len(FIRST))
    with snapshot(timeline.address) as now:
        assert {at: place for at, place in now.position.places.items() if place.offset} == changes[-1].position.places
    assert _total(timeline, min_position=str(now.position)) == len(FIRST)


async def test_a_snapshot_holds_what_was_asked_for_as_it_is_now(timeline: ServiceProcess) -> None:
    with snapshot(timeline.address, kind=["strike", "summit"], q="xxx") as now:
        assert list(now.events) == []
    with snapshot(timeline.address, kind=["strike", "summit"]) as now:
        assert {one.kind for one in now.events} == {"strike", "summit"}
    with pytest.raises(HTTPError, match="422"), snapshot(timeline.address, as_of="2025-08-18"):
        pass
    with pytest.raises(ValueError, match="write http://host:port"), snapshot("file:///etc/passwd"):
        pass


@contextmanager
def breaking_off() -> Iterator[str]:
    """A server that begins a snapshot, and dies."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            line = event("e-1").model_dump_json().encode() + b"\n"
            head = b"HTTP/1.1 200 OK\r\nDaybook-Position: \r\nTransfer-Encoding: chunked\r\n\r\n"
            with connection:
                connection.recv(4096)
                connection.sendall(head + b"%x\r\n%b\r\n" % (len(line), line))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)


def test_a_snapshot_that_breaks_off_is_none() -> None:
    with breaking_off() as address, pytest.raises(http.client.IncompleteRead), snapshot(address) as now:
        list(now.events)
    # and, as the negative control: by its own lines the answer seems to be whole
    with breaking_off() as address, urlopen(f"{address}/v1/snapshot") as answer:  # noqa: S310 - our own
        assert len(list(answer)) == 1


async def test_snapshots_that_are_read_slowly_keep_neither_each_other_nor_the_service_waiting(
    emptied: Stack, timeline: ServiceProcess
) -> None:
    with snapshot(timeline.address) as one, snapshot(timeline.address) as other:
        assert next(one.events).event_id == next(other.events).event_id
        await publish(emptied, [outgoing(event("after"))])
        await eventually(lambda: _total(timeline) == len(FIRST) + 1)
        assert len(list(one.events)) == len(list(other.events)) == len(FIRST) - 1
