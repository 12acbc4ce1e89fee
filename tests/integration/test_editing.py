"""An editor at work: commands go by HTTP into the log, through merging, and out with the events; a replay obeys them too."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from deploy.local.stack import Stack
from deploy.pipeline.catch_up import looking
from schemas.changes import EventChange
from schemas.edits import Edit
from schemas.events import CanonicalEvent
from schemas.mentions import Reading
from schemas.topics import cards
from services.chassis.api_keys import ApiKeys
from services.chassis.plan import is_genesis
from services.chassis.records import seq_of
from services.normalizer.api import LARGEST, router
from services.normalizer.editing import Editing
from services.normalizer.merging import Command, merge_all
from tests.faults.world import articles, publish
from tests.integration.merging_world import Kept, OneConnection, live, merged, merging_tables
from tests.scenarios.merging.ledger import by_content
from tests.support.logs import once, read_topic
from tests.support.service import ServiceProcess, eventually, service
from tests.unit.merging.telling import readings, told


async def log_of(stack: Stack, model: str) -> list[tuple[int, bytes]]:
    """The records of the logs that hold this model, each once, with their numbers, by topic, partition and number."""
    topics = [card.topic for card in cards() if card.log and card.value == model]
    records = [record for topic in topics for record in once(await read_topic(stack.kafka, topic))]
    return [(seq_of(record) or 0, record.value) for record in records if not is_genesis(record)]


def daybook(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", "from services.cli import main; main()", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told_: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
    return told_


async def states(stack: Stack) -> list[CanonicalEvent]:
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    try:
        return await live(postgres)
    finally:
        await postgres.close()


async def applied(stack: Stack, edit_id: str) -> bool:
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    try:
        return bool(await postgres.fetchval("SELECT count(*) FROM edits WHERE edit_id = $1", edit_id))
    finally:
        await postgres.close()


async def ordered(stack: Stack, normalizer: ServiceProcess, *words: str) -> str:
    """Give a command as a person would, and wait until merging has heard it."""
    taken = await asyncio.to_thread(
        daybook, "edit", *words, "--to", normalizer.address, "--reason", "seen with my own eyes", "--editor", "Ada"
    )
    await eventually(lambda: applied(stack, taken["edit_id"]))
    return str(taken["edit_id"])


async def test_commands_reach_subscribers_outlive_later_articles_and_hold_in_a_replay_until_revoked(emptied: Stack) -> None:
    # given articles that were merged
    given = articles(30)
    await publish(emptied, given[:25])
    with service(emptied, "normalizer") as normalizer:
        await asyncio.to_thread(normalizer.wait_ready)
        await eventually(lambda: caught_up(emptied))
        by_kind: dict[str, list[CanonicalEvent]] = defaultdict(list)
        for event in sorted(await states(emptied), key=lambda event: event.event_id):
            by_kind[event.kind].append(event)
        one, other, third, *_ = by_kind["strike"]
        # when an editor merges, corrects and retracts
        merge = await ordered(emptied, normalizer, "merge", one.event_id, other.event_id)
        correct = await ordered(emptied, normalizer, "correct", one.event_id, "quantities.killed", "4711")
        retract = await ordered(emptied, normalizer, "retract", third.event_id)
        # and more articles come
        await publish(emptied, given[25:])
        await eventually(lambda: caught_up(emptied))
        found = await states(emptied)
        # then the log holds the commands, numbered, and each change says which of them caused it, and who gave it
        commands = [Command(Edit.model_validate_json(value), seq) for seq, value in await log_of(emptied, "Edit")]
        assert [command.edit.edit_id for command in commands] == [merge, correct, retract]
        changes = [EventChange.model_validate_json(value) for _, value in await log_of(emptied, "EventChange")]
        caused = {change.cause.edit_id: change for change in changes if change.cause.edit_id}
        assert caused.keys() == {merge, correct, retract}
        assert {change.cause.editor for change in caused.values()} == {"Ada"}
        assert caused[retract].change == "retracted"
        # and both halves are one, with the number as corrected, whatever came later
        (event,) = [event for event in found if event.event_id in {one.event_id, other.event_id}]
        assert {"merge", "correct"} <= {edit.action for edit in event.edits}
        assert {q.measure: q.best for q in event.quantities}["killed"] == 4711
        # and a replay of the two logs, from nothing, says the same
        heard = [Reading.model_validate_json(value) for _, value in await log_of(emptied, "Reading")]
        assert by_content(merge_all(heard, commands)) == by_content(found)
        # and without the commands, or with all of them revoked, what the rules say
        for name in (merge, correct, retract):
            await ordered(emptied, normalizer, "revoke", name)
        assert by_content(await states(emptied)) == by_content(merge_all(heard)) != by_content(found)


async def caught_up(stack: Stack) -> bool:
    """Whether the normalizer has nothing left to do or to publish."""
    postgres = await asyncpg.connect(stack.dsn("normalizer"))
    try:
        waiting = await postgres.fetchval("SELECT count(*) FROM outbox")
    finally:
        await postgres.close()
    async with looking(stack) as look:
        return not waiting and all(stage.applied >= stage.total for stage in await look() if stage.follower.startswith("normalizer"))


NIGHT: dict[str, Any] = {"date": "night 2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
A, B = (told(name, "strike", **NIGHT) for name in "ab")
TALKS = told("talks", who="Trump, Putin", where="Geneva", date="2025-08-18")


class Asking:
    """The API over merging's tables, in one transaction; `kept` is what it would have published."""

    def __init__(self, tx: asyncpg.Connection, client: httpx.AsyncClient, kept: KeptEdits) -> None:
        self.tx, self.client, self.kept = tx, client, kept

    async def post(self, **asked: Any) -> httpx.Response:
        return await self.client.post("/v1/edits", json={"editor": "Ada", "reason": "seen"} | asked)

    async def event_of(self, mention: str) -> str:
        return str(await self.tx.fetchval("SELECT event_id FROM told WHERE mention_id = $1", mention))


