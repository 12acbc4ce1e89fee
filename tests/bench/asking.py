"""Questions to the timeline: each documented one over HTTP, beside the same SQL by a bare client, in turn.

By default among some thousand events; with `DAYBOOK_FULL=1` among a million, which takes some minutes. Thousands are merged and projected for real;
the others are copies of their rows under other ids and on other days, so that all tables and indexes have the size that they would have.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import asyncpg

from deploy.local.ports import pick
from deploy.local.stack import Stack
from schemas.events import CanonicalEvent, Participant, Place
from schemas.terms import fold
from services.normalizer.merging import merge_all
from services.timeline.lean import read_outlined
from services.timeline.packing import opened
from services.timeline.parameters import ContradictionsQuery, EventsQuery
from services.timeline.projections import discover
from services.timeline.questions import SQL, contradicting, counting, listing, nearby, one_event
from tests.bench.client import Client
from tests.bench.ratios import Ratio, percentile
from tests.bench.stories import stream
from tests.integration.timeline_world import FIRST as GENERATION
from tests.integration.timeline_world import write
from tests.support.service import eventually, service
from tests.unit.timeline.builders import record

FULL = bool(os.environ.get("DAYBOOK_FULL"))
REAL, COPIES = (10_000, 99) if FULL else (2_000, 4)
SAMPLES = 300 if FULL else 120
BATCH = 500
A_DAY = 60  # mentions of the stream that tell of the same day
SPREAD = 97  # days from one copy to the next
COUNTRIES = ("UA", "RU", "US", "CH", "AT", "TR", "FR", "DE", "IL", "FI", "LB", "SD", "AM", "AZ", "ET", "EG", "NO", "SE", "PL", "RO")
CONTRADICTIONS: dict[str, dict[str, Any]] = {"contradictions": {}, "contradictions, of a field": {"field": ["quantities.killed"]}}
TOWNS, PEOPLE = 499, 997
FLOORS = ("events", "state of an event")  # a page, and the smallest answer

# What makes a row that of another event: an id, a day and a place in the log that no other copy has; its state stays the first one's. {id} and {days} are numbers of ours.
OTHERS = {
    "event_id": "event_id || '-{id}'",
    "article_id": "article_id || '-{id}'",
    "day": "day + {days}",
    "when_start": "when_start + {days}",
    "when_end": "when_end + {days}",
    "first": "first + {days}",
    "last": "last + {days}",
    "recorded_at": "recorded_at + {days} * interval '1 day'",
    "known_at": "known_at + {days} * interval '1 day'",
    "offset": '"offset" + {id} * 1000000',
}


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked over HTTP, and the SQL that answers it."""

    name: str
    path: str
    sql: str
    arguments: Sequence[object]
    coding: str = "identity"


async def measure(stack: Stack) -> list[Ratio]:
    """The 99th percentile of each question, over that of its SQL alone."""
    admin = await asyncpg.connect(stack.dsn("admin"), server_settings={"search_path": GENERATION.search_path}, command_timeout=3600)
    ids = await _filled(admin)
    count = await admin.fetchval("SELECT count(*) FROM events")
    await admin.close()
    say(f"asking among {count:,} events")
    with service(stack, "timeline") as timeline:
        await asyncio.to_thread(timeline.wait_ready)
        bare = await asyncpg.connect(stack.dsn("reader"), server_settings={"search_path": GENERATION.search_path})
        try:
            questions = await _questions(bare, ids)
            floors = [asked[:1] for asked in questions if asked[0].name in FLOORS]
            ratios = [await _asked(timeline.address, bare, asked, count) for asked in questions]
            return ratios + await _floors(stack, timeline.address, bare, floors, count)
        finally:
            await bare.close()


async def _floors(stack: Stack, address: str, bare: asyncpg.Connection, floors: Sequence[Sequence[Question]], count: int) -> list[Ratio]:
    """The same for a server that does nothing but ask that SQL, and answers with as many bytes: what no answer of ours can be below."""
    client, port = Client(address), pick()
    told = [(one.sql, one.arguments, len(client.get(one.path))) for (one,) in floors]
    client.close()
    command = [sys.executable, "-m", "tests.bench.floor", str(port), stack.dsn("reader"), GENERATION.search_path]
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
    try:
        assert process.stdin
        process.stdin.write(f"{json.dumps(told)}\n".encode())
        await process.stdin.drain()
        await eventually(lambda: _listens(port))
        return [
            await _asked(f"http://127.0.0.1:{port}", bare, [replace(one, name=f"floor of: {one.name}", path=f"/{at}")], count)
            for at, (one,) in enumerate(floors)
        ]
    finally:
        process.terminate()
        await process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as trying:
        return not trying.connect_ex(("127.0.0.1", port))


