"""Requests that repeat, requests without a key, captures from the future, and pages that are refused. By real HTTP, Kafka and Postgres."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.stack import Stack
from services.commands._sending import sending_of
from services.commands.ingest import found
from services.ingestor.client import send_pages
from services.ingestor.summary import Summary
from tests.integration.ingestor_pages import BODY, CAPTURED, Ingestor, line, lines, page, prepared, query
from tests.support.logs import read_topic
from tests.support.service import service

QUARANTINE = "pages.refused.v1.quarantine"


@pytest.fixture(scope="module")
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    """One ingestor on an empty log; each test uses stories of its own."""
    asyncio.run(prepared(stack))
    with service(stack, "ingestor", QUARANTINE_BYTES="1000") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


def keyed(key: str) -> dict[str, str]:
    return {"idempotency-key": key}


def test_the_same_request_again_is_given_the_same_answer(ingestor: Ingestor) -> None:
    push = lines(line("once"))
    first, again = (ingestor.post("/v1/articles", push, keyed("once")) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert [a["outcome"] for a in again.json()["articles"]] == ["new"]
    without = ingestor.post("/v1/articles", push)
    assert [a["outcome"] for a in without.json()["articles"]] == ["unchanged"], "the negative control: without a key it is news no more"


@pytest.mark.parametrize("other", [(line("another"), {}), (line("reused"), {"name": "other.jsonl"})])
def test_another_request_with_the_same_key_is_refused(ingestor: Ingestor, other: tuple[dict[str, str], dict[str, str]]) -> None:
    ingestor.post("/v1/articles", lines(line("reused")), keyed("reused"))
    response = ingestor.post("/v1/articles", lines(other[0]), keyed("reused"), **other[1])
    assert (response.status_code, response.json()["type"]) == (422, "urn:daybook:problem:key_reused")


def test_a_page_too_is_given_the_same_answer_and_one_that_has_gone(ingestor: Ingestor) -> None:
    url = "https://post.example/keyed"
    pages = [ingestor.post("/v1/pages", page("Keyed story"), keyed("page"), url=url, captured_at=CAPTURED).json() for _ in range(2)]
    gone = [ingestor.post("/v1/pages", b"", keyed("gone"), url=url, status="410").json() for _ in range(2)]
    assert pages[0] == pages[1]
    assert gone[0] == gone[1]
    assert [a["outcome"] for a in gone[1]["articles"]] == ["withdrawn"]


async def test_of_twenty_at_a_time_all_are_given_the_one_answer(ingestor: Ingestor) -> None:
    async with httpx.AsyncClient(base_url=ingestor.process.address, timeout=60) as client:
        posts = [client.post("/v1/articles", content=lines(line("at-a-time")), headers=keyed("at-a-time")) for _ in range(20)]
        answers = await asyncio.gather(*posts)
    assert Counter((a.status_code, a.json()["articles"][0]["outcome"]) for a in answers) == {(202, "new"): 20}


async def test_a_key_that_has_run_out_is_free_again(ingestor: Ingestor) -> None:
    ingestor.post("/v1/articles", lines(line("expired")), keyed("expired"))
    await query(ingestor.stack, "UPDATE ingestor.answers SET recorded_at = recorded_at - interval '24 hours 1 minute'")
    response = ingestor.post("/v1/articles", lines(line("fresh")), keyed("expired"))
    assert [a["outcome"] for a in response.json()["articles"]] == ["new"]


def test_a_capture_from_the_future_is_refused(ingestor: Ingestor) -> None:
    for path in ("/v1/pages", "/v1/articles"):
        response = ingestor.post(path, lines(line("future")), captured_at="2999-01-01T00:00Z")
        assert (response.status_code, response.json()["type"]) == (422, "urn:daybook:problem:bad_captured_at")
        assert "future" in response.json()["detail"]


def test_a_publication_in_the_captures_future_is_left_unknown_and_reported(ingestor: Ingestor) -> None:
    story = line("tomorrow", BODY + " Tomorrow.") | {"published": "2024-03-07T09:00:00Z"}
    told = ingestor.post("/v1/articles", lines(story), captured_at=CAPTURED).json()
    assert told["articles"][0]["published"]["basis"] == "unknown"
    assert told["articles"][0]["published"]["raw"] == "2024-03-07T09:00:00Z"
    assert any("later than the capture" in note for note in told["notes"])


async def test_what_is_refused_is_in_quarantine_once_with_its_bytes_and_the_reason(ingestor: Ingestor) -> None:
    # given
    picture, menu = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"Menu\nHome\nSign in\n"
    # when
    for _ in range(2):
        assert ingestor.post("/v1/pages", picture, name="picture.txt").status_code == 422
        assert ingestor.post("/v1/pages", menu, url="https://news.example/menu", captured_at=CAPTURED).status_code == 422
        assert ingestor.post("/v1/articles", lines(line("neighbour")) + b"{not json\n", name="push").status_code == 202
        assert ingestor.post("/v1/pages", b"").status_code == 422
    await ingestor.settled()
    # then
    kept = {record.key.decode(): record for record in await read_topic(ingestor.stack.kafka, QUARANTINE)}
    assert len(kept) == len(await read_topic(ingestor.stack.kafka, QUARANTINE)) == 3
    told = {key: {name: value.decode() for name, value in record.headers} for key, record in kept.items()}
    at = {row["page"]: key for key, row in told.items()}
    assert at["picture.txt"] == hashlib.sha256(picture).hexdigest()
    assert kept[at["picture.txt"]].value == picture[:1000]
    assert (told[at["picture.txt"]]["reason"], told[at["picture.txt"]]["size"]) == ("binary", str(len(picture)))
    assert kept[at["https://news.example/menu"]].value == menu
    assert kept[at["push"]].value == b"{not json"
    assert told[at["push"]]["error"].startswith("line 2: ")


async def test_of_a_body_that_is_too_large_the_beginning_is_kept(ingestor: Ingestor) -> None:
    # given
    def endless() -> Iterator[bytes]:  # chunked: nothing says beforehand how large it is
        yield b"The harbour of Torvik. "
        for _ in range(40):
            yield b"ferry " * 100_000

    # when
    response = await asyncio.to_thread(ingestor.post_stream, "/v1/pages", endless(), name="endless.txt")
    stated = await asyncio.to_thread(ingestor.post, "/v1/pages", b"x" * 10_000_001, name="stated.txt")
    await ingestor.settled()
    # then
    assert (response.status_code, stated.status_code) == (413, 413)
    kept = {dict(record.headers)["page"].decode(): record for record in await read_topic(ingestor.stack.kafka, QUARANTINE)}
    assert (kept["endless.txt"].value or b"").startswith(b"The harbour of Torvik. ferry ")
    assert len(kept["endless.txt"].value or b"") == 1000
    told = {name: value.decode() for name, value in kept["endless.txt"].headers}
    assert (told["reason"], told["error"].endswith("this is its beginning")) == ("too_large", True)
    assert "stated.txt" not in kept, "of what is not read there are no bytes"


def test_beyond_loopback_nobody_pushes_or_withdraws_without_a_key(
    ingestor: Ingestor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    key = "correct-horse-battery-staple"
    digest = hashlib.sha256(key.encode()).hexdigest()
    push = lines(line("with-key"))
    with service(ingestor.stack, "ingestor", HTTP_HOST="0.0.0.0", API_KEYS=digest) as process:
        process.wait_ready()
        guarded = Ingestor(ingestor.stack, process)
        # when
        without = [guarded.post(path, push) for path in ("/v1/articles", "/v1/pages")] + [guarded.delete("x")]
        wrong = guarded.post("/v1/articles", push, {"authorization": "Bearer wrong-horse"})
        right = guarded.post("/v1/articles", push, {"authorization": f"Bearer {key}"})
        sent = [_sent(tmp_path, process.address, monkeypatch, key) for _ in range(2)]
        described = httpx.get(f"{process.address}/openapi.json").json()
        log = process.log.read_text(errors="replace")
    # then
    assert [response.status_code for response in without] == [401] * 3
    assert without[0].headers["www-authenticate"] == "Bearer"
    assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:daybook:problem:key_unknown")
    assert right.status_code == 202
    assert [(summary.new, summary.refused) for summary in sent] == [(1, [])] * 2, "named, a run that is repeated is answered the same"
    assert described["components"]["securitySchemes"]
    assert not [word for word in (key, "wrong-horse", digest) if word in log or word in json.dumps(wrong.json())]


def test_beyond_loopback_it_does_not_start_without_a_key(ingestor: Ingestor) -> None:
    with service(ingestor.stack, "ingestor", HTTP_HOST="0.0.0.0") as process:
        assert process.process.wait(30) == 1
        assert "error: listening on 0.0.0.0 needs an API key" in process.text()
        assert "Traceback" not in process.text()


def _sent(folder: Path, to: str, monkeypatch: pytest.MonkeyPatch, key: str) -> Summary:
    """What the command makes of a folder of one push, with the key and a name for the run."""
    (folder / "push.jsonl").write_bytes(lines(line("sent-with-key")))
    monkeypatch.setenv("DAYBOOK_API_KEY", key)
    sending = sending_of(to, 60, None, "nightly")
    return send_pages(found([folder / "push.jsonl"]), sending)