class KeptEdits(Kept):
    """An outbox that only remembers the commands."""

    def __init__(self) -> None:
        super().__init__()
        self.edits: list[Edit] = []

    async def append(self, tx: asyncpg.Connection, records: Any) -> None:
        self.edits += [Edit.model_validate_json(record.value) for record in records]


def application(tx: asyncpg.Connection, kept: KeptEdits, keys: ApiKeys, host: str = "127.0.0.1") -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(router(Editing(OneConnection(tx), kept), keys, host))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook")


@pytest_asyncio.fixture
async def asking(stack: Stack) -> AsyncIterator[Asking]:
    """Three mentions were merged: two of one strike, one of a meeting."""
    async with merging_tables(stack) as tx:
        await merged(tx, readings(A, B, TALKS))
        kept = KeptEdits()
        async with application(tx, kept, ApiKeys([])) as client:
            yield Asking(tx, client, kept)


async def test_a_command_on_an_event_names_the_mentions_that_it_has_at_that_moment(asking: Asking) -> None:
    strike = await asking.event_of("a")
    answer = await asking.post(action="split", events=[strike], mentions=["b"])
    assert answer.status_code == httpx.codes.ACCEPTED
    (edit,) = asking.kept.edits
    assert [ref.mention_id for ref in edit.mentions] == ["b"]
    assert [ref.mention_id for ref in edit.rest] == ["a"]
    assert (edit.events, edit.kind, edit.editor) == ((strike,), "strike", "Ada")