async def _asked(address: str, bare: asyncpg.Connection, asked: Sequence[Question], count: int) -> Ratio:
    """In turn, each question many times, now one first and now the other: who comes second finds the pages warm."""
    client = Client(address)
    over, alone = [], []
    for number in range(SAMPLES + len(asked)):
        turn, at = divmod(number, len(asked))
        before = [await _alone(bare, asked[at])] if turn % 2 else []
        ours = _over(client, asked[at])
        (theirs,) = before or [await _alone(bare, asked[at])]
        if turn:  # the first of each warms
            alone.append(theirs)
            over.append(ours)
    client.close()
    late, late_alone = percentile(over, 99), percentile(alone, 99)
    say(
        f"  {asked[0].name:<34} {late:8.2f} ms over HTTP, {late_alone:8.2f} ms by SQL alone (medians {percentile(over, 50):.2f}, {percentile(alone, 50):.2f})"
    )
    return Ratio(
        f"asking, {asked[0].name} among {count:,}",
        round(late / late_alone, 3),
        f"99th percentile over HTTP, ms ({late:.2f})",
        f"that of the same SQL by asyncpg alone, ms ({late_alone:.2f})",
        len(over),
    )


async def _alone(bare: asyncpg.Connection, one: Question) -> float:
    """Milliseconds of the SQL alone."""
    begun = time.perf_counter()
    await bare.fetch(one.sql, *one.arguments)
    return (time.perf_counter() - begun) * 1000


def _over(client: Client, one: Question) -> float:
    """Milliseconds over HTTP."""
    begun = time.perf_counter()
    client.get(one.path, one.coding)
    return (time.perf_counter() - begun) * 1000


