"""What was acknowledged is never lost or doubled: not by kill -9 at any point, not by a Kafka or a Postgres that goes away."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.local import stack as local
from deploy.local.options import Options
from deploy.local.stack import Stack
from tests.integration.ingestor_pages import TOPIC, Ingestor, line, lines, prepared, query
from tests.support.logs import once, read_topic
from tests.support.service import ServiceProcess, eventually, service

HOLD_THE_RELAY = """INSERT INTO ingestor.relay_lease VALUES (true, 'the test', now() + interval '1 hour')
ON CONFLICT ON CONSTRAINT relay_lease_pkey DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at"""
LET_THE_RELAY_GO = "DELETE FROM ingestor.relay_lease"


@pytest.fixture(scope="module")
def ready(stack: Stack) -> Stack:
    """A stack whose log has its genesis already, so that the first send of a test is one of articles."""
    asyncio.run(_opened(stack))
    return stack


async def _opened(stack: Stack) -> None:
    await prepared(stack)
    with service(stack, "ingestor") as process:
        process.wait_ready()
        await Ingestor(stack, process).settled()


async def _killed(stack: Stack, process: ServiceProcess) -> None:
    """Wait until the process has killed itself. The lease that it held would run out in seconds: we need not wait for that."""
    process.wait_killed()
    await query(stack, LET_THE_RELAY_GO)


async def _acknowledged(stack: Stack, process: ServiceProcess, push: bytes) -> httpx.Response:
    """The answer to a push; the relay, which may be about to die, sends only once the answer has been read."""
    await query(stack, HOLD_THE_RELAY)
    answer = Ingestor(stack, process).post("/v1/articles", push)
    await query(stack, LET_THE_RELAY_GO)
    return answer


def _only(response: httpx.Response) -> tuple[str, str]:
    [article] = response.json()["articles"]
    return article["article_id"], article["outcome"]


async def test_killed_between_commit_and_relay_it_publishes_what_it_had_acknowledged(ready: Stack) -> None:
    # given
    with service(ready, "ingestor", FAULTS="before_send:1:kill") as process:
        process.wait_ready()
        acknowledged = await _acknowledged(ready, process, lines(line("before-send")))
        await _killed(ready, process)
    identity, outcome = _only(acknowledged)
    assert (acknowledged.status_code, outcome) == (202, "new")
    # when
    with service(ready, "ingestor") as process:
        process.wait_ready()
        ingestor = Ingestor(ready, process)
        await ingestor.settled()
        # then
        assert await ingestor.revisions(identity) == [(1, "usable")]
        assert _only(ingestor.post("/v1/articles", lines(line("before-send")))) == (identity, "unchanged")


async def test_killed_between_send_and_its_record_it_repeats_the_number_and_consumers_drop_it(ready: Stack) -> None:
    # given
    with service(ready, "ingestor", FAULTS="after_send:1:kill") as process:
        process.wait_ready()
        identity, _ = _only(await _acknowledged(ready, process, lines(line("after-send"))))
        await _killed(ready, process)
    # when
    with service(ready, "ingestor") as process:
        process.wait_ready()
        await Ingestor(ready, process).settled()
    # then
    records = await read_topic(ready.kafka, TOPIC)
    assert [r.key.decode() for r in records].count(identity) == 2
    assert [r.key.decode() for r in once(records)].count(identity) == 1


@pytest.mark.parametrize(("point", "again"), [("before_commit", "new"), ("after_commit", "unchanged")])
async def test_killed_around_the_commit_the_sender_gets_no_answer_and_sends_again(ready: Stack, point: str, again: str) -> None:
    # given
    push = lines(line(f"killed-{point}"))
    with service(ready, "ingestor", FAULTS=f"{point}:1:kill") as process:
        process.wait_ready()
        with pytest.raises(httpx.TransportError):
            Ingestor(ready, process).post("/v1/articles", push)
        await _killed(ready, process)
    # when
    with service(ready, "ingestor") as process:
        process.wait_ready()
        ingestor = Ingestor(ready, process)
        identity, outcome = _only(ingestor.post("/v1/articles", push))
        await ingestor.settled()
        # then
        assert outcome == again
        assert await ingestor.revisions(identity) == [(1, "usable")]


async def test_while_too_much_waits_for_kafka_senders_are_asked_to_come_back(ready: Stack) -> None:
    with service(ready, "ingestor", BACKLOG_RECORDS="1", RETRY_AFTER_SECONDS="7") as process:
        process.wait_ready()
        ingestor = Ingestor(ready, process)
        # given
        await query(ready, HOLD_THE_RELAY)
        taken = ingestor.post("/v1/articles", lines(line("backlog-1"), line("backlog-2")))
        # when
        refused = ingestor.post("/v1/articles", lines(line("backlog-3")))
        # then
        assert (taken.status_code, refused.status_code) == (202, 429)
        assert refused.headers["retry-after"] == "7"
        assert refused.json()["type"] == "urn:daybook:problem:backlog"
        # and when
        await query(ready, LET_THE_RELAY_GO)
        await ingestor.settled()
        # then
        assert ingestor.post("/v1/articles", lines(line("backlog-3"))).status_code == 202


async def test_while_postgres_is_away_nothing_is_acknowledged_and_afterwards_all_is_well(ready: Stack) -> None:
    with service(ready, "ingestor") as process:
        process.wait_ready()
        ingestor = Ingestor(ready, process)
        # given
        local.kill(ready.state, "postgres")
        # when
        refused = ingestor.post("/v1/articles", lines(line("postgres")))
        # then
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["type"] == "urn:daybook:problem:store_away"
        # and when
        await asyncio.to_thread(local.start, Options(state=ready.state))
        await eventually(lambda: ingestor.post("/v1/articles", lines(line("postgres"))).status_code == 202)
        # then
        identity, outcome = _only(ingestor.post("/v1/articles", lines(line("postgres"))))
        await ingestor.settled()
        assert outcome == "unchanged"
        assert await ingestor.revisions(identity) == [(1, "usable")]


async def test_while_kafka_is_away_articles_are_kept_and_published_once_it_is_back(ready: Stack) -> None:
    with service(ready, "ingestor") as process:
        process.wait_ready()
        ingestor = Ingestor(ready, process)
        # given
        local.kill(ready.state, "kafka")
        # when
        taken = ingestor.post("/v1/articles", lines(line("kafka")))
        await asyncio.to_thread(local.start, Options(state=ready.state))
        # then
        assert taken.status_code == 202
        await ingestor.settled()
        assert await ingestor.revisions(_only(taken)[0]) == [(1, "usable")]


async def test_the_command_waits_for_an_ingestor_that_is_still_starting(ready: Stack, tmp_path: Path) -> None:
    # given
    saved = tmp_path / "saved.jsonl"
    saved.write_bytes(lines(line("command-1"), line("command-2")))
    with service(ready, "ingestor") as process:
        # when
        done = await asyncio.to_thread(_daybook_ingest, saved, process.address)
        again = await asyncio.to_thread(_daybook_ingest, saved, process.address)
    # then
    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert json.loads(done.stdout) | {"seconds": 0} == {
        "pages": 1,
        "articles": 2,
        "new": 2,
        "corrected": 0,
        "redated": 0,
        "withdrawn": 0,
        "unchanged": 0,
        "refused": [],
        "notes": json.loads(done.stdout)["notes"],
        "seconds": 0,
    }
    assert json.loads(again.stdout)["unchanged"] == 2


def _daybook_ingest(path: Path, to: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from services.cli import main; main()", "ingest", str(path), "--to", to]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