async def test_a_command_sent_twice_under_one_id_is_one_command_and_another_under_it_is_refused(asking: Asking) -> None:
    strike = await asking.event_of("a")
    first, again = [await asking.post(action="retract", events=[strike], edit_id="e1") for _ in range(2)]
    assert first.json() == again.json()
    assert len(asking.kept.edits) == 1
    assert (await asking.post(action="retract", events=[strike], edit_id="e1", reason="other")).status_code == httpx.codes.CONFLICT


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"action": "retract", "events": ["nothing"]}, "no living event"),
        ({"action": "merge", "mentions": ["a", "talks"]}, "one kind, not of strike, summit"),
        ({"action": "merge", "mentions": ["a"]}, "two mentions"),
        ({"action": "split", "events": ["STRIKE"], "mentions": ["a", "b"]}, "not all of them"),
        ({"action": "split", "events": ["STRIKE"], "mentions": ["talks"]}, "one kind|some of the event's"),
        ({"action": "correct", "events": ["STRIKE"], "field": "mood", "value": 1}, "no field 'mood': there are status"),
        ({"action": "correct", "events": ["STRIKE"], "field": "status", "value": "rumoured"}, "proposed"),
        ({"action": "correct", "events": ["STRIKE"], "field": "quantities.killed", "value": -1}, "greater than or equal to 0"),
        ({"action": "correct", "events": ["STRIKE"], "field": "when", "value": "last week"}, "pattern"),
        ({"action": "revoke", "revokes": "nothing"}, "no command nothing"),
        ({"action": "retract", "events": ["STRIKE"], "reason": " "}, "reason"),
        ({"action": "correct", "events": ["STRIKE"], "field": "details.form", "value": "a\u0000b"}, "NUL"),
    ],
)
async def test_what_would_mean_nothing_is_refused_with_what_is_wrong(asking: Asking, asked: dict[str, Any], why: str) -> None:
    if "events" in asked:
        asked = asked | {"events": [await asking.event_of("a") if name == "STRIKE" else name for name in asked["events"]]}
    answer = await asking.post(**asked)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert any(part in answer.json()["detail"] for part in why.split("|")), answer.json()["detail"]
    assert asking.kept.edits == []


async def test_a_revocation_cannot_be_revoked(asking: Asking) -> None:
    await asking.post(action="retract", mentions=[], events=[await asking.event_of("a")], edit_id="e1")
    assert (await asking.post(action="revoke", revokes="e1", edit_id="e2")).status_code == httpx.codes.ACCEPTED
    assert (await asking.post(action="revoke", revokes="e2")).status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_dates_and_places_may_be_given_as_people_write_them(asking: Asking) -> None:
    strike = await asking.event_of("a")
    for field, value in (("when", "2025-08-17..2025-08-18"), ("where", "Kharkiv"), ("where", "Elsewhere")):
        assert (await asking.post(action="correct", events=[strike], field=field, value=value)).status_code == httpx.codes.ACCEPTED
    when, known, new = (edit.told() for edit in asking.kept.edits)
    assert (when.start, when.end, when.precision) == ("2025-08-17", "2025-08-18", "day")
    assert known[0].country == "UA"
    assert (new[0].name, new[0].country) == ("Elsewhere", None)


async def test_a_place_of_which_only_the_name_is_told_lies_where_reading_would_put_it(asking: Asking) -> None:
    strike = await asking.event_of("a")
    given: list[Any] = [
        "Bucha",
        "Tripoli, Lebanon",
        [
            {"name": "bucha", "role": "target"},
            {"name": "Elsewhere"},
            {"name": "Paris", "country": "US"},
            {"name": "Paris", "lat": 1.0, "lon": 2.0},
        ],
    ]
    for value in given:
        assert (await asking.post(action="correct", events=[strike], field="where", value=value)).status_code == httpx.codes.ACCEPTED
    bucha, tripoli, several = (edit.told() for edit in asking.kept.edits)
    assert [(p.name, p.country, round(p.lat), round(p.lon), p.precision) for p in (*bucha, *tripoli)] == [
        ("Bucha", "UA", 51, 30, "city"),
        ("Tripoli", "LB", 34, 36, "city"),
    ]
    assert bucha[0].geonameid
    # and what was told besides stays, and nothing is put where the editor did not
    target, elsewhere, there, here = several
    assert (target.name, target.lat, target.role) == ("Bucha", bucha[0].lat, "target")
    assert (elsewhere.name, elsewhere.lat) == ("Elsewhere", None)
    assert (there.country, there.lat) == ("US", None)
    assert (here.lat, here.lon, here.country) == (1.0, 2.0, None)