async def _filled(admin: asyncpg.Connection) -> list[str]:
    """Project the real ones, copy their rows; ids of some of them."""
    events = list(islice(_events(), REAL))
    records = [record(event, offset, topic=f"events.{event.kind}.v1") for offset, event in enumerate(events)]
    for first in range(0, REAL, BATCH):
        async with admin.transaction():
            await write(admin, discover(), records[first : first + BATCH])
    await admin.execute(_apart())
    for number in range(1, COPIES + 1):
        for projection in discover():
            names = ", ".join(f'"{name}"' for name in projection.columns)
            told = ", ".join(OTHERS.get(name, f'"{name}"').format(id=number, days=number * SPREAD % 8_500) for name in projection.columns)
            await admin.execute(f'INSERT INTO "{projection.name}" ({names}) SELECT {told} FROM pg_temp."first_{projection.name}"')
        if number % 10 == 0:
            say(f"  {(number + 1) * REAL:,} events")
    for statement in (one for projection in discover() for one in projection.indexes.values()):
        await admin.execute(statement)
    await admin.execute("VACUUM ANALYZE")
    return [f"{event.event_id}-{1 + at % COPIES}" for at, event in enumerate(events[:: max(1, REAL // 200)])]


def _apart() -> str:
    """The real rows once more, to copy them from without looking through all copies; indexes are made when the tables are full."""
    statements = ["SET synchronous_commit = off", "SET maintenance_work_mem = '256MB'"]
    for projection in discover():
        names = ", ".join(f'"{name}"' for name in projection.columns)
        statements.append(f'CREATE TEMP TABLE "first_{projection.name}" AS SELECT {names} FROM "{projection.name}"')
        statements += [f'DROP INDEX "{name}"' for name in projection.indexes]
    return "; ".join(statements)


def _events() -> Iterator[CanonicalEvent]:
    """What merging makes of a stream, day by day; with as many towns and people as the world has, rather than the stream's few."""
    readings, number = stream(10**9), 0
    while True:
        for event in merge_all(islice(readings, A_DAY)):
            number += 1
            yield _varied(event, number)


def _varied(event: CanonicalEvent, number: int) -> CanonicalEvent:
    where = [_moved(place, number + at) for at, place in enumerate(event.where)]
    participants = [_renamed(one, number + at) for at, one in enumerate(event.participants)]
    return event.model_copy(update={"event_id": f"{event.event_id}e{number}", "where": tuple(where), "participants": tuple(participants)})


def _moved(place: Place, number: int) -> Place:
    """Towns lie on a grid, some to a country."""
    town = number * number % TOWNS
    update = {"name": f"Town {town}", "country": COUNTRIES[town % len(COUNTRIES)], "lat": 30.0 + town % 25, "lon": 10.0 + town // 25 * 2}
    return place.model_copy(update=update)


def _renamed(one: Participant, number: int) -> Participant:
    return one if one.type == "state" else one.model_copy(update={"name": f"{one.name} {number * number % PEOPLE}"})


async def _questions(bare: asyncpg.Connection, ids: Sequence[str]) -> list[list[Question]]:
    """Each documented question, with several values."""
    deep = [
        str(row["when_start"])
        for row in await bare.fetch("SELECT when_start FROM events WHERE event_id = ANY ($1) AND when_start IS NOT NULL LIMIT 8", ids)
    ]
    days = [date.fromisoformat(day) for day in deep]
    towns, people = [f"Town {at * 61 % TOWNS}" for at in range(8)], [f"Donald Trump {at * at * 37 % PEOPLE}" for at in range(8)]
    lists: dict[str, list[dict[str, Any]]] = {
        "events": [{}],
        "events, a small page": [{"limit": 10}],
        "events, some fields": [{"fields": ["title", "when"], "limit": 50}],
        "events, latest day first": [{"sort": "-day"}],
        "events, last changed first": [{"sort": "-recorded"}],
        "events, of a kind": [{"kind": [kind]} for kind in ("strike", "summit", "prisoner_exchange")],
        "events, of a status": [{"status": ["proposed"]}],
        "events, of a country": [{"country": [code]} for code in COUNTRIES[:8]],
        "events, in a week": [{"from": str(day), "to": str(day + timedelta(7))} for day in days],
        "events, from a day on": [{"from": str(day)} for day in days],
        "events, of a kind, country and year": [{"kind": ["strike"], "country": [COUNTRIES[at]], "from": str(day), "to": str(day + timedelta(365))} for at, day in enumerate(days)],
        "events, at a place": [{"place": [town]} for town in towns],
        "events, near a point": [{"near": f"{30 + at * 3},{10 + at * 4},150"} for at in range(8)],
        "events, of a participant": [{"participant": [name]} for name in people],
        "events, over a number": [{"number": [f"killed>={at}"]} for at in (3, 4, 5)],
        "events, of lineages": [{"lineages": 2}],
        "events, by rare words": [{"q": f'"{town}" {name.split()[-1]}'} for town, name in zip(towns, people, strict=True)],
        "events, by common words": [{"q": "talks"}, {"q": "strike"}],
        "events, changed since": [{"changed_since": str(day), "sort": "recorded"} for day in days],
        "events, as of then": [{"as_of": str(day)} for day in days],
        "events, of a week as of then": [{"as_of": str(day + timedelta(30)), "from": str(day), "to": str(day + timedelta(7))} for day in days],
    }  # fmt: skip
    found = [[_listed(name, asked) for asked in several] for name, several in lists.items()]
    found.append([replace(_listed("events, left packed", {}), coding="zstd")])
    found.append(
        [
            _counted(name, asked)
            for name, asked in [("events, how many in a week", {"from": str(day), "to": str(day + timedelta(7))}) for day in days]
        ]
    )
    found += [[_of_event(part, one) for one in ids[:40]] for part in ("", "/claims", "/evidence")]
    found.append([Question("history of an event", f"/v1/events/{one}/history", SQL["history"], (one, 0, 101)) for one in ids[:40]])
    found.append([await _related(bare, one) for one in ids[:20]])
    found.append(
        [
            Question(
                "calendar of a month",
                f"/v1/calendar?{urlencode({'from': str(day), 'to': str(day + timedelta(30))})}",
                SQL["calendar"],
                (day, day + timedelta(30), [], []),
            )
            for day in days
        ]
    )
    found.append(
        [
            Question(
                "calendar of a year",
                f"/v1/calendar?{urlencode({'from': str(day), 'to': str(day + timedelta(365))})}",
                SQL["calendar"],
                (day, day + timedelta(365), [], []),
            )
            for day in days
        ]
    )
    found.append([Question("actors", "/v1/actors", SQL["actors"], (None, [], None, "", "", 101))])
    found.append(
        [
            Question("actors, by name", f"/v1/actors?{urlencode({'name': name})}", SQL["actors"], (fold(name), [], None, "", "", 101))
            for name in people
        ]
    )
    found += [[_contradicting(name, asked)] for name, asked in CONTRADICTIONS.items()]
    articles = [
        row["article_id"] for row in await bare.fetch("SELECT DISTINCT article_id FROM articles WHERE event_id = ANY ($1) LIMIT 40", ids)
    ]
    found.append([Question("an article", f"/v1/articles/{one}", SQL["article"], (one,)) for one in articles])
    return found


def _listed(name: str, asked: dict[str, Any]) -> Question:
    return Question(name, f"/v1/events?{urlencode(asked, doseq=True)}", *listing(EventsQuery.model_validate(asked)))


def _counted(name: str, asked: dict[str, Any]) -> Question:
    path = f"/v1/events?{urlencode({**asked, 'total': 'true', 'limit': 1}, doseq=True)}"
    return Question(name, path, *counting(EventsQuery.model_validate(asked)))


def _of_event(part: str, event_id: str) -> Question:
    return Question(f"{part.strip('/') or 'state'} of an event", f"/v1/events/{event_id}{part}", *one_event(event_id, None))


def _contradicting(name: str, asked: dict[str, Any]) -> Question:
    return Question(name, f"/v1/contradictions?{urlencode(asked, doseq=True)}", *contradicting(ContradictionsQuery.model_validate(asked)))


async def _related(bare: asyncpg.Connection, event_id: str) -> Question:
    one = _of_event("/links", event_id)
    (found, *_) = await bare.fetch(one.sql, *one.arguments)
    return Question("links of an event", one.path, SQL["nearby"], nearby(read_outlined(opened(found["state"]))))