@pytest.mark.parametrize(
    ("owners", "editor"),
    [({"Grace": "k"}, "Grace"), ({"": "k"}, f"Ada, by key {hashlib.sha256(b'k').hexdigest()[:16]}"), ({}, "Ada")],
    ids=["a key with an owner", "a key without one", "no keys"],
)
async def test_who_gives_a_command_is_whoever_owns_the_key(asking: Asking, owners: dict[str, str], editor: str) -> None:
    digests = {hashlib.sha256(key.encode()).hexdigest(): owner for owner, key in owners.items()}
    told = {"action": "retract", "events": [await asking.event_of("a")], "editor": "Ada", "reason": "seen"}
    async with application(asking.tx, asking.kept, ApiKeys(digests, digests)) as client:
        answer = await client.post("/v1/edits", json=told, headers={"authorization": "Bearer k"})
    assert answer.json()["editor"] == editor
    assert [edit.editor for edit in asking.kept.edits] == [editor]


async def test_a_command_sent_again_by_a_key_of_another_name_is_one_command(asking: Asking) -> None:
    """As after an upgrade that notes the owner of the key, or once the file of keys says whose it is."""
    told = {"action": "retract", "events": [await asking.event_of("a")], "edit_id": "e1"}
    first = await asking.post(**told)
    digest = hashlib.sha256(b"k").hexdigest()
    async with application(asking.tx, asking.kept, ApiKeys([digest], {digest: "Grace"})) as client:
        signed = told | {"editor": "Ada", "reason": "seen"}
        again = await client.post("/v1/edits", json=signed, headers={"authorization": "Bearer k"})
        other = await client.post("/v1/edits", json=signed | {"reason": "heard"}, headers={"authorization": "Bearer k"})
    assert again.status_code == httpx.codes.ACCEPTED
    assert again.json() == first.json()
    assert other.status_code == httpx.codes.CONFLICT
    assert [edit.editor for edit in asking.kept.edits] == ["Ada"]


async def test_a_request_that_is_too_large_or_no_json_is_refused(asking: Asking) -> None:
    large = await asking.client.post("/v1/edits", content=b" " * (LARGEST + 1))
    assert large.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert (await asking.client.post("/v1/edits", content=b"{")).status_code == httpx.codes.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    ("host", "keys", "said", "status"),
    [("0.0.0.0", [], None, 403), ("127.0.0.1", ["k"], None, 401), ("0.0.0.0", ["k"], "x", 403), ("0.0.0.0", ["k"], "k", 200)],
)
async def test_beyond_loopback_an_editor_needs_a_key(asking: Asking, host: str, keys: list[str], said: str | None, status: int) -> None:
    digests = [hashlib.sha256(key.encode()).hexdigest() for key in keys]
    headers = {"authorization": f"Bearer {said}"} if said else {}
    async with application(asking.tx, asking.kept, ApiKeys(digests), host) as client:
        assert (await client.get("/v1/edits", headers=headers)).status_code == status


async def test_all_mentions_of_an_event_can_be_asked_for_page_by_page(asking: Asking) -> None:
    strike = await asking.event_of("a")
    first = (await asking.client.get(f"/v1/events/{strike}/mentions", params={"limit": 1})).json()
    second = (await asking.client.get(f"/v1/events/{strike}/mentions", params={"limit": 1, "after": first["next"]})).json()
    assert [page["mentions"][0]["mention"]["mention_id"] for page in (first, second)] == ["a", "b"]
    assert first["mentions"][0]["article"]["outlet"] == "Outlet of a"
